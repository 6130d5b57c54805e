package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/gopatchwork/patchwork/e2e"
	"github.com/gopatchwork/patchwork/patchwork"
)

// measureCell runs cells in the kernel, first those without the project and then those with it.
func measureCell(t *trial) {
	dir := filepath.Join(t.folder("cell"), "project")
	_, _, err := patchwork.Init(t.ctx, dir, patchwork.InitOptions{
		Images: []string{filepath.Join(t.scenes(), "scene_000?.jpg")}, Classes: patchwork.Classes("water"),
	}, nil)
	t.must(err)
	j := e2e.StartJupyter(t, e2e.JupyterOptions{})
	ctx, stop := context.WithTimeout(t.ctx, 4*time.Minute)
	defer stop()
	k, err := startKernel(ctx, j)
	t.must(err)
	defer k.ws.CloseNow()

	_, plain := t.cells(ctx, k, "", `fmt.Println("cell", %d, "of", 10)`, "of 10")
	t.report(times("cell/plain", "a trivial cell without imports", 0, plain, "GoNB alone, for comparison"))
	declare := fmt.Sprintf("import \"github.com/gopatchwork/patchwork/patchwork\"\nvar p = patchwork.MustOpen(%q)", dir)
	first, ds := t.cells(ctx, k, declare, `fmt.Println("cell", %d, p.Name(), p.Images().Len())`, "project 10")
	t.report(times("cell/import", "a trivial cell that imports patchwork", 2*time.Second, ds,
		fmt.Sprintf("execute_request until idle; every cell is new; the very first took %.1f s", first.Seconds())))
}

// cells runs a declaration, if any, and then cells that differ in a number, and checks what they print. It returns the
// time of the first and those of the others.
func (t *trial) cells(ctx context.Context, k *kernel, declare, format, want string) (first time.Duration, others []time.Duration) {
	t.Helper()
	if declare != "" {
		_, _, err := k.run(ctx, declare)
		t.must(err)
	}
	for i := range 11 {
		out, took, err := k.run(ctx, "%%\n"+fmt.Sprintf(format, i))
		t.must(err)
		if !strings.Contains(out, want) {
			t.Fatalf("cell %d printed %q; want %q in it", i, out, want)
		}
		if i == 0 {
			first = took
		} else {
			others = append(others, took)
		}
	}
	return first, others
}
