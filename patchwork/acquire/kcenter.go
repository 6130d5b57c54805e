package acquire

import (
	"cmp"
	"container/heap"
	"fmt"
)

// kCenter takes, one after the other, the row farthest from all that are known or taken.
//
//	score = min over known and taken rows of |u - v|²        u, v features of length one
//
// The first of all, where nothing is known, is drawn uniformly; its score is 1. It covers what is there, outliers first.
//
// Source: k-Center-Greedy of Sener and Savarese 2018, arXiv:1708.00489, algorithm 1, on the features at hand.
type kCenter struct{}

// Card implements Strategy.
func (kCenter) Card() Card {
	return Card{Name: "k-center", About: "farthest from all that is labelled or chosen", Paper: "Sener and Savarese 2018", Needs: Features}
}

// Pick implements Strategy.
func (kCenter) Pick(p *Pool, n int) []Pick {
	q := unitPoints(p)
	var picks []Pick
	for _, s := range q.farthest(n, func() int { return p.Rand.IntN(q.open) }, p.Rand.Uint64()) {
		reason := fmt.Sprintf("k-center: cosine %.2f with the nearest that is labelled or chosen", 1-s.far/2)
		if s.first {
			reason = "k-center: drawn at random, as the first"
		}
		picks = append(picks, Pick{Row: q.rows[s.point], Score: s.far, Reason: reason})
	}
	return picks
}

// farthest takes up to n candidates, each the farthest from the known points and those taken before; seed puts equally
// far ones in order.
//
// A distance can only fall with more centres. So one of before is a bound, and only for the candidate with the highest
// bound is it computed anew, until that of one that is up to date is the highest: the choice is the same as if all were
// known. When that takes too long, all are brought up to date in one pass.
func (q *points) farthest(n int, first func() int, seed uint64) []seeded {
	n = min(n, q.open)
	near, centres := q.farOff(), q.known()
	var taken []seeded
	if len(centres) == 0 && n > 0 {
		i := first()
		centres = append(centres, i)
		taken = append(taken, seeded{point: i, far: q.size[i], first: true})
	}
	q.lower(near, centres)
	h := &bounds{near: near, seed: seed, seen: make([]int, q.open)}
	for i := range q.open {
		if len(taken) == 0 || i != taken[0].point {
			h.order = append(h.order, i)
		}
	}
	heap.Init(h)
	var fresh []int // centres that not every bound knows
	for renewed := 0; len(taken) < n; {
		i := h.order[0]
		if h.seen[i] == len(fresh) {
			heap.Pop(h)
			taken, fresh = append(taken, seeded{point: i, far: near[i]}), append(fresh, i)
			continue
		}
		if renewed++; renewed > 2000 {
			q.lower(near, fresh)
			clear(h.seen)
			heap.Init(h)
			fresh, renewed = nil, 0
			continue
		}
		for _, c := range fresh[h.seen[i]:] {
			near[i] = min(near[i], q.distance(i, c))
		}
		h.seen[i] = len(fresh)
		heap.Fix(h, 0)
	}
	return taken
}

// bounds is a heap of candidates, the farthest at the top.
type bounds struct {
	order []int
	near  []float64 // by candidate, an upper bound of its distance
	seen  []int     // by candidate, how many of the fresh centres that knows
	seed  uint64
}

func (h *bounds) Len() int { return len(h.order) }
func (h *bounds) Less(a, b int) bool {
	i, j := h.order[a], h.order[b]
	return cmp.Or(cmp.Compare(h.near[j], h.near[i]), cmp.Compare(mix(h.seed, i), mix(h.seed, j))) < 0
}
func (h *bounds) Swap(a, b int) { h.order[a], h.order[b] = h.order[b], h.order[a] }
func (h *bounds) Push(x any)    { h.order = append(h.order, x.(int)) }
func (h *bounds) Pop() any {
	last := h.order[len(h.order)-1]
	h.order = h.order[:len(h.order)-1]
	return last
}
