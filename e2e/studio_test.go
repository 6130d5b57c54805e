package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/go-rod/rod/lib/input"
)

// classes of the scenes that the project carries.
const classes = "field,forest,water,road,building,vehicle"

// scenesProject makes a project on the scenes, with features.
func scenesProject(t *testing.T, program string) string {
	t.Helper()
	project := filepath.Join(TempDir(t, "project"), "scenes")
	Patchwork(t, program, "init", project, "--images", filepath.Join(Root(t), "testdata", "scenes", "images"), "--classes", classes)
	Patchwork(t, program, "embed", project)
	return project
}

// present lists what the label table on disk holds: how many images are present in each class.
func present(t *testing.T, program, project string) map[string]int {
	t.Helper()
	var status struct {
		Classes []struct {
			Class string
			Train struct{ Present int }
		}
	}
	if err := json.Unmarshal([]byte(Patchwork(t, program, "status", project, "--json")), &status); err != nil {
		t.Fatal(err)
	}
	counts := map[string]int{}
	for _, c := range status.Classes {
		counts[c.Class] = c.Train.Present
	}
	return counts
}

// One person labels on the served page: keys, clicks, undo, training meanwhile, suggestions, a reload, a second tab, and
// a server that is killed while a label is on its way.
func TestStudioOnItsOwnPage(t *testing.T) {
	Slow(t)
	program := Program(t)
	project := scenesProject(t, program)
	served, _ := Serve(t, program, project)
	browser := StartBrowser(t)
	s := OpenStudio(t, browser, served.Link)
	Screenshot(t, s.Page, "studio-fresh")

	s.Press(input.Digit1)
	s.Shows(0, 0, "present")
	s.Press(input.Digit1)
	s.Shows(0, 0, "absent")
	s.Press(input.ArrowRight, input.Digit3)
	s.Shows(1, 2, "present")
	s.Click(".pw-tile:nth-child(3) .pw-chip:nth-child(4)")
	s.Shows(2, 3, "present")
	s.Saved()
	if got := present(t, program, project); got["water"] != 1 || got["road"] != 1 || got["field"] != 0 {
		t.Errorf("on disk are %v, want one water and one road", got)
	}
	s.Press(input.KeyU)
	s.Shows(2, 3, "unknown")
	s.Until("the message says what was undone", 5*time.Second, `() => /^Undone: road present/.test(document.getElementById("message").textContent)`)

	for i := range 14 { // each image one class present, the rest absent
		s.Press([]input.Key{input.Digit1, input.Digit2, input.Digit3, input.Digit4}[i%4], input.Space)
	}
	s.Saved()
	s.Press(input.Slash) // no key of the studio: nothing may happen
	s.Until("a head that is trained in steps is chosen", 5*time.Second, `() => { const e = document.getElementById("set-head"); e.value = "linear"; e.dispatchEvent(new Event("input")); return true }`)
	s.Click("#train")
	s.Until("training runs or is done", 20*time.Second, `() => document.getElementById("train").textContent === "Stop" || document.getElementById("outcome").textContent !== ""`)
	s.Click(".pw-tile:nth-child(2) .pw-chip:nth-child(6)")
	s.Shows(1, 5, "present")
	s.Saved()
	s.Until("training is done", time.Minute, `() => /^Trained on/.test(document.getElementById("outcome").textContent)`)
	s.Until("the curve is drawn", 10*time.Second, `() => !!document.querySelector("#curves canvas, #curves img[src]")`)
	Screenshot(t, s.Page, "studio-trained")

	s.Click("#suggest")
	s.Until("suggestions come with their reason", 10*time.Second, `() => /by auto in/.test(document.getElementById("message").textContent) && document.querySelector(".pw-why").textContent.length > 10`)
	s.Press(input.Digit2)
	s.Shows(0, 1, "present")
	s.Saved()
	Screenshot(t, s.Page, "studio-suggested")

	row := s.row(0)
	reload(t, s.Page)
	s.ready()
	if s.row(0) != row || s.Label(0, 1) != "present" {
		t.Errorf("after a reload the first image is %s with forest %s, want %s, present", s.row(0), s.Label(0, 1), row)
	}
	second := OpenStudio(t, browser, served.Link)
	second.Press(input.Digit5)
	second.Shows(0, 4, "present")
	s.Shows(0, 4, "present") // the first tab follows

	before := present(t, program, project)
	if err := syscall.Kill(served.PID, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	s.Page.MustActivate()
	s.Until("the page says that the studio is gone", 30*time.Second, `() => document.getElementById("saved").dataset.level !== "ok"`)
	s.Click(".pw-tile:nth-child(2) .pw-chip:nth-child(1)") // a label that nobody can save now
	s.Shows(1, 0, "present")
	s.Until("the page says that it is not saved", 10*time.Second, `() => /1 not saved yet/.test(document.getElementById("saved").textContent)`)
	Screenshot(t, s.Page, "studio-offline")
	if after := present(t, program, project); fmt.Sprint(after) != fmt.Sprint(before) {
		t.Errorf("a killed server lost labels: %v, before %v", after, before)
	}

	again, stop := Serve(t, program, project)
	if again.Link != served.Link {
		t.Errorf("the new studio is at %s, want the address of the killed one, so that pages come back", again.Link)
	}
	s.Saved()
	if after := present(t, program, project); after["field"] != before["field"]+1 {
		t.Errorf("the label of the time without server is not on disk: %v, before %v", after, before)
	}
	stop()
	s.Until("the page says that the studio is closed", 20*time.Second, `() => /Studio closed/.test(document.getElementById("message").textContent)`)
	if text, err := os.ReadFile(filepath.Join(project, "labels.csv")); err != nil || !strings.HasPrefix(string(text), "filepath,exclude,validation,subset,field") {
		t.Errorf("labels.csv after the end: %.80q, error %v", text, err)
	}
}

// TestStudioSamplesTrainsAndOpensBars uses the controls beside the grid: which images to show, the settings of training and
// its record, the histogram, the size of the images.
func TestStudioSamplesTrainsAndOpensBars(t *testing.T) {
	Slow(t)
	program := Program(t)
	project := scenesProject(t, program)
	served, _ := Serve(t, program, project)
	s := OpenStudio(t, StartBrowser(t), served.Link)
	for i := range 16 {
		s.Press([]input.Key{input.Digit1, input.Digit2, input.Digit3, input.Digit4}[i%4], input.Space)
	}
	s.Saved()
	s.Until("the pace is told", 10*time.Second, `() => /^16 now · \d/.test(document.getElementById("pace").textContent)`)
	choose := func(what, name, value string) {
		t.Helper()
		s.Until(what, 10*time.Second, `(name, value) => { const select = [...document.querySelectorAll("select")].find(s => s.getAttribute("aria-label") === name);
			if (!select || ![...select.options].some(o => o.value === value)) return false;
			select.value = value; select.dispatchEvent(new Event("change")); return true }`, name, value)
	}
	s.Until("the controls say what remains", 10*time.Second, `() => /284 images remain/.test(document.querySelector("#sampling .remain").textContent)`)
	choose("labelled images are chosen", "how much of an image is labelled", "labelled")
	s.Until("labelled images are shown", 10*time.Second, `() => document.querySelectorAll(".pw-tile").length === 16 && /16 images remain/.test(document.querySelector("#sampling .remain").textContent)`)
	choose("one class is chosen", "by one class, or by where images come from", "contains: water")
	s.Until("four images with water are shown", 10*time.Second, `() => [...document.querySelectorAll(".pw-tile")].filter(t => !t.hidden).length === 4`)
	Screenshot(t, s.Page, "studio-sampling")
	choose("all images are chosen", "by one class, or by where images come from", "all")
	choose("images to label are chosen", "how much of an image is labelled", "to label")

	s.Click("#model summary")
	s.Until("the settings are those of the classifier", 10*time.Second, `() => document.querySelectorAll("#model .setting").length >= 9`)
	s.Until("settings of other heads are hidden", 5*time.Second, `() => document.getElementById("set-epochs").closest(".setting").hidden && !document.getElementById("set-sampling").closest(".setting").hidden`)
	s.Until("a head that is trained in steps is chosen", 5*time.Second, `() => { const e = document.getElementById("set-head"); e.value = "linear"; e.dispatchEvent(new Event("input")); return true }`)
	s.Until("its settings are shown", 5*time.Second, `() => !document.getElementById("set-epochs").closest(".setting").hidden && document.getElementById("set-gamma").closest(".setting").hidden`)
	s.Until("a setting is typed", 5*time.Second, `() => { const e = document.getElementById("set-epochs"); e.value = "many"; e.dispatchEvent(new Event("input")); return true }`)
	s.Click("#train")
	s.Until("a bad setting is refused with what is wanted", 10*time.Second, `() => /epochs is "many"; want a whole number/.test(document.getElementById("message").textContent)`)
	s.Until("it is mended", 5*time.Second, `() => { const e = document.getElementById("set-epochs"); e.value = "9"; e.dispatchEvent(new Event("input")); return true }`)
	s.Click("#train")
	s.Until("training is done", time.Minute, `() => /^Trained on/.test(document.getElementById("outcome").textContent)`)
	s.Click("#model details:nth-of-type(2) summary")
	s.Until("the training is on record", 10*time.Second, `() => /epochs 9/.test(document.querySelector("#model .runs tbody tr").title)`)
	s.Until("a note is written", 5*time.Second, `() => { const e = document.querySelector("#model .runs input"); e.value = "<b>first</b>"; e.dispatchEvent(new Event("change")); return true }`)
	s.Saved()

	choose("a class is chosen", "class whose scores are shown", "water")
	s.Until("the bars are drawn", 10*time.Second, `() => document.querySelectorAll("#histogram .bars button").length === 20`)
	s.Until("the histogram is in sight", 5*time.Second, `() => { document.getElementById("histogram").scrollIntoView({ block: "center" }); return true }`)
	Screenshot(t, s.Page, "studio-histogram")
	s.Until("a bar is pressed", 5*time.Second, `() => { const bar = [...document.querySelectorAll("#histogram .bars button")].find(b => !b.disabled); bar.click(); return true }`)
	s.Until("its images are shown with their scores", 10*time.Second, `() => /^water scored \d\.\d{3}/.test(document.querySelector(".pw-why").textContent)`)
	tiles := func() string {
		n := Notebook{Page: s.in, t: s.t}
		return n.eval(`() => String(getComputedStyle(document.querySelector(".pw-cells")).gridTemplateColumns.split(" ").length)`)
	}
	before := tiles()
	s.Click("#more")
	s.Until("there is a column more", 10*time.Second, `n => getComputedStyle(document.querySelector(".pw-cells")).gridTemplateColumns.split(" ").length === Number(n) + 1`, before)
	if text := Patchwork(t, program, "status", project); !strings.Contains(text, "16") {
		t.Errorf("status says %q", text)
	}
	if runs, err := filepath.Glob(filepath.Join(project, "runs", "*", "run.yaml")); err != nil || len(runs) != 1 {
		t.Errorf("%d records of trainings, %v; want one", len(runs), err)
	} else if record, _ := os.ReadFile(runs[0]); !strings.Contains(string(record), "<b>first</b>") {
		t.Errorf("the record has no note:\n%s", record)
	}
}

// row is the row number of a tile.
func (s *Studio) row(tile int) string {
	s.t.Helper()
	n := Notebook{Page: s.in, t: s.t}
	return n.eval(`tile => document.querySelectorAll(".pw-tile")[tile].dataset.row`, tile)
}

// rows are the row numbers of all tiles, in their order.
func (s *Studio) rows() string {
	s.t.Helper()
	n := Notebook{Page: s.in, t: s.t}
	return n.eval(`() => [...document.querySelectorAll(".pw-tile")].map(tile => tile.dataset.row).join(" ")`)
}

// The same in a notebook: the cell returns, other cells run, the page is reloaded, the kernel restarted.
func TestStudioInANotebook(t *testing.T) {
	Slow(t)
	program := Program(t)
	j := StartJupyter(t, JupyterOptions{})
	j.Write(t, "studio.ipynb",
		fmt.Sprintf("import \"github.com/gopatchwork/patchwork/patchwork\"\n%%%%\npatchwork.MustInit(\"scenes\", patchwork.InitOptions{\n\tImages: []string{%q},\n\tClasses: patchwork.Classes(\"field\", \"forest\", \"water\", \"road\", \"building\", \"vehicle\"),\n})",
			filepath.Join(Root(t), "testdata", "scenes", "images")),
		"var p = patchwork.MustOpen(\"scenes\")\n%%\np.Embed()",
		"%%\np.Studio()",
		"%%\nfmt.Println(\"another cell\", 6*7)\np.Status()",
		"%%\np.Studio().Wait()\nfmt.Println(\"held until done\")",
		"%%\nfmt.Println(\"for ever\")\nfor {\n\ttime.Sleep(time.Second)\n}",
	)
	project := filepath.Join(j.Dir, "scenes")
	n := j.Open(t, StartBrowser(t), "studio.ipynb")
	if got := n.Run(0, 3*time.Minute); !strings.Contains(got, "300 images") {
		t.Fatalf("making the project shows %q", got)
	}
	if got := n.Run(1, time.Minute); !strings.Contains(got, "300") {
		t.Fatalf("embedding shows %q", got)
	}
	n.Run(2, time.Minute)
	s := n.Studio(2)
	s.Click(".pw-tile:nth-child(2) .pw-picture")
	s.Press(input.Digit1)
	s.Shows(1, 0, "present")
	s.Press(input.ArrowLeft, input.Digit2, input.Digit2)
	s.Shows(0, 1, "absent")
	s.Saved()
	Screenshot(t, n.Page, "notebook-studio")
	if got := n.Run(3, time.Minute); !strings.Contains(got, "another cell 42") || !strings.Contains(got, "2 partly") {
		t.Errorf("another cell meanwhile shows %q", got)
	}
	cells := n.eval(`() => String(Jupyter.notebook.ncells())`)
	s.Click(".pw-tile:nth-child(3) .pw-picture")
	s.Press(input.KeyD, input.KeyD, input.KeyA, input.KeyM) // in a cell these would delete, add and turn cells
	if got := n.eval(`() => String(Jupyter.notebook.ncells())`); got != cells {
		t.Errorf("keys reached the notebook: %s cells, before %s", got, cells)
	}

	s.Press(input.Escape, input.Escape) // the menu, and what was selected
	n.Start(5)
	n.Until("a cell is busy", time.Minute, `() => /for ever/.test(Jupyter.notebook.get_cell(5).output_area.element[0].innerText)`)
	s.Click(".pw-tile:nth-child(2) .pw-chip:nth-child(5)") // also while the kernel works
	s.Shows(1, 4, "present")
	s.Saved()
	n.Interrupt()
	n.Wait(5, 20*time.Second)
	s.Click(".pw-tile:nth-child(1) .pw-chip:nth-child(4)") // and after it was interrupted
	s.Shows(0, 3, "present")
	s.Saved()
	if got := present(t, program, project); got["field"] != 1 || got["building"] != 1 || got["road"] != 1 {
		t.Errorf("around an interrupt of the kernel there are %v on disk, want a field, a building and a road", got)
	}

	n.Save()
	n.Reload()
	s = n.Studio(2)
	if s.Label(1, 0) != "present" || s.Label(0, 1) != "absent" {
		t.Error("after a reload of the notebook the labels are not shown")
	}
	s.Click(".pw-tile:nth-child(4) .pw-chip:nth-child(3)")
	s.Shows(3, 2, "present")
	s.Saved()
	want, rows := present(t, program, project), s.rows()
	n.Until("the notebook has the newest summary", 10*time.Second, `() => /3 of 300 images labelled/.test(JSON.stringify(Jupyter.notebook.get_cell(2).output_area.outputs))`)

	n.RestartKernel()
	deadline := time.Now().Add(15 * time.Second)
	for _, err := os.Stat(filepath.Join(project, "server.json")); err == nil && time.Now().Before(deadline); _, err = os.Stat(filepath.Join(project, "server.json")) {
		time.Sleep(100 * time.Millisecond)
	}
	if _, err := os.Stat(filepath.Join(project, "server.json")); err == nil {
		t.Error("the studio outlives its kernel")
	}
	n.Until("the cell shows its static form again", 15*time.Second, `() => !document.querySelector(".output_area iframe")`)
	if text := n.Text(2); !strings.Contains(text, "3 of 300 images labelled") {
		t.Errorf("the static form does not know the labels: %q", text)
	}
	Screenshot(t, n.Page, "notebook-static")
	n.Save()
	if saved, err := os.ReadFile(filepath.Join(j.Dir, "studio.ipynb")); err != nil || !strings.Contains(string(saved), "3 of 300 images labelled") {
		t.Errorf("the saved notebook does not know the labels (error %v)", err)
	}
	for cell := range 3 { // a new kernel knows no declarations
		n.Run(cell, time.Minute)
	}
	s = n.Studio(2)
	if got := s.rows(); got != rows || s.Label(0, 1) != "absent" || s.Label(3, 2) != "present" {
		t.Errorf("after a restart of the kernel the studio shows the images %s, before %s, or other labels", got, rows)
	}
	n.Start(4)
	n.Studio(4)
	n.Interrupt() // lets go of the cell, not of the studio
	if text := n.Wait(4, 20*time.Second); !strings.Contains(text, "held until done") || !strings.Contains(text, "images labelled") {
		t.Errorf("the interrupted cell shows %q", text)
	}
	n.Start(4)
	s = n.Studio(4) // the same studio, in a cell that waits for it
	s.Click(".pw-tile:nth-child(1) .pw-picture")
	s.Press(input.Digit6)
	s.Shows(0, 5, "present")
	s.Saved()
	want["vehicle"]++
	s.Click("#done")
	if text := n.Wait(4, 20*time.Second); !strings.Contains(text, "held until done") || !strings.Contains(text, "images labelled") {
		t.Errorf("the cell that waited shows %q", text)
	}
	n.Until("both cells show their static form", 15*time.Second, `() => !document.querySelector(".output_area iframe")`)
	if got := present(t, program, project); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("after the restart the labels are %v, want %v", got, want)
	}
}
