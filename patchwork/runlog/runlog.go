package runlog

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
	"golang.org/x/sys/unix"

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

// Asked are the settings that were not left to their defaults. Of a run of version 1, which has no others, they are all.
func (r Run) Asked() map[string]string {
	if r.Version == 1 {
		return r.Settings
	}
	asked := map[string]string{}
	for _, name := range r.Given {
		if v, ok := r.Settings[name]; ok {
			asked[name] = v
		}
	}
	return asked
}

const (
	fileName = "run.yaml"
	version  = 2
	maxNote  = 10_000 // characters
)

// Add records a run below dir that is over, and returns it with its ID. Metrics that are not finite are left out; without Given, all settings are.
//
// Errors: the run has no kind; the folder or file cannot be written.
func Add(dir string, r Run) (Run, error) {
	r.Metrics = finite(r.Metrics)
	if r.State == "" {
		r.State = Done
	}
	if r.Given == nil {
		r.Given = slices.Sorted(maps.Keys(r.Settings))
	}
	r, err := create(dir, r)
	if err != nil {
		return r, err
	}
	return r, r.write(dir, atomicfile.Durable)
}

func finite(metrics map[string]float64) map[string]float64 {
	kept := map[string]float64{}
	for name, v := range metrics {
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			kept[name] = v
		}
	}
	return kept
}

// create makes the folder of a run and fills its ID in.
func create(dir string, r Run) (Run, error) {
	if r.Kind == "" || strings.ContainsFunc(r.Kind, func(c rune) bool { return !('a' <= c && c <= 'z' || c == '-') }) {
		return r, fmt.Errorf("runlog: the kind of a run is %q; want small letters", r.Kind)
	}
	if err := checkNote(r.Note); err != nil {
		return r, err
	}
	r.Version, r.Started = version, r.Started.UTC().Truncate(time.Second)
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
			return r, nil
		}
		if !errors.Is(err, fs.ErrExist) {
			return r, fmt.Errorf("runlog: %w", err)
		}
	}
}

func (r Run) write(dir string, d atomicfile.Durability) error {
	text, err := yaml.Marshal(r)
	if err != nil {
		return fmt.Errorf("runlog: %s: %w", r.ID, err)
	}
	file := filepath.Join(dir, r.ID, fileName)
	if err := atomicfile.Write(file, text, 0o644, d); err != nil {
		return fmt.Errorf("runlog: cannot write %s: %w", file, atomicfile.Cause(err))
	}
	return nil
}

// change reads a run, lets do change it, and writes it. Others that change a run below dir wait meanwhile, so that no note is lost.
func change(dir, id string, do func(*Run)) error {
	lock, err := hold(dir, unix.LOCK_EX)
	if err != nil {
		return fmt.Errorf("runlog: %w", err)
	}
	defer lock.Close()
	r, err := read(dir, id)
	if err != nil {
		return err
	}
	do(&r)
	return r.write(dir, atomicfile.Durable)
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
		r, err := Read(filepath.Join(dir, e.Name()))
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

// Read reads the run of a folder. One that says that it is running, while no process is at it, is CutOff.
//
// Errors: there is none (fs.ErrNotExist); the file is damaged, or of a version that this program does not know.
func Read(folder string) (Run, error) {
	r, err := read(filepath.Dir(folder), filepath.Base(folder))
	if err == nil && r.State == Running && !held(folder) {
		if r, err = read(filepath.Dir(folder), filepath.Base(folder)); r.State == Running { // it has not ended this instant
			r.State = CutOff
		}
	}
	return r, err
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
		return Run{}, fmt.Errorf("runlog: %s has version %d and this program reads 1 to %d; use a newer patchwork", file, r.Version, version)
	}
	return r, nil
}

// SetNote replaces the note of a run; "" removes it. The run may go on meanwhile.
//
// Errors: there is no such run; the note is longer than 10,000 characters or no UTF-8; the file cannot be written.
func SetNote(dir, id, note string) error {
	if err := errors.Join(checkID(id), checkNote(note)); err != nil {
		return err
	}
	err := change(dir, id, func(r *Run) { r.Note = note })
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("runlog: there is no run %s in %s", id, dir)
	}
	return err
}

// ErrNoted is the kind of error that says: a run has a note, which would be lost.
var ErrNoted = errors.New("runlog: the run has a note")

// Remove deletes the folder of a run with all that is in it, also where run.yaml cannot be read.
//
// Errors: there is no such run; it is running; it has a note and noted is false (ErrNoted, with its beginning); it cannot be deleted.
func Remove(dir, id string, noted bool) error {
	if err := checkID(id); err != nil {
		return err
	}
	folder := filepath.Join(dir, id)
	if _, err := os.Stat(filepath.Join(folder, fileName)); err != nil {
		return fmt.Errorf("runlog: there is no run %s in %s", id, dir)
	}
	lock, err := take(folder)
	if err != nil {
		return fmt.Errorf("runlog: the run %s is running; end it first", folder)
	}
	defer lock.Close()
	if r, err := read(dir, id); err == nil && r.Note != "" && !noted {
		return fmt.Errorf("%w, which would be lost: %s: %.60q", ErrNoted, id, r.Note)
	}
	if err := os.RemoveAll(folder); err != nil {
		return fmt.Errorf("runlog: %w", err)
	}
	return nil
}

func checkID(id string) error {
	if id == "" || id != filepath.Base(id) || id == "." || id == ".." {
		return fmt.Errorf("runlog: %q is the name of no run", id)
	}
	return nil
}

func checkNote(note string) error {
	if n := utf8.RuneCountInString(note); n > maxNote || !utf8.ValidString(note) {
		return fmt.Errorf("runlog: the note has %d characters; want UTF-8 text of at most %d", n, maxNote)
	}
	return nil
}
