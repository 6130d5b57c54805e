package segment

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// Pair is a choice of segments that two views of an image share, and how it came about.
type Pair struct {
	Labels       []int32 // the k segments drawn; None throughout if the views share none
	AreaA, AreaB []int   // pixels of each in the first and the second view

	Common   int  // segments that both views show
	Lost     int  // segments that one view shows and the other does not
	Replaced bool // fewer than k are common, and some are drawn more than once
}

// Draw chooses k of the segments that both views show. Each draw takes one of those left with a probability proportional
// to 1 + the pixels of it in both views. If fewer than k are common, k of them are drawn uniformly with replacement.
//
// A segment of one view only cannot be contrasted and counts as lost; one that neither view shows does not count. The
// same maps and state of rng give the same draw.
//
// Errors: k is less than 1; the maps do not number the same segments; a map has not W·H labels.
//
// Source: Hénaff et al. 2021, "Efficient visual pretraining with contrastive detection", arXiv:2103.10957. There the
// segments of each view are drawn apart and those without a partner masked; here the draw is from the common ones.
func Draw(a, b Map, k int, rng *rand.Rand) (Pair, error) {
	if k < 1 {
		return Pair{}, fmt.Errorf("segment.Draw: k is %d; want 1 segment or more", k)
	}
	if a.N != b.N {
		return Pair{}, fmt.Errorf("segment.Draw: the first view has %d segments and the second %d; want two views of one map", a.N, b.N)
	}
	for i, m := range []Map{a, b} {
		if err := m.check(); err != nil {
			return Pair{}, fmt.Errorf("segment.Draw: view %d: %w", i+1, err)
		}
	}
	areaA, areaB := a.Areas(), b.Areas()
	var p Pair
	var common []int32
	for l := range areaA {
		switch inA, inB := areaA[l] > 0, areaB[l] > 0; {
		case inA && inB:
			common = append(common, int32(l))
		case inA != inB:
			p.Lost++
		}
	}
	p.Common = len(common)
	p.Replaced = 0 < len(common) && len(common) < k
	switch {
	case len(common) == 0:
		p.Labels = slices.Repeat([]int32{None}, k)
	case p.Replaced:
		for range k {
			p.Labels = append(p.Labels, common[rng.IntN(len(common))])
		}
	default:
		p.Labels = weighted(common, k, rng, func(l int32) float64 { return float64(1 + areaA[l] + areaB[l]) })
	}
	p.AreaA, p.AreaB = make([]int, k), make([]int, k)
	for i, l := range p.Labels {
		if l != None {
			p.AreaA[i], p.AreaB[i] = areaA[l], areaB[l]
		}
	}
	return p, nil
}

// weighted draws k of labels one after the other, each with a probability proportional to its weight among those left:
// the k first to ring of clocks that ring at the rate of the weight.
func weighted(labels []int32, k int, rng *rand.Rand, weight func(int32) float64) []int32 {
	type clock struct {
		label int32
		rings float64
	}
	clocks := make([]clock, len(labels))
	for i, l := range labels {
		clocks[i] = clock{l, rng.ExpFloat64() / weight(l)}
	}
	slices.SortStableFunc(clocks, func(a, b clock) int { return cmp.Compare(a.rings, b.rings) })
	drawn := make([]int32, k)
	for i := range drawn {
		drawn[i] = clocks[i].label
	}
	return drawn
}

func (m Map) check() error {
	if m.W < 1 || m.H < 1 || m.W > math.MaxInt32/m.H || len(m.Labels) != m.W*m.H {
		return fmt.Errorf("a map of %d x %d pixels has %d labels; want one a pixel", m.W, m.H, len(m.Labels))
	}
	if m.N < 0 {
		return fmt.Errorf("a map has %d segments; want 0 or more", m.N)
	}
	return nil
}
