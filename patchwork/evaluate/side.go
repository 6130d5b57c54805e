package evaluate

import (
	"math"

	"github.com/gopatchwork/patchwork/patchwork/labels"
)

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

// sides are training and validation.
type sides struct{ train, validation *side }

func newSides(classes int) sides { return sides{newSide(classes), newSide(classes)} }

func (s sides) of(validation bool) *side {
	if validation {
		return s.validation
	}
	return s.train
}

// measure fills in the figures of both sides and returns how validation images were drawn again.
func (s sides) measure(names []string, b *Bootstrap, train, validation *Overall, classes *[]ClassReport) (drawn Bootstrap) {
	learned, held := s.train.classes(), s.validation.classes()
	*classes = make([]ClassReport, len(names))
	for c, name := range names {
		(*classes)[c] = ClassReport{Class: name, Train: learned[c], Validation: held[c]}
	}
	*train, *validation = s.train.overall(learned), s.validation.overall(held)
	if b == nil || validation.Cells == 0 {
		return Bootstrap{}
	}
	drawn = b.withDefaults(validation.Cells)
	s.validation.spread(drawn, validation, *classes)
	return drawn
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
		s.cells[c].add(s.rows, scores[c], t == labels.Present)
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
