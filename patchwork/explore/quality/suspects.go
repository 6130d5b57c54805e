package quality

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/gopatchwork/patchwork/patchwork/evaluate"
	"github.com/gopatchwork/patchwork/patchwork/explore"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// Evidence is what labels are judged by. Table is needed, and one of the others at least.
type Evidence struct {
	Table evaluate.Table

	// Scores gives the probability of each class for a row by a model that has not learned from the row: nil without, NaN for
	// a class without.
	Scores func(row int) []float32

	// Spread gives the scores that the labels of other images spread to a row (propagate.OutOfFold), in the form of Scores; nil
	// without.
	Spread func(row int) []float32

	// Graph is the nearest neighbours of labelled rows among labelled rows. Same names for each row the first that it is a
	// copy of, as explore.Vectors.Copies does; the graph then holds the first only, and copies do not vote on each other. Nil
	// means that there are no copies.
	Graph *explore.Graph
	Same  []int32
}

// voters is how many neighbours that know a class vote on it, at most.
const voters = 10

// Suspect is a label that is probably an error.
type Suspect struct {
	Row, Class int
	Given      labels.Tri
	Doubt      float64 // 0 to 1, the mean of what the judges hold against the label
	Model      float64 // probability of the other value by the model; NaN without
	Spread     float64 // score of the other value by the labels of other images; NaN without
	Against    int     // neighbours with the other value
	Asked      int     // neighbours that know the class
	Likely     bool    // counted as an error by confident learning
}

// ClassErrors says how many labels of a class are probably errors.
type ClassErrors struct {
	Known    int     // labels judged by the model
	Likely   int     // confidently of the other value
	Expected float64 // errors among Known, where what is confident stands for the rest; NaN without a model
}

// Suspects judges every known label of every row that is not excluded, and returns those with any evidence, the most
// doubtful first, at a tie by row and class.
//
//	doubt = mean of 1 - p(given label), 1 - s(given label) and (against + 1)/(asked + 2)
//
// where p is the model's, s that of the labels spread, and the vote that of the 10 nearest rows that know the class. Judges
// that have nothing to say of a row are left out. A label is a likely error as confident learning has it: the other value is at least as
// probable as it is on average where it was given, and the given one is not, or is less probable.
//
// Errors: no table or no evidence; scores outside [0, 1] or of another length than the classes; a graph or copies of another
// number of rows; ctx is done.
//
// Source: Northcutt, Jiang and Chuang 2021, "Confident Learning", arXiv:1911.00068, equations 1 to 3 for each class against
// the rest; the vote of neighbours is Wilson's edited nearest neighbours, 1972, with Laplace's rule of succession.
func Suspects(ctx context.Context, e Evidence) ([]Suspect, []ClassErrors, error) {
	if err := e.check(); err != nil {
		return nil, nil, err
	}
	rows, classes := e.Table.Len(), len(e.Table.Classes())
	p, err := gather(e.Scores, rows, classes)
	if err != nil {
		return nil, nil, err
	}
	spread, err := gather(e.Spread, rows, classes)
	if err != nil {
		return nil, nil, err
	}
	var found []Suspect
	var errs []ClassErrors
	for class := range classes {
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		c := judge{e, class, func(row int) float64 { return float64(p[row*classes+class]) }, func(row int) float64 { return float64(spread[row*classes+class]) }}
		list, counts := c.judge()
		found, errs = append(found, list...), append(errs, counts)
	}
	slices.SortFunc(found, func(a, b Suspect) int {
		return cmp.Or(cmp.Compare(b.Doubt, a.Doubt), cmp.Compare(a.Row, b.Row), cmp.Compare(a.Class, b.Class))
	})
	return found, errs, nil
}

// gather copies scores, which need only stay valid until the next call: [rows, classes], NaN where there are none.
func gather(of func(row int) []float32, rows, classes int) ([]float32, error) {
	out := slices.Repeat([]float32{float32(math.NaN())}, rows*classes)
	if of == nil {
		return out, nil
	}
	for row := range rows {
		scores := of(row)
		if scores == nil {
			continue
		}
		if len(scores) != classes {
			return nil, fmt.Errorf("quality: row %d has %d scores; want one for each of the %d classes", row, len(scores), classes)
		}
		for class, v := range scores {
			if v < 0 || v > 1 {
				return nil, fmt.Errorf("quality: row %d has the score %g for class %d; want 0 to 1, or NaN", row, v, class)
			}
		}
		copy(out[row*classes:], scores)
	}
	return out, nil
}

func (e Evidence) check() error {
	if e.Table == nil {
		return errors.New("quality: Evidence has no Table")
	}
	n := e.Table.Len()
	switch {
	case e.Scores == nil && e.Graph == nil && e.Spread == nil:
		return errors.New("quality: Evidence has neither Scores nor Spread nor a Graph; want one at least")
	case e.Graph != nil && e.Graph.N != n:
		return fmt.Errorf("quality: the graph has %d rows and the table %d; want as many", e.Graph.N, n)
	case e.Same != nil && len(e.Same) != n:
		return fmt.Errorf("quality: Same has %d rows and the table %d; want as many", len(e.Same), n)
	}
	return nil
}

// judge looks at the labels of one class.
type judge struct {
	e     Evidence
	class int
	p     func(row int) float64 // by the model
	s     func(row int) float64 // by the labels of other images
}

// given is the known label of a row that is not excluded.
func (c judge) given(row int) labels.Tri {
	if c.e.Table.Excluded(row) {
		return labels.Unknown
	}
	return c.e.Table.Value(row, c.class)
}

func (c judge) judge() ([]Suspect, ClassErrors) {
	confident := c.confident()
	votes := c.votes()
	var found []Suspect
	var counts ClassErrors
	for row := range c.e.Table.Len() {
		given := c.given(row)
		if given == labels.Unknown {
			continue
		}
		s := Suspect{Row: row, Class: c.class, Given: given, Model: c.p(row), Spread: c.s(row)}
		if given == labels.Present {
			s.Model, s.Spread = 1-s.Model, 1-s.Spread
		}
		s.Against, s.Asked = votes(row, given)
		if known := !math.IsNaN(s.Model); known {
			counts.Known++
			if s.Likely = confident.other(given, c.p(row)); s.Likely {
				counts.Likely++
			}
		}
		judges := 0.0
		for _, against := range []float64{s.Model, s.Spread, vote(s)} {
			if !math.IsNaN(against) {
				s.Doubt, judges = s.Doubt+against, judges+1
			}
		}
		if judges == 0 {
			continue
		}
		s.Doubt /= judges
		found = append(found, s)
	}
	counts.Expected = confident.expected()
	return found, counts
}

// vote is what the neighbours hold against a label, NaN if nobody was asked.
func vote(s Suspect) float64 {
	if s.Asked == 0 {
		return math.NaN()
	}
	return float64(s.Against+1) / float64(s.Asked+2)
}

// votes says of a row how many of the neighbours that are asked hold the other value.
func (c judge) votes() func(row int, given labels.Tri) (against, asked int) {
	if c.e.Graph == nil {
		return func(int, labels.Tri) (int, int) { return 0, 0 }
	}
	first := func(row int) int {
		if c.e.Same == nil {
			return row
		}
		return int(c.e.Same[row])
	}
	balance, known := make([]int32, c.e.Graph.N), make([]bool, c.e.Graph.N) // by first of the copies
	for row := range c.e.Graph.N {
		switch at := first(row); c.given(row) {
		case labels.Present:
			balance[at]++
			known[at] = true
		case labels.Absent:
			balance[at]--
			known[at] = true
		}
	}
	return func(row int, given labels.Tri) (against, asked int) {
		index, _ := c.e.Graph.Of(first(row))
		for _, j := range index {
			if !known[j] || balance[j] == 0 { // copies that contradict each other say nothing
				continue
			}
			asked++
			if (balance[j] > 0) != (given == labels.Present) {
				against++
			}
			if asked == voters {
				break
			}
		}
		return against, asked
	}
}
