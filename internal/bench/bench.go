package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/gopatchwork/patchwork/e2e"
)

// bench holds what several measurements share.
type bench struct {
	dirs  []string // deleted at the end
	large *project // made when first asked for
}

func newBench() *bench {
	os.Setenv("PATCHWORK_ANNOTATOR", annotator)
	return &bench{}
}

func (b *bench) close() {
	for _, dir := range b.dirs {
		os.RemoveAll(dir)
	}
}

// annotator owns the journals of the measured projects.
const annotator = "bench"

// folder makes a folder on the disk of the working tree, deleted when all is measured.
func (t *trial) folder(name string) string {
	t.Helper()
	base := filepath.Join(e2e.Root(t), "build", "bench")
	t.must(os.MkdirAll(base, 0o755))
	dir, err := os.MkdirTemp(base, name+"-")
	t.must(err)
	t.bench.dirs = append(t.bench.dirs, dir)
	return dir
}

// scenes is the folder of the small pictures that the project carries.
func (t *trial) scenes() string { return filepath.Join(e2e.Root(t), "testdata", "scenes", "images") }

// shared finds a file in the folder of models and data beside the working tree; ok is false where it is not there.
func (t *trial) shared(elem ...string) (file string, ok bool) {
	base := os.Getenv("PATCHWORK_SHARED")
	if base == "" {
		base = filepath.Join(e2e.Root(t), "..", "shared")
	}
	file = filepath.Join(append([]string{base}, elem...)...)
	_, err := os.Stat(file)
	return file, err == nil
}

// classNames are n classes.
func classNames(n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("class %d", i)
	}
	return names
}
