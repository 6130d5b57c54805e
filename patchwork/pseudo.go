package patchwork

import (
	"context"
	"fmt"

	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/patchwork/evaluate"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// TrainPseudo is Train that learns besides labels from the propagated scores that are sure: a class that is not known of an
// image counts as present from the score sure on, as absent from 1-sure down. Labels go before, images that are held out or
// excluded get none, and nothing is written to the journal. sure is above 0.5 and at most 1, such as 0.95. The record of the
// run says so.
//
// Errors: those of Train; ErrNotPropagated; sure out of range.
func (p *Project) TrainPseudo(ctx context.Context, sure float64, o classify.Options, onPoint func(classify.Point)) (classify.Info, error) {
	if !(sure > 0.5 && sure <= 1) {
		return classify.Info{}, fmt.Errorf("patchwork: a propagated score is to count as a label from %g on; want more than 0.5 and at most 1, such as 0.95", sure)
	}
	scores, err := p.Propagated()
	if err != nil {
		return classify.Info{}, err
	}
	return p.train(ctx, o, trainFrom{pseudo: scores, sure: sure}, onPoint)
}

// pseudoTable is a label table in which sure scores stand for what is unknown.
type pseudoTable struct {
	*labels.Table
	scores func(row int) []float32 // by class of the table
	sure   float32
}

func withPseudo(t *labels.Table, s *Scores, sure float64) evaluate.Table {
	return pseudoTable{t, s.For(t), float32(sure)}
}

func (t pseudoTable) Value(row, class int) labels.Tri {
	v := t.Table.Value(row, class)
	if v != labels.Unknown || t.Excluded(row) || t.Validation(row) {
		return v
	}
	scores := t.scores(row)
	switch {
	case scores == nil:
	case scores[class] >= t.sure:
		return labels.Present
	case scores[class] <= 1-t.sure:
		return labels.Absent
	}
	return labels.Unknown
}
