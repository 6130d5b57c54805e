package e2e

import (
	"fmt"
	"testing"
	"time"

	"github.com/go-rod/rod/lib/input"
)

// In JupyterLab a person labels by keys, Lab's own keys are not disturbed, the page is reloaded and the kernel restarted:
// directly, and through the kernel below a base path.
func TestStudioInJupyterLab(t *testing.T) {
	Slow(t)
	program := Program(t)
	for _, tt := range []struct {
		name, host, base string
		direct           bool
	}{{"directly", "", "", true}, {"through the kernel", Hub, "/user/ann/", false}} {
		t.Run(tt.name, func(t *testing.T) {
			j := StartJupyter(t, JupyterOptions{Lab: true, Host: tt.host, Base: tt.base})
			project := scenesProject(t, program)
			j.Write(t, "studio.ipynb",
				fmt.Sprintf("import \"github.com/gopatchwork/patchwork/patchwork\"\nvar p = patchwork.MustOpen(%q)\n%%%%\np.Studio()", project))
			l := j.OpenLab(t, StartBrowser(t, ToHub, Together), "studio.ipynb")
			l.Start(0)
			s := l.Studio()
			if direct := l.eval(`() => document.querySelector(".jp-OutputArea iframe").getAttribute("src") ?? ""`) != ""; direct != tt.direct {
				t.Errorf("the frame has an address: %v, want %v", direct, tt.direct)
			}
			cells := l.Cells()
			s.Click(".pw-tile:nth-child(2) .pw-picture")
			s.Press(input.Digit1)
			s.Shows(1, 0, "present")
			s.Saved()
			s.Press(input.KeyD, input.KeyD, input.KeyA, input.KeyM) // in a cell these would delete, add and turn cells
			if got := l.Cells(); got != cells {
				t.Errorf("keys reached the notebook: %s cells, before %s", got, cells)
			}
			Screenshot(t, l.Page, "lab-studio-"+tt.name)
			l.SaveAndReload()
			if s = l.Studio(); s.Label(1, 0) != "present" {
				t.Error("after a reload the label is not shown")
			}
			if got := present(t, program, project); got["field"] != 1 {
				t.Errorf("on disk are %v, want one field", got)
			}
			l.RestartKernel()
			l.Until("the cell shows its static form again", 30*time.Second, `() => !document.querySelector(".jp-OutputArea iframe")`)
		})
	}
}
