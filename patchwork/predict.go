package patchwork

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"strconv"

	"github.com/gopatchwork/patchwork/internal/atomicfile"
	"github.com/gopatchwork/patchwork/patchwork/imageset"
)

// Predict scores every image with the trained classifier and writes them to w as CSV: filepath, then one column for
// each class that it knows, under its present name, with the probability that it is present: see Scores.For. Images without current features are left out and counted.
//
// Errors: ErrNoModel; ErrNoFeatures or ErrNoMaps; a model of other features than the current ones; those of w.
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
	err = atomicfile.WriteFunc(file, 0o644, atomicfile.Durable, func(w io.Writer) error {
		written, skipped, err = s.write(w)
		return err
	})
	if err != nil {
		return 0, 0, fmt.Errorf("patchwork: cannot write %s: %w", file, err)
	}
	return written, skipped, nil
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
	info, index := m.Info(), p.Images()
	r, err := p.reads(info.Options)
	if err != nil {
		return prediction{}, err
	}
	defer r.store.Close()
	if info.FeatureID != r.store.Spec().ID {
		return prediction{}, fmt.Errorf("patchwork: the model was trained on the features %s and the current ones are %s; train again",
			info.FeatureID, r.store.Spec().ID)
	}
	t, err := p.Labels()
	if err != nil {
		return prediction{}, err
	}
	values, err := m.Scores(ctx, index.Len(), r.row)
	if err != nil {
		return prediction{}, err
	}
	scores := &Scores{Classes: info.Classes, Rows: index.Len(), p: values}
	out := prediction{index: index, of: scores.For(t)}
	learned := scores.columns(t)
	for class, name := range t.Classes() {
		if len(learned[class]) > 0 {
			out.classes, out.columns = append(out.classes, name), append(out.columns, class)
		}
	}
	return out, nil
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
			line = append(line, strconv.FormatFloat(float64(scores[class]), 'g', 6, 32))
		}
		if err := out.Write(line); err != nil {
			return written, skipped, err
		}
		written++
	}
	out.Flush()
	return written, skipped, out.Error()
}
