package acquire

import (
	"context"
	"math"

	"github.com/gopatchwork/patchwork/patchwork/compute/cpu/dots"
)

// mostKnown is how many known rows candidates are compared with. Of more, so many drawn at random stand for all: 100,000
// candidates are compared with 2,000 others in about a second.
const mostKnown = 2000

// points are rows as points in space: first the candidates that have vectors, then the known rows. Each point is a product
// of a short vector, its weights, and a long one, its vector, brought to a length. The distance of two such products needs
// no more than the inner products of their factors,
//
//	|a⊗x - b⊗y|² = |a|²|x|² + |b|²|y|² - 2·(a·b)·(x·y)
//
// so the products themselves, of as many numbers as weights times vector, are never there.
type points struct {
	rows    []int // by point, the row of the table
	open    int   // how many are candidates; the rest are known
	dim     int
	vector  func(row int) []float32
	mean    []float32 // subtracted from every vector; nil for nothing
	scale   []float64 // by point, what its vector is multiplied by
	width   int
	weights []float32 // [points, width]
	size    []float64 // by point, squared length of the product
}

// newPoints takes the candidates and known rows of p whose vectors are finite numbers, minus mean, which may be nil. Its
// scales are 1 and size is the squared length of the vector; there are no weights yet.
func newPoints(p *Pool, mean []float32) *points {
	if len(mean) == 0 {
		mean = nil
	}
	q := &points{vector: p.Features, mean: mean}
	known := p.Known
	if len(known) > mostKnown {
		known = append([]int(nil), known...)
		shuffle(known, p.Rand)
		known = known[:mostKnown]
	}
	all := append(append(make([]int, 0, len(p.Rows)+len(known)), p.Rows...), known...)
	size := make([]float64, len(all)) // NaN where there is no vector
	inBlocks(len(all), func(i int) { size[i] = squared(p.Features(all[i]), mean) })
	for i, row := range all {
		if math.IsNaN(size[i]) {
			continue
		}
		q.rows, q.size, q.scale = append(q.rows, row), append(q.size, size[i]), append(q.scale, 1)
		q.dim = len(p.Features(row))
		if i < len(p.Rows) {
			q.open++
		}
	}
	return q
}

// inBlocks does something for each of n, on all cores.
func inBlocks(n int, do func(i int)) {
	dots.InBlocks(context.Background(), n, func() func(int, int, int) {
		return func(_, from, to int) {
			for i := from; i < to; i++ {
				do(i)
			}
		}
	})
}

// squared is the squared length of x - mean; NaN if x is empty or holds what is no finite number.
func squared(x, mean []float32) float64 {
	if len(x) == 0 {
		return math.NaN()
	}
	var sums [4]float64 // one would wait for itself
	for len(x) >= 4 {
		for k := range sums {
			d := float64(x[k])
			if mean != nil {
				d -= float64(mean[k])
			}
			sums[k] += d * d
		}
		x = x[4:]
		if mean != nil {
			mean = mean[4:]
		}
	}
	for k, v := range x {
		d := float64(v)
		if mean != nil {
			d -= float64(mean[k])
		}
		sums[k] += d * d
	}
	if s := sums[0] + sums[1] + sums[2] + sums[3]; !math.IsInf(s, 0) {
		return s
	}
	return math.NaN()
}

// unitPoints are the vectors of p brought to length one; a vector of zeros stays. Their weights are 1.
func unitPoints(p *Pool) *points {
	q := newPoints(p, nil)
	q.width, q.weights = 1, make([]float32, len(q.rows))
	for i, s := range q.size {
		q.weights[i] = 1
		if s > 0 {
			q.scale[i], q.size[i] = 1/math.Sqrt(s), 1
		}
	}
	return q
}

// read writes the vector of a point to dst, not scaled.
func (q *points) read(i int, dst []float32) {
	x := q.vector(q.rows[i])
	if q.mean == nil {
		copy(dst, x)
		return
	}
	for k, v := range x {
		dst[k] = v - q.mean[k]
	}
}

// products multiplies the vectors of the candidates, scaled, by those of others; see dots.Each, with a point in place of i.
func (q *points) products(others []int, begin func() func(i int, products []float32)) {
	queries := make([]float32, len(others)*q.dim)
	for j, o := range others {
		q.read(o, queries[j*q.dim:][:q.dim])
	}
	fill := func(i int, dst []float32) bool {
		q.read(i, dst)
		return true
	}
	// The context has no end, and the shape is a shape: no error can come.
	dots.Each(context.Background(), queries, len(others), q.dim, q.open, fill, func() func(int, []float32) {
		see := begin()
		return func(i int, products []float32) {
			for j, o := range others {
				products[j] *= float32(q.scale[i] * q.scale[o])
			}
			see(i, products)
		}
	})
}

// between is the squared distance of two points whose vectors, scaled, have this product. What is less than rounding
// can make of nothing is nothing.
func (q *points) between(i, j int, product float64) float64 {
	sum := q.size[i] + q.size[j]
	a, b := q.weights[i*q.width:][:q.width], q.weights[j*q.width:][:q.width]
	weights := 0.0
	for k, v := range a {
		weights += float64(v) * float64(b[k])
	}
	if d := sum - 2*weights*product; d > 2e-6*sum {
		return d
	}
	return 0
}

// distance is the squared distance of two points.
func (q *points) distance(i, j int) float64 {
	x, y := make([]float32, q.dim), make([]float32, q.dim)
	q.read(i, x)
	q.read(j, y)
	product := 0.0
	for k, v := range x {
		product += float64(v) * float64(y[k])
	}
	return q.between(i, j, product*q.scale[i]*q.scale[j])
}

// known are the points that are no candidates.
func (q *points) known() []int {
	list := make([]int, 0, len(q.rows)-q.open)
	for i := q.open; i < len(q.rows); i++ {
		list = append(list, i)
	}
	return list
}

// centresAtOnce is how many centres candidates are compared with in one pass over them.
const centresAtOnce = 128

// lower brings near, by candidate the squared distance to the nearest centre, up to date with more centres.
func (q *points) lower(near []float64, centres []int) {
	length := make([]float64, len(q.size))
	for i, s := range q.size {
		length[i] = math.Sqrt(s)
	}
	for len(centres) > 0 {
		some := centres[:min(len(centres), centresAtOnce)]
		centres = centres[len(some):]
		q.products(some, func() func(int, []float32) {
			return func(i int, products []float32) {
				for j, c := range some {
					// Two products are at least as far from each other as their lengths differ.
					if gap := length[i] - length[c]; gap*gap < near[i] {
						near[i] = min(near[i], q.between(i, c, float64(products[j])))
					}
				}
			}
		})
	}
}

// farOff is what near is before there is a centre: nothing is known to be near.
func (q *points) farOff() []float64 {
	near := make([]float64, q.open)
	for i := range near {
		near[i] = math.Inf(1)
	}
	return near
}
