package acquire

import (
	"container/heap"
	"math"
)

// herding takes candidates one after the other, each the one that raises most how well all candidates are covered: the mean over
// them of weight · closeness to the nearest that is known or taken.
type herding struct {
	kernel [][]float32 // [open, open], the closeness of candidates to each other
	cover  []float32   // by candidate, the closeness to the nearest that is known or taken; 0 for none
	weight []float64   // by candidate; nil means 1
}

// newHerding compares the candidates with each other and with the known rows. of makes closeness, 0 to 1, of a cosine.
func newHerding(q *points, of func(cosine float32) float32) *herding {
	h := &herding{kernel: q.compared(q.upTo(q.open), of), cover: make([]float32, q.open)}
	for i, row := range h.kernel {
		row[i] = 1
	}
	for i, row := range q.compared(q.known(), of) {
		for _, k := range row {
			h.cover[i] = max(h.cover[i], k)
		}
	}
	return h
}

// gain is by how much the coverage would rise.
func (h *herding) gain(i int) float64 {
	sum := 0.0
	for j, k := range h.kernel[i] {
		if d := k - h.cover[j]; d > 0 {
			if h.weight == nil {
				sum += float64(d)
			} else {
				sum += float64(d) * h.weight[j]
			}
		}
	}
	return sum / float64(len(h.cover))
}

// pick takes up to n candidates and tells of each and its gain. Equal gains come in an order drawn from the seed.
func (h *herding) pick(n int, seed uint64, taken func(i int, gain float64)) {
	// A gain can only fall with more rows taken. So one of before is a bound, and is computed anew only while it is the highest.
	open := len(h.cover)
	b := &bounds{near: make([]float64, open), seed: seed, seen: make([]int, open), order: make([]int, open)}
	inBlocks(open, func(i int) { b.near[i], b.order[i] = h.gain(i), i })
	heap.Init(b)
	for k := 0; k < min(n, open); {
		i := b.order[0]
		if b.seen[i] < k {
			b.near[i], b.seen[i] = h.gain(i), k
			heap.Fix(b, 0)
			continue
		}
		heap.Pop(b)
		for j, c := range h.kernel[i] {
			h.cover[j] = max(h.cover[j], c)
		}
		taken(i, b.near[i])
		k++
	}
}

// closeness is exp(-|x - y|²) of unit vectors with this cosine.
func closeness(cosine float32) float32 { return float32(math.Exp(2*min(float64(cosine), 1) - 2)) }
