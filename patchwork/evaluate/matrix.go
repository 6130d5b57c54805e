package evaluate

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// Matrix says which class images of each of several classes that exclude each other are taken for: the one with the highest
// score.
type Matrix struct {
	Classes []string `json:"classes" yaml:"classes"`
	Counts  [][]int  `json:"counts" yaml:"counts"` // [true class][answer]

	// Images that cannot be counted.
	Unknown  int `json:"unknown" yaml:"unknown"`   // none of the classes is labelled present
	Several  int `json:"several" yaml:"several"`   // more than one is
	Unscored int `json:"unscored" yaml:"unscored"` // one is, but a class has no score
}

// NewMatrix counts the validation images, or with training those to learn from; excluded images are in neither. each, if it
// is not nil, is told of every image that is counted: its class and the one it is taken for, as places in classes.
//
// Errors: Table or Scores is nil; fewer than two classes, or one that the table lacks; impossible scores.
func NewMatrix(d Data, classes []string, training bool, each func(row, is, answer int)) (Matrix, error) {
	m := Matrix{Classes: classes}
	if d.Table == nil || d.Scores == nil {
		return m, errors.New("evaluate: Data needs a Table and Scores; one of them is nil")
	}
	known := d.Table.Classes()
	columns := make([]int, len(classes))
	for i, name := range classes {
		if columns[i] = slices.Index(known, name); columns[i] < 0 || slices.Contains(classes[:i], name) {
			return m, fmt.Errorf("evaluate: class %q of the matrix; want each a class of the table %q, once", name, known)
		}
	}
	if len(classes) < 2 {
		return m, fmt.Errorf("evaluate: a matrix of %d classes; want 2 or more that exclude each other", len(classes))
	}
	m.Counts = square(len(classes))
	for row := range d.Table.Len() {
		if d.Table.Excluded(row) || d.Table.Validation(row) == training {
			continue
		}
		scores := d.Scores(row)
		if err := checkScores(row, scores, known); err != nil {
			return m, err
		}
		is, answer, counted := m.add(columns, scores, func(class int) labels.Tri { return d.Table.Value(row, class) })
		if counted && each != nil {
			each(row, is, answer)
		}
	}
	return m, nil
}

// add counts one image. Where it is counted, is and answer are its class and the one it is taken for.
func (m *Matrix) add(columns []int, scores []float32, truth func(class int) labels.Tri) (is, answer int, counted bool) {
	present, scored := 0, scores != nil
	for i, class := range columns {
		if truth(class) == labels.Present {
			is = i
			present++
		}
		if scored && math.IsNaN(float64(scores[class])) {
			scored = false
		}
		if scored && scores[class] > scores[columns[answer]] {
			answer = i
		}
	}
	switch {
	case present == 0:
		m.Unknown++
	case present > 1:
		m.Several++
	case !scored:
		m.Unscored++
	default:
		m.Counts[is][answer]++
		return is, answer, true
	}
	return 0, 0, false
}

// Accuracy is the share of counted images whose highest score is their class.
func (m Matrix) Accuracy() Interval {
	right, n := 0, 0
	for i, row := range m.Counts {
		right += row[i]
		for _, count := range row {
			n += count
		}
	}
	return Wilson(right, n)
}

// Recall is the share of the images of Classes[class] that are taken for it.
func (m Matrix) Recall(class int) Interval {
	n := 0
	for _, count := range m.Counts[class] {
		n += count
	}
	return Wilson(m.Counts[class][class], n)
}

// Precision is the share of the images taken for Classes[class] that are of it.
func (m Matrix) Precision(class int) Interval {
	n := 0
	for _, row := range m.Counts {
		n += row[class]
	}
	return Wilson(m.Counts[class][class], n)
}

// Cooccurrence says how often classes that may overlap are on one image.
type Cooccurrence struct {
	Classes []string `json:"classes" yaml:"classes"`
	Both    [][]int  `json:"both" yaml:"both"`   // [a][b] images where both are present; [a][a] where a is
	Known   [][]int  `json:"known" yaml:"known"` // [a][b] images where a is present and b is known; the rest of [a][a] is left out
}

// NewCooccurrence counts the labels of all images that are not excluded. Scores play no part.
func NewCooccurrence(t Table) Cooccurrence {
	c := Cooccurrence{Classes: t.Classes()}
	n := len(c.Classes)
	c.Both, c.Known = square(n), square(n)
	var present, known []int
	for row := range t.Len() {
		if t.Excluded(row) {
			continue
		}
		present, known = present[:0], known[:0]
		for class := range n {
			switch t.Value(row, class) {
			case labels.Present:
				present, known = append(present, class), append(known, class)
			case labels.Absent:
				known = append(known, class)
			}
		}
		for _, a := range present {
			for _, b := range known {
				c.Known[a][b]++
			}
			for _, b := range present {
				c.Both[a][b]++
			}
		}
	}
	return c
}

// Given is the share of the images with class a and a known b that show b too: P(b | a), with Wilson's interval.
func (c Cooccurrence) Given(b, a int) Interval { return Wilson(c.Both[a][b], c.Known[a][b]) }

// square is an n by n matrix of zeros.
func square(n int) [][]int {
	m := make([][]int, n)
	for i := range m {
		m[i] = make([]int, n)
	}
	return m
}
