package patchwork

import (
	"math"
	"slices"

	"github.com/gopatchwork/patchwork/patchwork/evaluate"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// EvaluateOptions says how to draw images for the intervals that have no formula. The zero value is a good default.
type EvaluateOptions struct {
	Replicates int    // how often; 0 means 200, fewer for many labels
	Seed       uint64 // added to the project's seed
}

// Evaluate measures the saved scores against the current labels, under the project's rule, on training and validation
// images apart, and on those of each subset. It takes the first of the options, if any.
//
// Errors: ErrNoModel; fewer than 0 replicates.
func (p *Project) Evaluate(options ...EvaluateOptions) (evaluate.Report, error) {
	var o EvaluateOptions
	if len(options) > 0 {
		o = options[0]
	}
	d, err := p.evaluation()
	if err != nil {
		return evaluate.Report{}, err
	}
	d.Bootstrap = &evaluate.Bootstrap{Replicates: o.Replicates, Seed: p.Settings().Seed + o.Seed}
	return evaluate.Evaluate(d)
}

// evaluation pairs the labels under the project's rule with the scores.
func (p *Project) evaluation() (evaluate.Data, error) {
	t, err := p.LabelsUnder("")
	if err != nil {
		return evaluate.Data{}, err
	}
	s, err := p.Scores()
	if err != nil {
		return evaluate.Data{}, err
	}
	index := p.Images()
	return evaluate.Data{Table: t, Scores: s.For(t), Subset: func(row int) string {
		if row >= index.Len() {
			return ""
		}
		return index.At(row).Subset
	}}, nil
}

// column is the scores and labels of one class on the rows of one kind, for figures of a single class.
func column(d evaluate.Data, class int, of func(row int) bool) (scores []float32, truth []labels.Tri) {
	for row := range d.Table.Len() {
		if !of(row) {
			continue
		}
		score := float32(math.NaN())
		if s := d.Scores(row); s != nil {
			score = s[class]
		}
		scores, truth = append(scores, score), append(truth, d.Table.Value(row, class))
	}
	return scores, truth
}

// heldOut is the scores and labels of one class on the held-out images.
func heldOut(d evaluate.Data, class int) (scores []float32, truth []labels.Tri) {
	scores, truth = column(d, class, func(row int) bool { return !d.Table.Excluded(row) && d.Table.Validation(row) })
	return scores, scored(scores, truth)
}

// scored is truth without the labels that have no score.
func scored(scores []float32, truth []labels.Tri) []labels.Tri {
	truth = slices.Clone(truth)
	for i, s := range scores {
		if math.IsNaN(float64(s)) {
			truth[i] = labels.Unknown
		}
	}
	return truth
}

// onlyRows is a table of which all other rows are excluded.
type onlyRows struct {
	evaluate.Table
	keep func(row int) bool
}

func (t onlyRows) Excluded(row int) bool { return !t.keep(row) }
