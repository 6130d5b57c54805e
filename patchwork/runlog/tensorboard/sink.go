package tensorboard

import (
	"errors"
	"image"
	"path/filepath"

	"github.com/gopatchwork/patchwork/patchwork/runlog"
)

// Open is a runlog.Opener that writes an event file, and what the projector shows, into a folder of the run's name below another; "" means
// the folder tensorboard in that of the run. The numbers of a point are scalars, with its epoch; settings and note are text, settings also hyperparameters.
func Open(folder string) runlog.Opener {
	return func(dir string, r runlog.Run, after int) (runlog.Sink, error) {
		into := filepath.Join(folder, r.ID)
		if folder == "" {
			if dir == "" {
				return nil, errors.New("tensorboard: the run has no folder for the event file; give one")
			}
			into = filepath.Join(dir, "tensorboard")
		}
		w, err := Create(into, Options{After: after})
		if err != nil {
			return nil, err
		}
		errs := []error{w.Begin(r.Settings), w.Text(0, "settings", Table(r.Settings)), w.Text(0, "environment", Table(r.Environment))}
		if r.Note != "" {
			errs = append(errs, w.Text(0, "note", r.Note))
		}
		if err := errors.Join(append(errs, w.Flush())...); err != nil {
			w.Close()
			return nil, err
		}
		return &sink{w: w, dir: into, last: after, told: map[string]bool{}}, nil
	}
}

// sink is what a run tells.
type sink struct {
	w    *Writer
	dir  string
	last int             // step
	told map[string]bool // names of metrics
}

func (s *sink) Add(p runlog.Point) error {
	values := map[string]float64{"epoch": p.Epoch}
	for name, v := range p.Values {
		values[name] = v
		s.told[name] = true
	}
	s.last = p.Step
	return s.w.Scalars(p.Step, values)
}

// End writes metrics that no point had, for the table of hyperparameters. A run that may go on is not marked as ended, because TensorBoard
// keeps what it hears first.
func (s *sink) End(r runlog.Run) error {
	rest := map[string]float64{}
	for name, v := range r.Metrics {
		if !s.told[name] {
			rest[name] = v
		}
	}
	errs := []error{s.w.Scalars(s.last, rest)}
	switch r.State {
	case runlog.Done:
		errs = append(errs, s.w.End(Succeeded))
	case runlog.Failed:
		errs = append(errs, s.w.End(Failed))
	}
	return firstOf(append(errs, s.w.Close()))
}

// firstOf is the first error: a writer that has failed says the same again.
func firstOf(errs []error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *sink) Histogram(step int, name string, values []float32) error {
	return s.w.Histogram(step, name, values)
}

func (s *sink) Picture(step int, name string, picture image.Image) error {
	return s.w.Image(step, name, picture)
}

func (s *sink) Cloud(_ int, c runlog.Cloud) error { return WriteEmbedding(s.dir, c) }
