package main

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// disk measures what the disk itself needs to take a line at the end of a file and keep it: one write, one fsync. It
// runs in turns with what writes labels, because disks have moods.
type disk struct {
	file  *os.File
	line  []byte
	times []time.Duration
}

func newDisk(t *trial, dir string) *disk {
	t.Helper()
	f, err := os.Create(filepath.Join(dir, "disk"))
	t.must(err)
	t.Cleanup(func() { f.Close(); os.Remove(f.Name()) })
	line := make([]byte, 300) // about what a label takes in a journal
	for i := range line {
		line[i] = 'x'
	}
	return &disk{file: f, line: append(line, '\n')}
}

func (d *disk) turn() error {
	begun := time.Now()
	if _, err := d.file.Write(d.line); err != nil {
		return err
	}
	err := d.file.Sync()
	d.times = append(d.times, time.Since(begun))
	return err
}

// beside turns the row of a label into one judged against the disk: 20 ms at the 95th percentile, or what the disk
// needed in the same run if that is longer.
func (d *disk) beside(name, what string, ds []time.Duration, how string) Row {
	own := times("", "", 0, d.times, "")
	r := byP95(name, what, 20*time.Millisecond, ds, "")
	r.Target = max(r.Target, own.P95)
	r.How = fmt.Sprintf("%s; the disk alone in turns %s, p95 %s: ratio %s, p95 %s", how,
		number(own.Value), number(own.P95), number(r.Value/own.Value), number(r.P95/own.P95))
	return r
}

// labelCount is how many labels a measurement writes.
const labelCount = 300

// measureLabel applies labels to the open journal of the large project.
func measureLabel(t *trial) {
	p := t.largeProject()
	s, err := p.open(false)
	t.must(err)
	defer s.Close()
	d := newDisk(t, p.dir)
	var ds []time.Duration
	for i := range labelCount {
		e := p.click(i)
		begun := time.Now()
		a, err := s.Apply(e)
		ds = append(ds, time.Since(begun))
		t.must(err)
		if i == 0 && (a.Repeated || s.Table().Value(0, knownClasses) != labels.Absent) {
			t.Fatal("the first label is not in the table")
		}
		t.must(d.turn())
	}
	t.report(d.beside("label/apply", "label on disk and in the table", ds, "labels.Store.Apply at 100,000 images"))
}
