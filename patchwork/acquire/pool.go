package acquire

import (
	"math"
	"math/rand/v2"
)

// Pool is what a strategy may look at. Rows and Classes are required by Select, and so is Rand; the functions may be nil.
type Pool struct {
	Rows    []int    // candidates; Select drops repeated, excluded and fully labelled ones
	Classes []string // names, in the order of Probs and Labels

	// Probs gives the probability of each class, one entry a class: NaN where the model says nothing, nil for a row that
	// has no features. The result need only stay valid until the next call. A nil function means that no model exists.
	Probs func(row int) []float32

	// Deviations gives the standard deviation of the logit of each class, as Probs gives probabilities that take it into account;
	// nil means that the model has no posterior.
	Deviations func(row int) []float32

	// Judge gives the probabilities of n vectors of the length of Features, as Probs does of rows: [n, len(Classes)], or nil where
	// the model cannot say. vector may be called from several goroutines. A nil function means that there is no model.
	Judge func(n int, vector func(i int) []float32) []float32

	Labels   func(row, class int) int8 // -1 unknown, 0 absent, 1 present; nil means that nothing is labelled
	Excluded func(row int) bool        // nil means that nothing is excluded
	Rand     *rand.Rand                // the only source of randomness

	// Features gives one vector a row, nil for a row without; a nil function means no features. It may be called from
	// several goroutines, and what it returns is only read and stays as it is.
	Features func(row int) []float32

	// Mean is what the model subtracts from a vector before its linear head; empty means nothing. See badge.
	Mean []float32

	// Known are rows that are labelled, or were chosen already: strategies that compare vectors choose what is unlike them.
	// Select drops those that are candidates and, for a strategy that ranks by one class, those where it is unknown.
	Known []int

	// Class is the index of the class that a strategy for one class ranks by. Select sets it from the strategy's Card
	// before Pick; what the caller puts here is not read.
	Class int
}

// Pick is one row worth labelling.
type Pick struct {
	Row    int
	Score  float64 // higher is more worth labelling; never NaN
	Reason string  // why, in words for the person who labels: "entropy 0.98: water at 0.51"

	// Uniform says that the row was drawn from all candidates, each as likely as any other: what is measured on such rows holds for
	// all of them.
	Uniform bool
}

// Unknown reports whether the class of the row is still to be labelled.
func (p *Pool) Unknown(row, class int) bool { return p.label(row, class) < 0 }

// label is -1 unknown, 0 absent, 1 present.
func (p *Pool) label(row, class int) int8 {
	if p.Labels == nil {
		return -1
	}
	return p.Labels(row, class)
}

// Prob is the probability of one class of a row, NaN when the model says nothing about it.
func (p *Pool) Prob(row, class int) float64 {
	q := p.Probs(row)
	if q == nil {
		return math.NaN()
	}
	return float64(q[class])
}

// Uncertain finds, among the classes of the row that are still unknown, the one whose probability is nearest one half.
// Of classes equally near, the first. It returns -1 and NaN when every such class is NaN or the row has no probabilities.
func (p *Pool) Uncertain(row int) (class int, prob float64) { return p.uncertain(row, math.MaxFloat64) }

// uncertain is Uncertain among the classes whose probability is at most within away from one half. Labels are asked only
// where it matters.
func (p *Pool) uncertain(row int, within float64) (class int, prob float64) {
	class, prob = -1, math.NaN()
	for c, q := range p.Probs(row) {
		if d := math.Abs(float64(q) - 0.5); (d < within || d == within && class < 0) && p.Unknown(row, c) {
			within, class, prob = d, c, float64(q)
		}
	}
	return class, prob
}

// open reports whether the row still has something to label for a strategy that ranks by card.
func (p *Pool) open(row int, card Card) bool {
	if p.Excluded != nil && p.Excluded(row) {
		return false
	}
	if card.Needs.Has(OneClass) {
		return p.Unknown(row, p.Class)
	}
	for c := len(p.Classes) - 1; c >= 0; c-- { // classes that came later are known of fewer rows
		if p.Unknown(row, c) {
			return true
		}
	}
	return len(p.Classes) == 0
}
