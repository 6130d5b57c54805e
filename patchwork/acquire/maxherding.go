package acquire

import (
	"container/heap"
	"fmt"
	"math"
)

// maxHerding takes, one after the other, the row that brings all candidates nearest to something known or taken, where
// near is a matter of degree.
//
//	score = how much it raises the mean over candidates x of max over known and taken rows y of exp(-|x - y|²)
//
// on features brought to length one. Equal rows come in an order drawn from the seed.
//
// Of more than 4,096 candidates so many drawn at random are looked at. Source: Bae, Noh and Sutherland 2024,
// arXiv:2407.12212, algorithm 1, with the Gaussian kernel at length 1.
type maxHerding struct{}

// Card implements Strategy.
func (maxHerding) Card() Card {
	return Card{Name: "maxherding", About: "brings all images nearest to something labelled", Paper: "Bae et al. 2024", Needs: Features}
}

// Pick implements Strategy.
func (maxHerding) Pick(p *Pool, n int) []Pick {
	q := sampled(p)
	kernel := q.compared(q.upTo(q.open), closeness)
	for i, row := range kernel {
		row[i] = 1
	}
	cover := make([]float32, q.open) // by candidate, the closeness to the nearest that is known or taken
	for i, row := range q.compared(q.known(), closeness) {
		for _, k := range row {
			cover[i] = max(cover[i], k)
		}
	}
	gain := func(i int) float64 {
		sum := 0.0
		for j, k := range kernel[i] {
			if d := k - cover[j]; d > 0 {
				sum += float64(d)
			}
		}
		return sum / float64(q.open)
	}
	// A gain can only fall with more rows taken. So one of before is a bound, and is computed anew only while it is the highest.
	h := &bounds{near: make([]float64, q.open), seed: p.Rand.Uint64(), seen: make([]int, q.open), order: q.upTo(q.open)}
	inBlocks(q.open, func(i int) { h.near[i] = gain(i) })
	heap.Init(h)
	var picks []Pick
	for len(picks) < min(n, q.open) {
		i := h.order[0]
		if h.seen[i] < len(picks) {
			h.near[i], h.seen[i] = gain(i), len(picks)
			heap.Fix(h, 0)
			continue
		}
		heap.Pop(h)
		for j, k := range kernel[i] {
			cover[j] = max(cover[j], k)
		}
		picks = append(picks, Pick{Row: q.rows[i], Score: h.near[i], Reason: fmt.Sprintf("maxherding: raises the coverage by %.2g", h.near[i])})
	}
	return fillUp(p, picks, n, "maxherding: drawn at random from those not looked at")
}

// closeness is exp(-|x - y|²) of unit vectors with this cosine.
func closeness(cosine float32) float32 { return float32(math.Exp(2*min(float64(cosine), 1) - 2)) }
