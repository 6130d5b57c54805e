package e2e

import (
	"fmt"
	"testing"
	"time"

	"github.com/go-rod/rod/lib/input"
)

// A person labels on a page that sees neither the server's port nor a proxy: all goes through the kernel, also while a
// cell runs, over https below a base path, and after a reload of the notebook.
func TestStudioThroughTheKernel(t *testing.T) {
	Slow(t)
	program := Program(t)
	for _, tt := range []struct {
		name string
		o    JupyterOptions
	}{
		{"http by another name", JupyterOptions{Host: Hub}},
		{"https below a base path", JupyterOptions{Host: Hub, TLS: true, Base: "/user/ann/"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			j := StartJupyter(t, tt.o)
			project := scenesProject(t, program)
			j.Write(t, "studio.ipynb",
				fmt.Sprintf("import \"github.com/gopatchwork/patchwork/patchwork\"\nvar p = patchwork.MustOpen(%q)\n%%%%\np.Studio()", project),
				"%%\ntime.Sleep(20 * time.Second)")
			n := j.Open(t, StartBrowser(t, ToHub, Unsigned, Together), "studio.ipynb")
			n.Run(0, 3*time.Minute)
			start := time.Now()
			s := n.Studio(0)
			t.Logf("the studio is there %v after the cell", time.Since(start).Round(time.Millisecond))
			if got := n.eval(`() => document.querySelector(".output_area iframe").getAttribute("src") ?? "none"`); got != "none" {
				t.Fatalf("the frame came from %s, not through the kernel", got)
			}
			s.Click(".pw-tile:nth-child(2) .pw-picture")
			s.Press(input.Digit1)
			s.Shows(1, 0, "present")
			s.Saved()
			n.Start(1) // the kernel is busy now
			n.Until("the kernel is busy", 20*time.Second, `() => document.getElementById("kernel_indicator_icon").classList.contains("kernel_busy_icon")`)
			start = time.Now()
			s.Press(input.ArrowLeft, input.Digit2, input.Digit2)
			s.Shows(0, 1, "absent")
			s.Saved()
			t.Logf("two labels are saved after %v with a busy kernel", time.Since(start).Round(time.Millisecond))
			if got := present(t, program, project); got["field"] != 1 {
				t.Errorf("on disk are %v, want one field", got)
			}
			Screenshot(t, n.Page, "kernel-way-"+tt.name)
			n.Save()
			n.Reload()
			s = n.Studio(0)
			if s.Label(1, 0) != "present" || s.Label(0, 1) != "absent" {
				t.Error("after a reload of the notebook the labels are not shown")
			}
			s.Press(input.Escape)
			s.Click(".pw-tile:nth-child(3) .pw-picture")
			s.Press(input.Digit3)
			s.Shows(2, 2, "present")
			s.Saved()
		})
	}
}
