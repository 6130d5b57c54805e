package patchwork

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"time"

	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// Scores are the classifier's probabilities for every image.
type Scores struct {
	Classes   []string  // that the model knows, in the order of its columns
	Trained   time.Time // when the model was trained
	Rows      int
	Of        string    // id of the features that the model was trained on; "" for scores of no model
	p         []float32 // [Rows, len(Classes)]
	spread    []float32 // the same of deviations, nil where the model has none
	inContext bool      // the model reads vectors in their context
	renewed   int       // images that were scored after the training, or lost their score, because they came or changed
}

// Scores reads the scores that the last Train saved. Images that came or changed since are scored now, by the same model, where
// they have features of what they are now; those without have no score.
//
// Errors: ErrNoModel; files that do not belong together.
func (p *Project) Scores() (*Scores, error) {
	dir := p.path("models", modelName)
	info, err := classify.ReadInfo(dir)
	if errors.Is(err, fs.ErrNotExist) {
		_, err = p.Model()
	}
	if err != nil {
		return nil, err
	}
	values, rows, columns, err := classify.ReadScores(filepath.Join(dir, classify.ScoresFile))
	if err != nil {
		return nil, fmt.Errorf("patchwork: %w; train again to write it anew", err)
	}
	if columns != len(info.Classes) {
		return nil, fmt.Errorf("patchwork: %s has %d columns and the model has %d classes; train again to write it anew",
			filepath.Join(dir, classify.ScoresFile), columns, len(info.Classes))
	}
	s := &Scores{Classes: info.Classes, Trained: info.Trained, Rows: rows, p: values}
	if ofVectors(info.Options) {
		s.Of, s.inContext = info.FeatureID, info.Options.InContext()
	}
	file := filepath.Join(dir, classify.DeviationsFile)
	if _, err := os.Stat(file); err == nil {
		if s.spread, rows, columns, err = classify.ReadScores(file); err != nil || rows != s.Rows || columns != len(info.Classes) {
			return nil, errors.Join(fmt.Errorf("patchwork: %s is %d x %d and does not belong to the scores; train again to write it anew", file, rows, columns), err)
		}
	}
	of, err := classify.ReadImages(dir)
	if err != nil {
		return nil, fmt.Errorf("patchwork: %w; train again to write it anew", err)
	}
	return s, p.renew(s, info, of)
}

// DeviationsFor arranges by the classes of t how uncertain the scores are: the standard deviation of the logit of each, as For
// gives the score. It is nil for a model without posterior (classify.Options.Posterior). Of a class that was merged from several it
// is that of the one with the highest score.
func (s *Scores) DeviationsFor(t *labels.Table) func(row int) []float32 {
	if s.spread == nil {
		return nil
	}
	columns, out := s.columns(t), make([]float32, len(t.Classes()))
	return func(row int) []float32 {
		if row < 0 || row >= s.Rows {
			return nil
		}
		at := row * len(s.Classes)
		if len(s.Classes) == 0 || math.IsNaN(float64(s.p[at])) {
			return nil
		}
		for class, list := range columns {
			out[class] = float32(math.NaN())
			best := float32(-1)
			for _, c := range list {
				if s.p[at+c] > best {
					best, out[class] = s.p[at+c], s.spread[at+c]
				}
			}
		}
		return out
	}
}

// For arranges the scores by the classes of t. The returned function gives a row's scores, NaN for a class that the
// model has not learned, or nil for a row without features. Its result is valid until the next call and only to be read.
//
// A class that was renamed since the training has the scores of its former name. One that was merged from several has
// the highest of theirs, which is the least that the probability of "one or the other" can be.
func (s *Scores) For(t *labels.Table) func(row int) []float32 {
	columns := s.columns(t)
	same := len(columns) == len(s.Classes) // each class has its own column, in their order
	for class, list := range columns {
		same = same && len(list) == 1 && list[0] == class
	}
	nan, out := float32(math.NaN()), make([]float32, len(columns))
	return func(row int) []float32 {
		if row < 0 || row >= s.Rows {
			return nil
		}
		values := s.p[row*len(s.Classes) : (row+1)*len(s.Classes)]
		if len(values) == 0 || math.IsNaN(float64(values[0])) {
			return nil
		}
		if same {
			return values
		}
		for class, list := range columns {
			out[class] = nan
			for i, c := range list {
				if i == 0 || values[c] > out[class] {
					out[class] = values[c]
				}
			}
		}
		return out
	}
}

// columns are by class of t those of the model: several for one that was merged from several, none for one not learned.
func (s *Scores) columns(t *labels.Table) [][]int {
	columns := make([][]int, len(t.Classes()))
	for c, known := range s.Classes {
		if now, ok := t.Resolve(known); ok {
			class, _ := t.Class(now)
			columns[class] = append(columns[class], c)
		}
	}
	return columns
}
