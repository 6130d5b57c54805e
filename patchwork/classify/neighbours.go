package classify

import (
	"slices"

	"github.com/gopatchwork/patchwork/patchwork/compute/cpu/kernel"
)

// Paths of what a head of neighbours remembers.
const (
	pathExamples = "/neighbours/features" // [examples, dim], directions of length 1
	pathAnswers  = "/neighbours/labels"   // [examples, classes], -1 unknown, 0 absent, 1 present
)

// fitNeighbours remembers the labelled images. A class is judged by the k of them, among those whose label for it is known,
// whose features, seen from the centre (centre), have the smallest angle to those of the image; the closer the more each counts:
//
//	p = (Σ w·y + u/2) / (Σ w + u)      w = 1/|x - x'|² = 1/(2 - 2·cos(x, x'))      u = ½
//
// k is Options.Neighbours, 10 by default. u is one more neighbour, at a right angle and undecided: without it all images whose
// neighbours agree would score 0 or 1 alike, however far these are. Images are among their own neighbours, so figures on the
// images learned from say nothing.
//
// Source: the distance-weighted rule of Dudani 1976, with the weight of Shepard 1968.
func fitNeighbours(p *prepared, o Options) (head, Info, error) {
	i := Info{Classes: p.Classes, Dim: p.Dim, Taps: p.Taps, Options: o}
	h, err := newHead(i)
	if err != nil {
		return h, i, err
	}
	h.mean, h.scale = p.centre()
	h.examples = make([]float32, len(p.train.rows)*p.Dim)
	for k, row := range p.train.rows {
		if err := h.direction(h.examples[k*p.Dim:(k+1)*p.Dim], row, p.Features); err != nil {
			return h, i, err
		}
	}
	for _, v := range p.train.labels {
		h.answers = append(h.answers, float32(v))
	}
	return h, i, nil
}

const (
	undecided = 0.5  // weight of the neighbour at a right angle
	nearest   = 1e-6 // |x - x'|² that no neighbour is below, so that a copy counts for much instead of all
)

// neighbours scores by what a head remembers.
type neighbours struct {
	h        *head
	count    int
	products *layer
	alike    [][]int // classes that are known for the same examples
	known    [][]int // for each of alike, these examples
}

func newNeighbours(h *head) (*neighbours, error) {
	n := &neighbours{h: h, count: len(h.answers) / h.classes}
	turned := make([]float32, len(h.examples)) // [dim, examples]
	kernel.Transpose(turned, n.count, h.examples, h.dim, n.count, h.dim)
	var err error
	if n.products, err = newLayer(h.dim, n.count, turned, make([]float32, n.count)); err != nil {
		return nil, err
	}
	for c := range h.classes {
		var known []int
		for e := range n.count {
			if h.answers[e*h.classes+c] >= 0 {
				known = append(known, e)
			}
		}
		at := slices.IndexFunc(n.known, func(k []int) bool { return slices.Equal(k, known) })
		if at < 0 {
			at = len(n.known)
			n.known, n.alike = append(n.known, known), append(n.alike, nil)
		}
		n.alike[at] = append(n.alike[at], c)
	}
	return n, nil
}

// block turns the first rows of c.x, which are directions, into probabilities in c.out.
func (n *neighbours) block(c *scratch, rows int) {
	h := n.h
	n.products.run(c.x, c.wide)
	near := make([]int, 0, h.neighbours)
	for r := range rows {
		cosines := c.wide[r*n.count : (r+1)*n.count]
		for g, classes := range n.alike {
			near = closest(near[:0], cosines, n.known[g], h.neighbours)
			for _, class := range classes {
				sum, total := undecided/2, undecided
				for _, e := range near {
					w := 1 / max(2-2*float64(cosines[e]), nearest)
					total += w
					sum += w * float64(h.answers[e*h.classes+class])
				}
				c.out[r*h.classes+class] = float32(sum / total)
			}
		}
	}
}

// closest appends to near the k of among with the largest cosines, the largest first, of equal ones the first.
func closest(near []int, cosines []float32, among []int, k int) []int {
	for _, e := range among {
		if len(near) == k {
			if cosines[e] <= cosines[near[k-1]] {
				continue
			}
			near = near[:k-1]
		}
		at := len(near)
		for at > 0 && cosines[e] > cosines[near[at-1]] {
			at--
		}
		near = slices.Insert(near, at, e)
	}
	return near
}
