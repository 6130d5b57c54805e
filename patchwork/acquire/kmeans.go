package acquire

import (
	"context"
	"math"
	"math/rand/v2"

	"github.com/gopatchwork/patchwork/patchwork/compute/cpu/dots"
)

// clusters are groups of points around their means.
type clusters struct {
	of   []int       // by point, candidates and known ones, its cluster
	far  []float64   // by point, squared distance to the mean of its cluster
	list [][]int     // by cluster, its points, ascending; none is empty
	mean [][]float32 // by cluster
}

// mostRounds bounds the rounds of kMeans; the partition hardly changes after a few.
const mostRounds = 30

// kMeans divides unit points, known ones included, into at most k clusters: each point belongs to the nearest mean, until
// nothing changes. The first means are drawn by plusplus. A mean that loses all its points is dropped.
//
// Source: Lloyd 1982, seeded as by Arthur and Vassilvitskii 2007.
func (q *points) kMeans(k int, r *rand.Rand) clusters {
	all := *q
	all.open = len(q.rows)
	x := make([]float32, len(q.rows)*q.dim)
	for i := range q.rows {
		row := x[i*q.dim:][:q.dim]
		q.read(i, row)
		for d := range row {
			row[d] *= float32(q.scale[i])
		}
	}
	var c clusters
	for _, s := range all.plusplus(k, r, func() int { return r.IntN(all.open) }) {
		c.mean = append(c.mean, append([]float32(nil), x[s.point*q.dim:][:q.dim]...))
	}
	c.of, c.far = make([]int, len(q.rows)), make([]float64, len(q.rows))
	for i := range c.of {
		c.of[i] = -1
	}
	for round := 0; round < mostRounds && c.assign(x, q); round++ {
		c.move(x, q.dim)
	}
	return c
}

// assign gives each point to the nearest mean, and says whether that changed anything.
func (c *clusters) assign(x []float32, q *points) bool {
	flat, square := make([]float32, 0, len(c.mean)*q.dim), make([]float64, len(c.mean))
	for m, mean := range c.mean {
		flat = append(flat, mean...)
		square[m] = squared(mean, nil)
	}
	before := append([]int(nil), c.of...)
	fill := func(i int, dst []float32) bool {
		copy(dst, x[i*q.dim:])
		return true
	}
	dots.Each(context.Background(), flat, len(c.mean), q.dim, len(c.of), fill, func() func(int, []float32) {
		return func(i int, products []float32) {
			best, at := math.Inf(1), 0
			for m, p := range products {
				if d := square[m] - 2*float64(p); d < best {
					best, at = d, m
				}
			}
			c.of[i], c.far[i] = at, max(0, best+q.size[i])
		}
	})
	c.list = make([][]int, len(c.mean))
	changed := false
	for i, m := range c.of {
		c.list[m] = append(c.list[m], i)
		changed = changed || m != before[i]
	}
	kept := 0
	for m, list := range c.list {
		if len(list) > 0 {
			c.list[kept], c.mean[kept] = list, c.mean[m]
			for _, i := range list {
				c.of[i] = kept
			}
			kept++
		}
	}
	c.list, c.mean = c.list[:kept], c.mean[:kept]
	return changed
}

// move brings each mean to the middle of its points.
func (c *clusters) move(x []float32, dim int) {
	sum := make([]float64, dim)
	for m, list := range c.list {
		clear(sum)
		for _, i := range list {
			for d, v := range x[i*dim:][:dim] {
				sum[d] += float64(v)
			}
		}
		for d, v := range sum {
			c.mean[m][d] = float32(v / float64(len(list)))
		}
	}
}
