package runlog

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/gopatchwork/patchwork/internal/atomicfile"
)

// Run is one run.
type Run struct {
	ID          string             `yaml:"-" json:"id"` // the name of its folder
	Version     int                `yaml:"version" json:"-"`
	Kind        string             `yaml:"kind" json:"kind"` // as "train"
	State       State              `yaml:"state,omitempty" json:"state,omitempty"`
	Started     time.Time          `yaml:"started" json:"started"`                             // UTC
	Seconds     float64            `yaml:"seconds" json:"seconds"`                             // that it took, without the time between a cut and going on
	Outcome     string             `yaml:"outcome" json:"outcome"`                             // in a line
	Settings    map[string]string  `yaml:"settings,omitempty" json:"settings,omitempty"`       // all that decides what comes of it, defaults too, by names such as "augment.jitter"
	Given       []string           `yaml:"given,omitempty,flow" json:"given,omitempty"`        // names of the settings that were not left to their defaults
	Environment map[string]string  `yaml:"environment,omitempty" json:"environment,omitempty"` // what ran it: versions, backend, cores
	Metrics     map[string]float64 `yaml:"metrics,omitempty" json:"metrics,omitempty"`
	Note        string             `yaml:"note,omitempty" json:"note,omitempty"` // a person's
}

// State is how far a run is. It is "" for a run of version 1, which was recorded at its end.
type State string

// The states.
const (
	Running     State = "running"
	Done        State = "done"
	Interrupted State = "interrupted" // by a person; it may go on
	Failed      State = "failed"      // Outcome says why
	CutOff      State = "cut off"     // it says that it is running and no process is at it any more
)

const (
	fileName = "run.yaml"
	version  = 2
	maxNote  = 10_000 // characters
)

// Add records a run below dir and returns it with its ID. Metrics that are not finite are left out.
//
// Errors: the run has no kind; the folder or file cannot be written.
func Add(dir string, r Run) (Run, error) {
	if r.Kind == "" || strings.ContainsFunc(r.Kind, func(c rune) bool { return !('a' <= c && c <= 'z' || c == '-') }) {
		return r, fmt.Errorf("runlog: the kind of a run is %q; want small letters", r.Kind)
	}
	metrics := map[string]float64{}
	for name, v := range r.Metrics {
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			metrics[name] = v
		}
	}
	r.Version, r.Metrics, r.Started = version, metrics, r.Started.UTC().Truncate(time.Second)
	name := r.Started.Format("20060102-150405") + "-" + r.Kind
	for i := 1; ; i++ {
		if r.ID = name; i > 1 {
			r.ID = fmt.Sprintf("%s-%d", name, i)
		}
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return r, fmt.Errorf("runlog: %w", err)
		}
		err := os.Mkdir(filepath.Join(dir, r.ID), 0o755)
		if err == nil {
			return r, r.write(dir)
		}
		if !errors.Is(err, fs.ErrExist) {
			return r, fmt.Errorf("runlog: %w", err)
		}
	}
}

func (r Run) write(dir string) error {
	text, err := yaml.Marshal(r)
	if err != nil {
		return fmt.Errorf("runlog: %s: %w", r.ID, err)
	}
	file := filepath.Join(dir, r.ID, fileName)
	if err := atomicfile.Write(file, text, 0o644, atomicfile.Durable); err != nil {
		return fmt.Errorf("runlog: cannot write %s: %w", file, atomicfile.Cause(err))
	}
	return nil
}

// List reads the runs below dir, the newest first. One that cannot be read is left out and named in the error; the others
// are there all the same. No folder is no runs.
func List(dir string) ([]Run, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("runlog: %w", err)
	}
	var runs []Run
	var errs []error
	for _, e := range entries {
		if !e.IsDir() {
			continue
		}
		r, err := read(dir, e.Name())
		switch {
		case errors.Is(err, fs.ErrNotExist): // a folder of something else, or a run that was just begun
		case err != nil:
			errs = append(errs, err)
		default:
			runs = append(runs, r)
		}
	}
	slices.SortFunc(runs, func(a, b Run) int { return -cmp.Compare(a.ID, b.ID) })
	return runs, errors.Join(errs...)
}

func read(dir, id string) (Run, error) {
	file := filepath.Join(dir, id, fileName)
	text, err := os.ReadFile(file)
	if err != nil {
		return Run{}, fmt.Errorf("runlog: %w", err)
	}
	r := Run{ID: id}
	if err := yaml.Unmarshal(text, &r); err != nil {
		return Run{}, fmt.Errorf("runlog: %s is damaged: %w; restore it or delete its folder", file, err)
	}
	if r.Version > version || r.Version < 1 {
		return Run{}, fmt.Errorf("runlog: %s has version %d and this program reads up to %d; use a newer patchwork", file, r.Version, version)
	}
	return r, nil
}

// SetNote replaces the note of a run; "" removes it.
//
// Errors: there is no such run; the note is longer than 10,000 characters or no UTF-8; the file cannot be written.
func SetNote(dir, id, note string) error {
	if id == "" || id != filepath.Base(id) || id == "." || id == ".." {
		return fmt.Errorf("runlog: %q is the name of no run", id)
	}
	if n := utf8.RuneCountInString(note); n > maxNote || !utf8.ValidString(note) {
		return fmt.Errorf("runlog: the note has %d characters; want UTF-8 text of at most %d", n, maxNote)
	}
	r, err := read(dir, id)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("runlog: there is no run %s in %s", id, dir)
	}
	if err != nil {
		return err
	}
	r.Note = note
	return r.write(dir)
}
