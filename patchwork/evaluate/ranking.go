package evaluate

import (
	"math"
	"slices"
)

// ranking is the cells of one class sorted by score, the best first. Cells of equal score form one step, so that their
// order among each other cannot change a figure.
type ranking struct {
	order []int32 // positions in known
	steps []step
}

// step is the cells that share one score.
type step struct {
	score           float32
	present, absent int
}

// ranking sorts the cells once.
func (k *known) ranking() *ranking {
	if k.ranked != nil {
		return k.ranked
	}
	// A key holds the score turned over in its upper half and the position in its lower: sorting plain numbers is several
	// times as fast as sorting positions by what they point at.
	keys := make([]uint64, len(k.scores))
	for i, s := range k.scores {
		keys[i] = uint64(^ascendingBits(s))<<32 | uint64(i)
	}
	slices.Sort(keys)
	r := &ranking{order: make([]int32, len(keys))}
	for i, key := range keys {
		at := int32(uint32(key))
		r.order[i] = at
		if n := len(r.steps); n == 0 || r.steps[n-1].score != k.scores[at] {
			r.steps = append(r.steps, step{score: k.scores[at]})
		}
		if s := &r.steps[len(r.steps)-1]; k.present[at] {
			s.present++
		} else {
			s.absent++
		}
	}
	k.ranked = r
	return r
}

// ascendingBits are whole numbers in the order of the floats that they stand for, zero and minus zero alike.
func ascendingBits(s float32) uint32 {
	b := math.Float32bits(s + 0)
	if b>>31 == 1 {
		return ^b
	}
	return b | 1<<31
}
