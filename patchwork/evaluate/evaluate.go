package evaluate

import (
	"errors"
	"fmt"
	"math"

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
}

// Evaluate measures the scores on training and validation rows apart; excluded rows are in neither.
//
// Errors: Table or Scores is nil; a row has another number of scores than there are classes, or a score outside [0, 1].
func Evaluate(d Data) (Report, error) {
	if d.Table == nil || d.Scores == nil {
		return Report{}, errors.New("evaluate: Data needs a Table and Scores; one of them is nil")
	}
	classes := d.Table.Classes()
	train, validation := newSide(len(classes)), newSide(len(classes))
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
		if d.Table.Validation(row) {
			validation.add(scores, truth)
		} else {
			train.add(scores, truth)
		}
	}
	r := Report{Threshold: Threshold, Confidence: 0.95, Classes: make([]ClassReport, len(classes))}
	for c, name := range classes {
		r.Classes[c] = ClassReport{Class: name, Train: train.class(c), Validation: validation.class(c)}
	}
	r.Train, r.Validation = train.overall(), validation.overall()
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

// side gathers the rows of training or of validation.
type side struct {
	counts       []Metrics // counts only
	cells        []known   // one a class
	rows         int
	full, exact  int // fully labelled and scored rows, and those of them with every label right
	single, top1 int // of these, rows with exactly one class present, and those whose highest score is it
}

func newSide(classes int) *side {
	return &side{counts: make([]Metrics, classes), cells: make([]known, classes)}
}

// add takes one row; scores is nil when the row has none.
func (s *side) add(scores []float32, truth []labels.Tri) {
	cells, right, present, best := 0, 0, 0, 0
	var answer int
	for c, t := range truth {
		switch t {
		case labels.Present:
			s.counts[c].Present++
			present, answer = present+1, c
		case labels.Absent:
			s.counts[c].Absent++
		default:
			s.counts[c].Unknown++
			continue
		}
		if scores == nil || math.IsNaN(float64(scores[c])) {
			s.counts[c].Unscored++
			continue
		}
		s.cells[c].add(scores[c], t == labels.Present)
		cells++
		if (scores[c] >= Threshold) == (t == labels.Present) {
			right++
		}
		if scores[c] > scores[best] {
			best = c
		}
	}
	if cells == 0 {
		return
	}
	s.rows++
	if cells < len(truth) {
		return
	}
	s.full++
	if right == cells {
		s.exact++
	}
	if present == 1 {
		s.single++
		if best == answer {
			s.top1++
		}
	}
}

// class gives the figures of one class.
func (s *side) class(c int) Metrics {
	m, k := s.counts[c], &s.cells[c]
	m.Accuracy, m.AUC, m.AveragePrecision, m.LogLoss = noInterval, noInterval, missing, missing
	if n := float64(len(k.scores)); n > 0 {
		m.Accuracy = wilson(float64(k.right())/n, n)
		m.LogLoss = Number(k.loss() / n)
	}
	if auc, err := k.auc(); err == nil {
		m.AUC = auc
	}
	if ap, err := k.averagePrecision(); err == nil {
		m.AveragePrecision = Number(ap)
	}
	return m
}

// overall gives the figures over all classes.
func (s *side) overall() Overall {
	o := Overall{Rows: s.rows, MacroAUC: missing, LogLoss: missing, Accuracy: noInterval, Exact: noInterval, Top1: noInterval, ExactRows: s.full}
	right, loss, area := 0, 0.0, 0.0
	for c := range s.cells {
		k := &s.cells[c]
		o.Cells += len(k.scores)
		right += k.right()
		loss += k.loss()
		if auc, err := k.auc(); err == nil {
			area += float64(auc.Value)
			o.AUCClasses++
		}
	}
	if o.Cells > 0 {
		o.Accuracy = wilson(float64(right)/float64(o.Cells), float64(s.rows))
		o.LogLoss = Number(loss / float64(o.Cells))
	}
	if o.AUCClasses > 0 {
		o.MacroAUC = Number(area / float64(o.AUCClasses))
	}
	if s.full > 0 {
		o.Exact = wilson(float64(s.exact)/float64(s.full), float64(s.full))
	}
	if s.rows > 0 && s.single == s.rows && len(s.cells) > 1 {
		o.Top1 = wilson(float64(s.top1)/float64(s.rows), float64(s.rows))
	}
	return o
}
