package explore

import (
	"context"
	"fmt"
	"math"
	"slices"
)

// Context draws each vector x towards those of its neighbours in a graph:
//
//	z = unit(x - mean)      s = unit(row of A·A·Z)      context = unit(z + s)
//
// unit brings a vector to length one and leaves 0 as it is, as it does with a z that is only a rounding; mean is that of all vectors. Two rows are joined where each is a neighbour
// of the other, and each with itself, so that a row that many are most like is not drawn in everywhere; A has in each row 1/(number of rows that it is joined with) for these and 0 for all others.
//
// Sources: Wu et al. 2019, arXiv:1902.07153, where A is divided by the roots of the numbers of both rows and the result is s alone; for the vectors
// of a network that is not trained further, Hu, Gripon and Pateux 2020, arXiv:2001.09849; mutual neighbours, Brito et al. 1997, Statistics & Probability Letters 35.
//
// It is made in two steps, because A·A has too many entries to be kept: Once for all rows, then Twice. Its methods may be
// called from several goroutines, and no number of them changes a result.
type Context struct {
	v      *Vectors
	mean   []float64
	scale  []float64 // by row: 1 / length of x - mean; 0 where x is at the mean
	begin  []int     // by row, and one more: where in joined its rows begin
	joined []int32   // ascending
	least  []float32 // by row: cosine of the last of its neighbours in the graph
}

// ContextNeighbours is how many neighbours each of n rows had best have for it: 20, of fewer than 500 rows a 25th of them, but 5 at least.
func ContextNeighbours(n int) int { return max(5, min(20, n/25)) }

// atMean is the share of its own length and that of the mean up to which a vector's distance from the mean is what float32 has lost of it.
const atMean = 1e-6

// NewContext measures the vectors and keeps of the graph what is mutual. Rows without a vector take no part, whatever g says of them.
//
// Errors: g is of another number of rows; ctx is done.
func (v *Vectors) NewContext(ctx context.Context, g *Graph) (*Context, error) {
	n := len(v.scale)
	if g.N != n {
		return nil, fmt.Errorf("explore: the graph has %d rows and there are %d vectors; want the graph of these vectors", g.N, n)
	}
	c := &Context{v: v, mean: make([]float64, v.dim), scale: make([]float64, n)}
	some := 0
	for row := range n {
		if !v.Has(row) {
			continue
		}
		some++
		for k, x := range v.row(row) {
			c.mean[k] += float64(x)
		}
		if row%1024 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
	for k := range c.mean {
		c.mean[k] /= float64(max(some, 1))
	}
	for row := range n {
		if !v.Has(row) {
			continue
		}
		apart, around := 0.0, 0.0
		for k, x := range v.row(row) {
			d := float64(x) - c.mean[k]
			apart += d * d
			around += float64(x)*float64(x) + c.mean[k]*c.mean[k]
		}
		if apart > atMean*atMean*around {
			c.scale[row] = 1 / math.Sqrt(apart)
		}
	}
	c.join(g)
	return c, ctx.Err()
}

// join lists of each row the rows that it is joined with.
func (c *Context) join(g *Graph) {
	lists := make([][]int32, g.N)
	c.least = make([]float32, g.N)
	for row := range g.N {
		if !c.v.Has(row) {
			continue
		}
		lists[row] = append(lists[row], int32(row))
		near, cosine := g.Of(row)
		for _, j := range near {
			if back, _ := g.Of(int(j)); c.v.Has(int(j)) && slices.Contains(back, int32(row)) {
				lists[row] = append(lists[row], j)
			}
		}
		if len(near) > 0 {
			c.least[row] = cosine[len(near)-1]
		}
	}
	c.begin = append(make([]int, 0, g.N+1), 0)
	for _, list := range lists {
		slices.Sort(list)
		c.joined = append(c.joined, list...)
		c.begin = append(c.begin, len(c.joined))
	}
}

// Joined are the rows that a row is joined with, itself included, ascending; none for a row without a vector.
func (c *Context) Joined(row int) []int32 { return c.joined[c.begin[row]:c.begin[row+1]] }

// Near reports whether a vector that is no row, with this cosine to a row, is as near to it as its neighbours are.
func (c *Context) Near(row int, cosine float64) bool {
	return c.v.Has(row) && cosine >= float64(c.least[row])
}

// Once writes a row of A·Z to dst, [dim]; NaN for a row without a vector.
func (c *Context) Once(dst []float32, row int) {
	sum := make([]float64, len(dst))
	for _, j := range c.Joined(row) {
		scale := c.scale[j]
		for k, x := range c.v.row(int(j)) {
			sum[k] += (float64(x) - c.mean[k]) * scale
		}
	}
	n := float64(len(c.Joined(row))) // 0 makes NaN
	for k, s := range sum {
		dst[k] = float32(s / n)
	}
}

// Twice writes a row in its context to dst, [dim], from the rows that Once made; NaN for a row without a vector.
func (c *Context) Twice(dst []float32, row int, once func(row int) []float32) {
	if !c.v.Has(row) {
		for k := range dst {
			dst[k] = float32(math.NaN())
		}
		return
	}
	sum := make([]float64, len(dst))
	for _, j := range c.Joined(row) {
		for k, y := range once(int(j)) {
			sum[k] += float64(y)
		}
	}
	unit(sum)
	for k, x := range c.v.row(row) {
		sum[k] = (float64(x)-c.mean[k])*c.scale[row] + sum[k]
	}
	unit(sum)
	for k, s := range sum {
		dst[k] = float32(s)
	}
}

// Mean is that of all vectors, [dim]. Do not change it.
func (c *Context) Mean() []float64 { return c.mean }

// Pull is s of a row, [dim]: what its neighbours add.
func (c *Context) Pull(row int) []float32 { return c.pull(c.Joined(row), make([]float64, len(c.mean))) }

// PullOf is Pull of a vector x that is no row and is joined with itself and the rows near: what is joined with these stays as it is.
func (c *Context) PullOf(x []float32, near []int) []float32 {
	own, joined := make([]float64, len(x)), make([]int32, len(near))
	for k, v := range x {
		own[k] = float64(v) - c.mean[k]
	}
	unit(own)
	for i, row := range near {
		joined[i] = int32(row)
		for k, v := range c.v.row(row) {
			own[k] += (float64(v) - c.mean[k]) * c.scale[row]
		}
	}
	for k := range own {
		own[k] /= float64(len(near) + 1)
	}
	return c.pull(joined, own)
}

// pull is unit of the rows of A·Z of joined and of what sum holds.
func (c *Context) pull(joined []int32, sum []float64) []float32 {
	out := make([]float32, len(sum))
	for _, j := range joined {
		c.Once(out, int(j))
		for k, y := range out {
			sum[k] += float64(y)
		}
	}
	unit(sum)
	for k, s := range sum {
		out[k] = float32(s)
	}
	return out
}

// unit brings a vector to length one; 0 stays.
func unit(x []float64) {
	sum := 0.0
	for _, v := range x {
		sum += v * v
	}
	if sum == 0 {
		return
	}
	length := math.Sqrt(sum)
	for k := range x {
		x[k] /= length
	}
}
