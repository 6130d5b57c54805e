package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-rod/rod/lib/input"
)

// A person looks at thresholds in a cell, opens images, moves a slider and takes what was set to the cell; the notebook's file keeps it.
func TestDecideInANotebook(t *testing.T) {
	Slow(t)
	program := Program(t)
	j := StartJupyter(t, JupyterOptions{})
	project := scenesProject(t, program)
	Patchwork(t, program, "import-labels", project, filepath.Join(Root(t), "testdata", "scenes", "first60.csv"))
	Patchwork(t, program, "split", project, "--validation", "0.5", "--seed", "1")
	Patchwork(t, program, "train", project)
	j.Write(t, "decide.ipynb",
		fmt.Sprintf("import \"github.com/gopatchwork/patchwork/patchwork\"\nvar p = patchwork.MustOpen(%q)\n%%%%\nat := p.Decide(\"water\", \"road\")\nfmt.Printf(\"set: %%d, water %%.3f\\n\", len(at), at[\"water\"])", project))
	n := j.Open(t, StartBrowser(t), "decide.ipynb")
	n.Start(0)
	s := n.Frame(0)
	const images = `() => { const all = [...document.querySelectorAll(".pw-images img")]; return all.length > 0 && all[0].complete && all[0].naturalWidth > 0 }`
	s.Until("both classes are there", 2*time.Minute, `() => document.querySelectorAll(".pw-decisions").length === 2`)
	Screenshot(t, n.Page, "notebook-decide")
	for _, button := range []string{"[data-class=water] button[data-cell=tp]", "[data-class=water] .pw-bars button:not([disabled])", "[data-class=road] button[data-cell=tn]", ".pw-matrix td button:not([disabled])"} {
		s.Click(button)
		s.Until("its images are shown", 20*time.Second, images)
	}
	Screenshot(t, n.Page, "notebook-decide-open")
	s.Click("[data-class=water] input[type=range]")
	s.Press(input.Home) // the strictest threshold
	s.Until("the text follows", 10*time.Second, `() => document.querySelector("[data-class=water] input").value === "0"`)
	said := (&Notebook{Page: s.in, t: t}).eval(`() => document.querySelector("[data-class=water] .pw-said").textContent`)
	at, _, _ := strings.Cut(strings.TrimPrefix(said, "from "), " ")
	s.Click(".pw-celltools .pw-main")
	got := n.Wait(0, 30*time.Second)
	if !strings.Contains(got, "set: 2, water "+at) || !strings.Contains(got, "water, present from "+at+" on: ") {
		t.Errorf("the cell shows\n%s\nwant the threshold %s of water, as a value and in the text", got, at)
	}
	n.Until("the curves stay in the notebook", 20*time.Second, `() => Jupyter.notebook.get_cell(0).output_area.element[0].querySelectorAll("img").length >= 4`)
	Screenshot(t, n.Page, "notebook-decide-done")
	n.Save()
	file, err := os.ReadFile(filepath.Join(j.Dir, "decide.ipynb"))
	if text := string(file); err != nil || !strings.Contains(text, "present from "+at+" on: ") || !strings.Contains(text, "field, as labelled: 23 of 23") || strings.Contains(text, "<iframe") {
		t.Errorf("the notebook's file does not keep the threshold %s and the images opened last in its static form alone (%v)", at, err)
	}
}
