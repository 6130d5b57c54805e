package stream

import (
	"fmt"
	"math"
	"math/rand/v2"
	"sort"
)

// Weighted draws pictures with replacement, each with a probability proportional to its weight.
type Weighted struct {
	Weights []float64 // of each picture; 0 means never
	Draws   int       // places of an epoch; 0 means as many as pictures
}

// Len is Draws.
//
// Errors: there is not one weight for each picture; one is negative or no number; all are 0; Draws is negative.
func (w Weighted) Len(n int) (int, error) {
	if len(w.Weights) != n {
		return 0, fmt.Errorf("stream.Weighted: Weights has %d values and the source %d pictures; want as many", len(w.Weights), n)
	}
	sum := 0.0
	for i, v := range w.Weights {
		if !(v >= 0) {
			return 0, fmt.Errorf("stream.Weighted: the weight of picture %d is %g; want 0 or more", i, v)
		}
		sum += v
	}
	if sum == 0 || math.IsInf(sum, 1) {
		return 0, fmt.Errorf("stream.Weighted: the weights sum to %g; want a positive number", sum)
	}
	if w.Draws < 0 {
		return 0, fmt.Errorf("stream.Weighted: Draws is %d; want 1 or more, or 0 for as many as pictures", w.Draws)
	}
	if w.Draws == 0 {
		return n, nil
	}
	return w.Draws, nil
}

// Numbers lists the draws.
func (w Weighted) Numbers(n int, seed, epoch uint64) []int {
	until, sum := make([]float64, n), 0.0 // the sum of the weights up to each picture
	for i, v := range w.Weights {
		sum += v
		until[i] = sum
	}
	draws := w.Draws
	if draws == 0 {
		draws = n
	}
	numbers := make([]int, draws)
	rng := rand.New(rand.NewPCG(seed, epoch))
	for i := range numbers {
		at := min(rng.Float64()*sum, math.Nextafter(sum, 0)) // the product may be rounded up
		numbers[i] = sort.Search(n, func(k int) bool { return until[k] > at })
	}
	return numbers
}
