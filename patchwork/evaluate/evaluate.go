package evaluate

import (
	"errors"
	"fmt"

	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// Table is the part of *labels.Table that is read here.
type Table interface {
	Len() int
	Classes() []string
	Value(row, class int) labels.Tri
	Excluded(row int) bool
	Validation(row int) bool
}

// Data pairs labels with scores.
type Data struct {
	Table Table

	// Scores gives the probabilities of a row in the order of Table.Classes: nil for a row without scores, NaN for a class
	// that the model has not learned. The result need only stay valid until the next call.
	Scores func(row int) []float32

	// Subset names where a row comes from; nil for no report by subset.
	Subset func(row int) string

	// Bootstrap draws the validation images again, for the intervals of figures without a formula. Nil leaves these out,
	// which is fast.
	Bootstrap *Bootstrap
}

// Evaluate measures the scores on training and validation rows apart; excluded rows are in neither. Figures by subset are
// given where Subset names 2 to 50 of them.
//
// Errors: Table or Scores is nil; a row has another number of scores than there are classes, or a score outside [0, 1];
// Bootstrap asks for fewer than 0 replicates.
func Evaluate(d Data) (Report, error) {
	if d.Table == nil || d.Scores == nil {
		return Report{}, errors.New("evaluate: Data needs a Table and Scores; one of them is nil")
	}
	if err := d.Bootstrap.check(); err != nil {
		return Report{}, err
	}
	classes := d.Table.Classes()
	all := newSides(len(classes))
	subsets, tooMany := subsetsOf(d)
	parts := make([]sides, len(subsets.names))
	for i := range parts {
		parts[i] = newSides(len(classes))
	}
	truth := make([]labels.Tri, len(classes))
	for row := range d.Table.Len() {
		if d.Table.Excluded(row) {
			continue
		}
		scores := d.Scores(row)
		if err := checkScores(row, scores, classes); err != nil {
			return Report{}, err
		}
		for c := range classes {
			truth[c] = d.Table.Value(row, c)
		}
		all.of(d.Table.Validation(row)).add(scores, truth)
		if len(parts) > 0 {
			parts[subsets.of(d.Subset(row))].of(d.Table.Validation(row)).add(scores, truth)
		}
	}
	r := Report{Threshold: Threshold, Confidence: 0.95}
	drawn := all.measure(classes, d.Bootstrap, &r.Train, &r.Validation, &r.Classes)
	if drawn.Replicates > 0 {
		r.Bootstrap = &drawn
	}
	for i, name := range subsets.names {
		s := SubsetReport{Subset: name}
		parts[i].measure(classes, r.Bootstrap, &s.Train, &s.Validation, &s.Classes)
		r.Subsets = append(r.Subsets, s)
	}
	r.Notes = r.notes(tooMany)
	return r, nil
}

func checkScores(row int, scores []float32, classes []string) error {
	if scores != nil && len(scores) != len(classes) {
		return fmt.Errorf("evaluate: row %d has %d scores and there are %d classes; score the images again with the current classes",
			row, len(scores), len(classes))
	}
	for c, s := range scores {
		if s < 0 || s > 1 {
			return fmt.Errorf("evaluate: row %d scores %g for class %q; want a probability in [0, 1], or NaN for none", row, s, classes[c])
		}
	}
	return nil
}
