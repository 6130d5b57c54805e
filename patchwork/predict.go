package patchwork

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/gopatchwork/patchwork/internal/atomicfile"
	"github.com/gopatchwork/patchwork/patchwork/evaluate/calibrate"
	"github.com/gopatchwork/patchwork/patchwork/evaluate/decide"
	"github.com/gopatchwork/patchwork/patchwork/imageset"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// PredictOptions says what Predict writes. The zero value writes the scores as the model gives them, which is what all
// figures, thresholds and pages of the project speak of.
type PredictOptions struct {
	// Calibrated writes probabilities in place of scores: each score turned by the map that Calibrate has kept for its class.
	Calibrated bool

	// Decide adds what follows from the scores of each class, chosen now as Thresholds does; nil adds nothing.
	Decide *ThresholdOptions

	Progress Progress // of what has to be made before, as the context of images; may be nil
}

// Predict scores every image with the trained classifier and writes them to w as CSV: filepath, then one column for
// each class that it knows, under its present name, with the probability that it is present: see Scores.For. Images without
// current features are left out and counted. It takes the first of the options, if any.
//
// With PredictOptions.Decide two more columns follow that of a class:
//
//	CLASS:present   1 from the threshold on and 0 below it; empty where Thresholds finds none
//	CLASS:answer    present, absent, or ask: see decide.Conformal
//
// Both are taken from the scores as the model gives them, also with Calibrated, whose maps keep the order of images.
//
// Errors: ErrNoModel; ErrNoFeatures or ErrNoMaps; a model of other features than the current ones; ErrNoCalibration; those of Thresholds;
// two columns of one name; those of w.
func (p *Project) Predict(ctx context.Context, w io.Writer, options ...PredictOptions) (written, skipped int, err error) {
	s, err := p.predict(ctx, options)
	if err != nil {
		return 0, 0, err
	}
	return s.write(w)
}

// PredictFile is Predict into a file, replaced only when all is written.
func (p *Project) PredictFile(ctx context.Context, file string, options ...PredictOptions) (written, skipped int, err error) {
	s, err := p.predict(ctx, options)
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

// prediction is a score for each image and class, and what is written for it.
type prediction struct {
	index   *imageset.Index
	of      func(row int) []float32 // by Table class; nil without features
	columns []predictedColumn
}

// predictedColumn is a column of the file, made from the score of one class.
type predictedColumn struct {
	name  string
	class int // of the Table
	text  func(score float32) string
}

// predict scores every image.
func (p *Project) predict(ctx context.Context, options []PredictOptions) (prediction, error) {
	var o PredictOptions
	if len(options) > 0 {
		o = options[0]
	}
	m, err := p.Model()
	if err != nil {
		return prediction{}, err
	}
	info, index := m.Info(), p.Images()
	r, err := p.reads(ctx, info.Options, o.Progress)
	if err != nil {
		return prediction{}, err
	}
	defer r.close()
	if info.FeatureID != r.store.Spec().ID {
		return prediction{}, fmt.Errorf("patchwork: the model was trained on the features %s and the current ones are %s; train again",
			info.FeatureID, r.store.Spec().ID)
	}
	t, err := p.Labels()
	if err != nil {
		return prediction{}, err
	}
	scores := &Scores{Classes: info.Classes, Rows: index.Len()}
	learned := scores.columns(t)
	maps := slices.Repeat([]calibrate.Map{calibrate.Identity}, len(learned))
	if o.Calibrated {
		saved, err := p.SavedCalibration()
		if err != nil {
			return prediction{}, err
		}
		if maps, err = saved.mapsFor(t, learned); err != nil {
			return prediction{}, err
		}
	}
	var chosen ClassThresholds
	if o.Decide != nil {
		if chosen, err = p.Thresholds(*o.Decide); err != nil {
			return prediction{}, err
		}
	}
	if scores.p, err = m.Scores(ctx, index.Len(), r.of(info.Options)); err != nil {
		return prediction{}, err
	}
	out := prediction{index: index, of: scores.For(t)}
	for class, name := range t.Classes() {
		if len(learned[class]) == 0 {
			continue
		}
		out.columns = append(out.columns, predictedColumn{name, class, scoreText})
		if o.Calibrated {
			out.columns[len(out.columns)-1].text = func(score float32) string { return scoreText(float32(maps[class].Apply(float64(score)))) }
		}
		for _, c := range chosen {
			if c.Class == name {
				out.columns = append(out.columns, predictedColumn{name + ":present", class, presentText(c.Threshold)}, predictedColumn{name + ":answer", class, answerText(c.Answers)})
			}
		}
	}
	return out, out.check()
}

// prediction is scores by the classes as they are called now, of those that have any.
func (p *Project) prediction(s *Scores, t *labels.Table) prediction {
	out := prediction{index: p.Images(), of: s.For(t)}
	learned := s.columns(t)
	for class, name := range t.Classes() {
		if len(learned[class]) > 0 {
			out.columns = append(out.columns, predictedColumn{name, class, scoreText})
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

// scoreText is a score with six digits; nothing where there is none.
func scoreText(score float32) string {
	if score != score {
		return ""
	}
	return strconv.FormatFloat(float64(score), 'g', 6, 32)
}

// presentText is 1 from a threshold on, 0 below it, and nothing without one.
func presentText(t decide.Threshold) func(score float32) string {
	return func(score float32) string {
		switch {
		case !t.Score.Known():
			return ""
		case float64(score) >= float64(t.Score):
			return "1"
		}
		return "0"
	}
}

// answerText is present, absent or ask.
func answerText(c decide.Conformal) func(score float32) string {
	return func(score float32) string {
		if a := c.Of(score); !a.Ask() {
			return a.String()
		}
		return "ask"
	}
}

// check finds columns of one name, which classes with a colon in theirs could make.
func (s prediction) check() error {
	seen := map[string]bool{"filepath": true}
	for _, c := range s.columns {
		if seen[c.name] {
			return fmt.Errorf("patchwork: two columns would be named %q; rename the class of that name", c.name)
		}
		seen[c.name] = true
	}
	return nil
}

// write writes the scores as CSV.
func (s prediction) write(w io.Writer) (written, skipped int, err error) {
	out := csv.NewWriter(w)
	line := []string{"filepath"}
	for _, c := range s.columns {
		line = append(line, c.name)
	}
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
		for _, c := range s.columns {
			line = append(line, c.text(scores[c.class]))
		}
		if err := out.Write(line); err != nil {
			return written, skipped, err
		}
		written++
	}
	out.Flush()
	return written, skipped, out.Error()
}
