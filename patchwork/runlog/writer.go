package runlog

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/gopatchwork/patchwork/internal/atomicfile"
)

// Writer writes down a run that goes on: run.yaml at its beginning and its end, and a line of metrics.csv at each point, at once,
// so that a process that is killed loses nothing. It is a Sink for one goroutine.
type Writer struct {
	dir   string // of the run
	run   Run
	lock  *os.File
	names []string // columns of the metrics; nil before the first point
	file  *os.File
	line  []byte
	last  map[string]float64 // finite values
	err   error              // of the first point that could not be kept
}

// Begin begins a run below dir. Two that begin in the same second get IDs of their own, in whatever process.
//
// Errors: the run has no kind; the folder or file cannot be written.
func Begin(dir string, r Run) (*Writer, error) {
	r.State, r.Outcome, r.Metrics = Running, "", nil
	if r.Started.IsZero() {
		r.Started = time.Now()
	}
	r, err := create(dir, r)
	if err != nil {
		return nil, err
	}
	w := &Writer{dir: filepath.Join(dir, r.ID), run: r, last: map[string]float64{}}
	if w.lock, err = take(w.dir); err != nil {
		err = fmt.Errorf("runlog: %s cannot be locked: %w", w.dir, err)
	} else if err = r.write(dir, atomicfile.Cached); err != nil {
		w.lock.Close()
	}
	if err != nil {
		os.Remove(w.dir) // there is nothing in it
		return nil, err
	}
	return w, nil
}

// Continue goes on with a run below dir that was cut off, after a step. Points of later steps are dropped.
//
// Errors: there is no such run, or it is done; another process is at it; its files cannot be read or written.
func Continue(dir, id string, after int) (*Writer, error) {
	w := &Writer{dir: filepath.Join(dir, id), last: map[string]float64{}}
	var err error
	if w.lock, err = take(w.dir); err != nil {
		return nil, fmt.Errorf("runlog: cannot go on with the run %s: %w", w.dir, err)
	}
	if err = w.takeUp(dir, id, after); err != nil {
		return nil, errors.Join(err, w.lock.Close())
	}
	return w, nil
}

func (w *Writer) takeUp(dir, id string, after int) error {
	r, err := read(dir, id)
	if err != nil {
		return err
	}
	if r.State == Done || r.State == "" {
		return fmt.Errorf("runlog: the run %s is done; begin another", w.dir)
	}
	t, err := readTable(w.dir)
	if err != nil {
		return err
	}
	t.cut(after)
	r.Seconds = 0
	for _, row := range t.rows {
		r.Seconds = row.seconds
		for i, name := range t.names {
			w.keep(name, row.values[i])
		}
	}
	if t.names != nil {
		if err := t.write(w.dir); err != nil {
			return err
		}
		w.names = t.names
	}
	r.State, r.Outcome, r.Metrics = Running, "", nil
	w.run = r
	return r.write(dir, atomicfile.Cached)
}

// keep remembers a value for run.yaml.
func (w *Writer) keep(name string, v float64) {
	if !math.IsNaN(v) && !math.IsInf(v, 0) {
		w.last[name] = v
	}
}

// Run is the run as it began: with its ID, and, where it goes on, the Seconds that it took before.
func (w *Writer) Run() Run { return w.run }

// Dir is its folder.
func (w *Writer) Dir() string { return w.dir }

// Add writes a point. Where it has a metric that is new, the file is written anew with one more column, once for each.
//
// Errors: the file cannot be written, as on a full disk. Then it is not touched again; what was written is whole lines but perhaps the last.
func (w *Writer) Add(p Point) error {
	if w.err == nil {
		w.err = w.add(p)
	}
	return w.err
}

func (w *Writer) add(p Point) error {
	var fresh []string
	for name, v := range p.Values {
		w.keep(name, v)
		if !slices.Contains(w.names, name) {
			fresh = append(fresh, name)
		}
	}
	if len(fresh) > 0 || w.names == nil {
		slices.Sort(fresh)
		if err := w.widen(fresh); err != nil {
			return err
		}
	}
	if w.file == nil {
		var err error
		if w.file, err = os.OpenFile(filepath.Join(w.dir, MetricsFile), os.O_WRONLY|os.O_APPEND, 0o644); err != nil {
			return fmt.Errorf("runlog: %w", err)
		}
	}
	w.line = appendLine(w.line[:0], p, w.names)
	if _, err := w.file.Write(w.line); err != nil {
		return fmt.Errorf("runlog: cannot write %s: %w", w.file.Name(), atomicfile.Cause(err))
	}
	return nil
}

// widen gives the file columns for more metrics.
func (w *Writer) widen(names []string) error {
	t, err := readTable(w.dir)
	if err != nil {
		return err
	}
	if w.file != nil {
		w.file.Close()
		w.file = nil
	}
	t.names = append(t.names, names...)
	w.names = append(w.names, names...)
	return t.write(w.dir)
}

// End completes run.yaml by State, Outcome, Seconds and Metrics of r; the last finite values of the points are metrics, too, where r does not have them. A
// note that was written meanwhile stays.
//
// Errors: that of Add, if it failed; the file cannot be written.
func (w *Writer) End(r Run) error {
	defer w.lock.Close()
	err := w.err
	if w.file != nil {
		if closed := w.file.Close(); err == nil && closed != nil {
			err = fmt.Errorf("runlog: cannot write %s: %w", w.file.Name(), atomicfile.Cause(closed))
		}
		w.file = nil
	}
	w.run.State, w.run.Outcome, w.run.Seconds = r.State, r.Outcome, r.Seconds
	w.run.Metrics = maps.Clone(w.last)
	maps.Copy(w.run.Metrics, finite(r.Metrics))
	dir := filepath.Dir(w.dir)
	return errors.Join(err, change(dir, w.run.ID, func(now *Run) {
		note := now.Note
		*now = w.run
		now.Note = note
	}))
}

// Unfinished finds the newest run below dir that is like r in kind and settings and was cut off, interrupted or failed: the one that r
// goes on with. It is "" if there is none.
func Unfinished(dir string, r Run) (id string) {
	runs, _ := List(dir) // one that cannot be read cannot go on either
	for _, old := range runs {
		ended := old.State == CutOff || old.State == Interrupted || old.State == Failed
		if ended && old.Kind == r.Kind && maps.Equal(old.Settings, r.Settings) {
			return old.ID
		}
	}
	return ""
}
