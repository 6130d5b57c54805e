package e2e

import (
	"strings"
	"testing"
	"time"
)

// The shortest way through everything: a person opens a notebook, runs a cell of Go, and another that imports a
// package of the working tree.
func TestCellsRunInTheBrowser(t *testing.T) {
	Slow(t)
	j := StartJupyter(t, JupyterOptions{})
	j.Write(t, "smoke.ipynb",
		"%%\nfmt.Println(\"six times seven is\", 6*7)",
		"import \"github.com/gopatchwork/patchwork/patchwork/labels\"\n%%\nfmt.Println(\"unknown is\", int(labels.Unknown))",
	)
	n := j.Open(t, StartBrowser(t), "smoke.ipynb")
	for cell, want := range []string{"six times seven is 42", "unknown is -1"} {
		start := time.Now()
		if got := n.Run(cell, 2*time.Minute); !strings.Contains(got, want) {
			t.Errorf("cell %d shows %q, want %q", cell, got, want)
		}
		t.Logf("cell %d took %v", cell, time.Since(start).Round(10*time.Millisecond))
	}
	Screenshot(t, n.Page, "smoke")

	n.RestartKernel()
	if got := n.Run(0, time.Minute); !strings.Contains(got, "42") {
		t.Errorf("after a restart the cell shows %q", got)
	}
	n.Save()
	n.Reload()
	if got := n.Text(0); !strings.Contains(got, "42") {
		t.Errorf("after saving and reloading the cell shows %q", got)
	}
	j.Stop()
	if left := Marked(j.Mark); len(left) > 0 {
		t.Errorf("processes %v outlive the server", left)
	}
}
