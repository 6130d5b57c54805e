package mlflow

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	"image/png"
	"maps"
	"path/filepath"

	"github.com/gopatchwork/patchwork/patchwork/runlog"
)

// Open is a runlog.Opener that sends a run: settings as parameters, environment, kind and note as tags, the numbers of points as metrics,
// and pictures as files. A run that goes on is the same run of MLflow, where its folder is the same.
func Open(o Options) runlog.Opener {
	return func(dir string, r runlog.Run, _ int) (runlog.Sink, error) {
		o := o
		if o.Name == "" {
			o.Name = r.ID
		}
		if o.ID == "" && dir != "" {
			whole, err := filepath.Abs(dir)
			if err != nil {
				return nil, fmt.Errorf("mlflow: %w", err)
			}
			sum := sha256.Sum256([]byte(whole + "\n" + r.Started.String()))
			o.ID = hex.EncodeToString(sum[:16])
		}
		run, err := Start(o)
		if err != nil {
			return nil, err
		}
		tags := map[string]string{"patchwork.kind": r.Kind}
		for name, v := range r.Environment {
			tags["patchwork."+name] = v
		}
		if r.Note != "" {
			tags["mlflow.note.content"] = r.Note
		}
		run.Params(r.Settings)
		run.Tags(tags)
		return &sink{run: run, told: map[string]bool{}}, nil
	}
}

// sink is what a run tells.
type sink struct {
	run  *Run
	last int             // step
	told map[string]bool // names of metrics
}

func (s *sink) Add(p runlog.Point) error {
	values := map[string]float64{"epoch": p.Epoch}
	maps.Copy(values, p.Values)
	for name := range values {
		s.told[name] = true
	}
	s.last = p.Step
	s.run.Metrics(p.Step, values)
	return nil
}

// End sends metrics that no point had, and waits for the server.
func (s *sink) End(r runlog.Run) error {
	rest := maps.Clone(r.Metrics)
	maps.DeleteFunc(rest, func(name string, _ float64) bool { return s.told[name] })
	s.run.Metrics(s.last, rest)
	status := Failed
	switch r.State {
	case runlog.Done:
		status = Finished
	case runlog.Interrupted:
		status = Killed
	}
	return s.run.Close(status)
}

// Histogram: MLflow has none.
func (s *sink) Histogram(int, string, []float32) error { return nil }

func (s *sink) Picture(step int, name string, picture image.Image) error {
	var file bytes.Buffer
	if err := png.Encode(&file, picture); err != nil {
		return fmt.Errorf("mlflow: the picture %s: %w", name, err)
	}
	s.run.File(fmt.Sprintf("%s/%08d.png", name, step), file.Bytes())
	return nil
}

// Cloud: MLflow has none.
func (s *sink) Cloud(int, runlog.Cloud) error { return nil }
