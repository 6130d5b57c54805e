package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/gopatchwork/patchwork/e2e"
)

// linked are the programs that are built, from nothing to what a cell is: each with one use, so that the linker keeps it.
var linked = []struct{ what, path, use string }{
	{"an empty program", "fmt", "fmt.Sprint"},
	{"labels", "patchwork/labels", "labels.Open"},
	{"widgets", "widgets", "widgets.NewProgress"},
	{"features", "patchwork/features", "features.OpenONNX"},
	{"classify", "patchwork/classify", "classify.Train"},
	{"studio", "patchwork/studio", "studio.NewServer"},
	{"patchwork", "patchwork", "patchwork.MustOpen"},
}

// measureLink builds small programs again and again, each time with another text, as the kernel does for each cell.
func measureLink(t *trial) {
	dir := t.folder("link")
	for _, p := range linked {
		var ds []time.Duration
		var size int64
		for i := range 4 {
			took := t.build(dir, p.path, p.use, i)
			if i > 0 { // the first may compile
				ds = append(ds, took)
			}
		}
		info, err := os.Stat(filepath.Join(dir, "cell"))
		t.must(err)
		size = info.Size()
		t.report(times("link/"+p.what, "build and link "+p.what, 0, ds,
			fmt.Sprintf("go build -ldflags=-s of one changed line; %.1f MB", float64(size)/1e6)))
	}
}

// build compiles and links a program that uses one function of a package.
func (t *trial) build(dir, path, use string, change int) time.Duration {
	t.Helper()
	if path != "fmt" {
		path = "github.com/gopatchwork/patchwork/" + path
	}
	text := fmt.Sprintf("package main\n\nimport %q\n\nvar use = %s\n\nfunc main() { println(%d, use == nil) }\n", path, use, change)
	t.must(os.WriteFile(filepath.Join(dir, "main.go"), []byte(text), 0o644))
	from, err := filepath.Rel(e2e.Root(t), dir)
	t.must(err)
	cmd := exec.CommandContext(t.ctx, "go", "build", "-ldflags=-s", "-o", filepath.Join(dir, "cell"), "./"+filepath.ToSlash(from))
	cmd.Dir = e2e.Root(t)
	begun := time.Now()
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("the program that uses %s does not build: %v: %s", use, err, strings.TrimSpace(string(out)))
	}
	return time.Since(begun)
}
