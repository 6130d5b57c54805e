package patchwork

import (
	"github.com/gopatchwork/patchwork/patchwork/evaluate"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

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
