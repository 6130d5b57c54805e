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
	s.Click("#train")
	s.Until("training runs or is done", 20*time.Second, `() => document.getElementById("train").textContent === "Stop" || document.getElementById("outcome").textContent !== ""`)
	s.Click(".pw-tile:nth-child(2) .pw-chip:nth-child(6)")
	s.Shows(1, 5, "present")
	s.Saved()
	s.Until("training is done", time.Minute, `() => /^Trained on/.test(document.getElementById("outcome").textContent)`)
	s.Until("the curve is drawn", 10*time.Second, `() => !!document.querySelector("#curves canvas, #curves img[src]")`)
	Screenshot(t, s.Page, "studio-trained")

	s.Click("#suggest")
	s.Until("suggestions come with their reason", 10*time.Second, `() => /entropy [01]\.\d+: /.test(document.querySelector(".pw-why").textContent)`)
	s.Press(input.Digit2)
	s.Shows(0, 1, "present")
	s.Saved()
	Screenshot(t, s.Page, "studio-suggested")

	row := s.row(0)
	if err := s.Page.Reload(); err != nil {
		t.Fatal(err)
	}
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

// row is the row number of a tile.
func (s *Studio) row(tile int) string {
	s.t.Helper()
	n := Notebook{Page: s.in, t: s.t}
	return n.eval(`tile => document.querySelectorAll(".pw-tile")[tile].dataset.row`, tile)
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

	n.Save()
	n.Reload()
	s = n.Studio(2)
	if s.Label(1, 0) != "present" || s.Label(0, 1) != "absent" {
		t.Error("after a reload of the notebook the labels are not shown")
	}
	s.Click(".pw-tile:nth-child(4) .pw-chip:nth-child(3)")
	s.Shows(3, 2, "present")
	s.Saved()
	want := present(t, program, project)
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
	n.Studio(2)
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
