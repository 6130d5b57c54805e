package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/gopatchwork/patchwork/patchwork"
)

// opening is how long the parts of opening a project took in a process of its own, as each cell is one.
type opening struct {
	Images, Labels, All time.Duration
	Rows                int
}

// printOpen opens the project in dir, once, and prints the times. It is what the started processes do.
func printOpen(dir string) error {
	begun := time.Now()
	p, err := patchwork.Open(dir)
	if err != nil {
		return err
	}
	images := time.Since(begun)
	table, err := p.Labels()
	if err != nil {
		return err
	}
	all := time.Since(begun)
	return printJSON(opening{Images: images, Labels: all - images, All: all, Rows: table.Len()})
}

// openOnce starts this program again to open the project.
func (t *trial) openOnce(p *project) opening {
	t.Helper()
	self, err := os.Executable()
	t.must(err)
	out, err := exec.CommandContext(t.ctx, self, "-open", p.dir).Output()
	t.must(err)
	var o opening
	t.must(json.Unmarshal(out, &o))
	if o.Rows != p.index.Len() {
		t.Fatalf("the opened project has %d rows; want %d", o.Rows, p.index.Len())
	}
	return o
}

// measureOpen opens the large project in fresh processes, with and without the cache of the journal's replay.
func measureOpen(t *trial) {
	p := t.largeProject()
	var all, images, labels []time.Duration
	for range 21 {
		o := t.openOnce(p)
		all, images, labels = append(all, o.All), append(images, o.Images), append(labels, o.Labels)
	}
	const what = "open a project of 100,000 images"
	t.report(times("open/all", what, 50*time.Millisecond, all,
		"patchwork.Open and Labels in a new process; journal of 20,000 labels and an import of 100,000 rows"))
	t.report(times("open/images", "  of this the image index", 0, images, "patchwork.Open"))
	t.report(times("open/labels", "  of this the label table", 0, labels, "Project.Labels, from the replay cache"))

	var replay []time.Duration
	for range 3 {
		t.must(os.Remove(p.cache()))
		replay = append(replay, t.openOnce(p).All)
		s, err := p.open(false) // writes the cache again
		t.must(err)
		t.must(s.Close())
	}
	t.report(times("open/replay", "  the same without the replay cache", 0, replay, "all of the journal is read, as after copying it from elsewhere"))
}

// cache is the file that makes opening fast; only a cache.
func (p *project) cache() string { return filepath.Join(p.dir, "journal", "replay.cache") }
