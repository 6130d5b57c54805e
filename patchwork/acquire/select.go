package acquire

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

var (
	// ErrNotReady means that the pool lacks what the strategy needs, such as the probabilities of a trained model.
	ErrNotReady = errors.New("acquire: pool lacks what the strategy needs")

	// ErrExhausted means that no row is left to label.
	ErrExhausted = errors.New("acquire: nothing is left to label")
)

// Select chooses the up to n rows that s finds most worth labelling, best first.
//
// Candidates are the rows of p.Rows that are not excluded and have at least one class unknown; for a strategy that ranks
// by one class, those where that class is unknown. To look through labelled or excluded rows instead, leave p.Labels or
// p.Excluded nil. When fewer than n candidates exist, all of them are returned; a row that the strategy cannot judge, because
// it has no features or the model has not learned its unknown classes, is left out. No row is returned twice, and neither the
// order of p.Rows nor repeated rows in it change the result; equal scores are put in an order drawn from p.Rand.
//
// Errors: ErrNotReady (no model, no features, no candidate that can be judged); ErrExhausted (no candidate); n negative; no Rand; an empty class list or
// a negative row; a class that is not in p.Classes; probabilities whose number is not that of the classes; vectors of
// different lengths.
// The pool is not changed, but for the numbers drawn from p.Rand.
func Select(s Strategy, p *Pool, n int) ([]Pick, error) {
	if s == nil || p == nil {
		return nil, errors.New("acquire: Select needs a strategy and a pool; one of them is nil")
	}
	card := s.Card()
	ready, err := prepare(card, p, n)
	if err != nil || n == 0 {
		return nil, err
	}
	n = min(n, len(ready.Rows))
	picks := s.Pick(ready, n)
	if len(picks) == 0 {
		return nil, fmt.Errorf("%w: %s can judge none of the %d candidates (no features, or a class that the model has not learned); "+
			"extract features and train again, or use random", ErrNotReady, card.Name, len(ready.Rows))
	}
	if err := promise(card, ready, picks, n); err != nil {
		return nil, err
	}
	return picks, nil
}

// prepare returns a checked copy of p whose rows are the candidates in ascending order.
func prepare(card Card, p *Pool, n int) (*Pool, error) {
	switch {
	case n < 0:
		return nil, fmt.Errorf("acquire: asked for %d rows; want 0 or more", n)
	case p.Rand == nil:
		return nil, errors.New("acquire: Pool.Rand is nil; give rand.New(rand.NewPCG(seed, stream)) so that the choice can be repeated")
	case card.Needs.Has(Deviations) && p.Probs == nil:
		return nil, fmt.Errorf("%w: %s ranks by how uncertain the weights of a model are and no model has been trained yet; "+
			"train one with the head logistic and the posterior diagonal or full, or use random for the first round", ErrNotReady, card.Name)
	case card.Needs.Has(Probs) && p.Probs == nil:
		return nil, fmt.Errorf("%w: %s ranks by class probabilities and no model has been trained yet; "+
			"train once, or use random for the first round", ErrNotReady, card.Name)
	case card.Needs.Has(Deviations) && p.Deviations == nil:
		return nil, fmt.Errorf("%w: %s ranks by how uncertain the weights of the model are, which this model does not say; "+
			"train one with the head logistic and the posterior diagonal or full, or use badge", ErrNotReady, card.Name)
	case card.Needs.Has(Judge) && p.Judge == nil:
		return nil, fmt.Errorf("%w: %s asks the model about changed vectors and no model of vectors has been trained yet; "+
			"train once, or use random for the first round", ErrNotReady, card.Name)
	case card.Needs.Has(Features) && p.Features == nil:
		return nil, fmt.Errorf("%w: %s compares features and none have been extracted yet; "+
			"extract them, or use random", ErrNotReady, card.Name)
	case card.Needs.Has(Probs) && len(p.Classes) == 0:
		return nil, fmt.Errorf("acquire: %s ranks by class probabilities and Pool.Classes is empty; declare a class", card.Name)
	}
	q := *p
	q.Class = 0
	if card.Needs.Has(OneClass) {
		if q.Class = slices.Index(p.Classes, card.Class); q.Class < 0 {
			return nil, fmt.Errorf("acquire: %s ranks by class %q, which is not among the classes %q", card.Name, card.Class, p.Classes)
		}
	}
	q.Rows = slices.Clone(p.Rows)
	if !ascending(q.Rows) {
		slices.Sort(q.Rows)
		q.Rows = slices.Compact(q.Rows)
	}
	if len(q.Rows) > 0 && q.Rows[0] < 0 {
		return nil, fmt.Errorf("acquire: Pool.Rows holds row %d; rows are counted from 0", q.Rows[0])
	}
	given := len(q.Rows)
	q.Rows = slices.DeleteFunc(q.Rows, func(row int) bool { return !q.open(row, card) })
	if len(q.Rows) == 0 {
		return nil, exhausted(card, given)
	}
	if (card.Needs | card.Uses).Has(Probs) && q.Probs != nil {
		for _, row := range q.Rows {
			if got := q.Probs(row); got != nil && len(got) != len(q.Classes) {
				return nil, fmt.Errorf("acquire: row %d has %d probabilities and there are %d classes; score the images again with the current classes",
					row, len(got), len(q.Classes))
			}
		}
	}
	if q.Features == nil {
		q.Known = nil // only vectors are compared with them
		return &q, nil
	}
	q.Known = known(&q, card)
	return &q, checkVectors(&q)
}

// known is those of p.Known that a strategy may compare candidates with, ascending, each once.
func known(p *Pool, card Card) []int {
	rows := slices.DeleteFunc(slices.Clone(p.Known), func(row int) bool {
		_, candidate := slices.BinarySearch(p.Rows, row)
		return candidate || row < 0 || card.Needs.Has(OneClass) && p.Unknown(row, p.Class)
	})
	slices.Sort(rows)
	return slices.Compact(rows)
}

// checkVectors says whether all vectors, and the mean, are of one length.
func checkVectors(p *Pool) error {
	dim, first := len(p.Mean), "Pool.Mean"
	for _, rows := range [][]int{p.Rows, p.Known} {
		for _, row := range rows {
			switch n := len(p.Features(row)); {
			case n == 0 || n == dim:
			case dim == 0:
				dim, first = n, fmt.Sprint("row ", row)
			default:
				return fmt.Errorf("acquire: row %d has a vector of %d numbers and %s has %d; want the features of one extractor, "+
					"and a model that was trained on them", row, n, first, dim)
			}
		}
	}
	return nil
}

// ascending says whether rows are in order, each once, as a label table lists them.
func ascending(rows []int) bool {
	for i := 1; i < len(rows); i++ {
		if rows[i] <= rows[i-1] {
			return false
		}
	}
	return true
}

// exhausted says why none of the given rows is a candidate.
func exhausted(card Card, given int) error {
	switch {
	case given == 0:
		return fmt.Errorf("%w: the pool holds no row; widen the filter", ErrExhausted)
	case card.Needs.Has(OneClass):
		return fmt.Errorf("%w: each of the %d rows is excluded or already labelled for %q", ErrExhausted, given, card.Class)
	}
	return fmt.Errorf("%w: each of the %d rows is excluded or labelled for every class", ErrExhausted, given)
}

// promise checks what a strategy returned, so that a faulty one cannot show a person the same image twice.
func promise(card Card, p *Pool, picks []Pick, n int) error {
	if len(picks) > n {
		return fmt.Errorf("acquire: strategy %s returned %d rows of %d asked for; this is a fault of the strategy", card.Name, len(picks), n)
	}
	seen := make(map[int]bool, len(picks))
	for _, pick := range picks {
		if _, ok := slices.BinarySearch(p.Rows, pick.Row); !ok || seen[pick.Row] || math.IsNaN(pick.Score) {
			return fmt.Errorf("acquire: strategy %s returned row %d, which is a repeat, no candidate, or scored NaN; this is a fault of the strategy", card.Name, pick.Row)
		}
		seen[pick.Row] = true
	}
	return nil
}
