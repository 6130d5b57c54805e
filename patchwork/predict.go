package patchwork

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"strconv"

	"github.com/gopatchwork/patchwork/internal/atomicfile"
	"github.com/gopatchwork/patchwork/patchwork/imageset"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// Predict scores every image with the trained classifier and writes them to w as CSV: filepath, then one column for
// each class that it knows, under its present name, with the probability that it is present: see Scores.For. Images without current features are left out and counted.
//
// Errors: ErrNoModel; ErrNoFeatures; a model of other features than the current ones; those of w.
func (p *Project) Predict(ctx context.Context, w io.Writer) (written, skipped int, err error) {
	s, err := p.predict(ctx)
	if err != nil {
		return 0, 0, err
	}
	return s.write(w)
}

// PredictFile is Predict into a file, replaced only when all is written.
func (p *Project) PredictFile(ctx context.Context, file string) (written, skipped int, err error) {
	s, err := p.predict(ctx)
	if err != nil {
		return 0, 0, err
	}
	return s.writeFile(file)
}

// PropagatedFile writes what the last Propagate kept into file, as PredictFile does with the model's scores; a score that
// there is none of is empty. Images without features are left out and counted.
//
// Errors: ErrNotPropagated; those of the file.
func (p *Project) PropagatedFile(file string) (written, skipped int, err error) {
	scores, err := p.Propagated()
	if err != nil {
		return 0, 0, err
	}
	t, err := p.Labels()
	if err != nil {
		return 0, 0, err
	}
	return p.prediction(scores, t).writeFile(file)
}

// prediction is a score for each image and class.
type prediction struct {
	index   *imageset.Index
	classes []string
	of      func(row int) []float32 // by Table class; nil without features
	columns []int                   // the Table classes of classes
}

// predict scores every image.
func (p *Project) predict(ctx context.Context) (prediction, error) {
	m, err := p.Model()
	if err != nil {
		return prediction{}, err
	}
	store, err := p.Features()
	if err != nil {
		return prediction{}, err
	}
	defer store.Close()
	info, index := m.Info(), p.Images()
	if info.FeatureID != store.Spec().ID {
		return prediction{}, fmt.Errorf("patchwork: the model was trained on the features %s and the current ones are %s; train again",
			info.FeatureID, store.Spec().ID)
	}
	t, err := p.Labels()
	if err != nil {
		return prediction{}, err
	}
	values, err := m.Scores(ctx, index.Len(), featureRow(store, index))
	if err != nil {
		return prediction{}, err
	}
	return p.prediction(&Scores{Classes: info.Classes, Rows: index.Len(), p: values}, t), nil
}

// prediction is scores by the classes as they are called now.
func (p *Project) prediction(s *Scores, t *labels.Table) prediction {
	out := prediction{index: p.Images(), of: s.For(t)}
	learned := s.columns(t)
	for class, name := range t.Classes() {
		if len(learned[class]) > 0 {
			out.classes, out.columns = append(out.classes, name), append(out.columns, class)
		}
	}
	return out
}

// writeFile is write into a file, replaced only when all is written.
func (s prediction) writeFile(file string) (written, skipped int, err error) {
	err = atomicfile.WriteFunc(file, 0o644, atomicfile.Durable, func(w io.Writer) error {
		written, skipped, err = s.write(w)
		return err
	})
	if err != nil {
		return 0, 0, fmt.Errorf("patchwork: cannot write %s: %w", file, err)
	}
	return written, skipped, nil
}

// write writes the scores as CSV.
func (s prediction) write(w io.Writer) (written, skipped int, err error) {
	out := csv.NewWriter(w)
	line := append([]string{"filepath"}, s.classes...)
	if err := out.Write(line); err != nil {
		return 0, 0, err
	}
	for row := range s.index.Len() {
		scores := s.of(row)
		if scores == nil {
			skipped++
			continue
		}
		line = append(line[:0], s.index.At(row).ID)
		for _, class := range s.columns {
			text := ""
			if score := float64(scores[class]); !math.IsNaN(score) {
				text = strconv.FormatFloat(score, 'g', 6, 32)
			}
			line = append(line, text)
		}
		if err := out.Write(line); err != nil {
			return written, skipped, err
		}
		written++
	}
	out.Flush()
	return written, skipped, out.Error()
}
