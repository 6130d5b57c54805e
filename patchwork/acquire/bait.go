package acquire

import (
	"context"
	"fmt"
	"math"

	"github.com/gopatchwork/patchwork/patchwork/explore/layout"
)

// bait takes rows after whose labels the model would be least uncertain about all candidates, by Fisher's information of the
// last layer.
//
//	I_c(row) = p(1-p)·h hᵀ for each unknown class c       M_c = 1 + Σ over known and chosen rows of I_c
//	score    = Σ_c tr(M_c⁻¹ F_c) - tr((M_c + I_c)⁻¹ F_c) = Σ_c q·hᵀM⁻¹FM⁻¹h / (1 + q·hᵀM⁻¹h),   q = p(1-p)
//	F_c      = mean of I_c over the candidates; h = the first 32 principal components, with a mean square of 1 each
//
// One row after the other is the one of the highest score. Unlike badge it knows which uncertainty matters: that in directions in
// which many candidates lie.
//
// Source: Ash et al. 2021, arXiv:2106.09675, eq. 5, for classes judged apart, for which the information falls into one matrix a class. "Lite": forward only,
// where the paper takes twice as many and gives half back, and on principal components. Of more than 4,096
// candidates, so many drawn at random are looked at.
type bait struct{}

const baitDim = 32

// Card implements Strategy.
func (bait) Card() Card {
	return Card{Name: "bait", About: "their labels would leave the model least uncertain about all the others", Paper: "Ash et al. 2021", Needs: Probs | Features}
}

// Pick implements Strategy.
func (bait) Pick(p *Pool, n int) []Pick {
	q := sampled(p)
	h, dim := components(q)
	if dim == 0 { // one image, or all alike
		return fillUp(p, nil, n, "bait: there is nothing that it could differ from")
	}
	classes := len(p.Classes)
	weight := make([]float64, len(q.rows)*classes) // p(1-p) of what counts, 0 for the rest
	judged := make([]bool, q.open)
	for i, row := range q.rows {
		for c, prob := range p.Probs(row) {
			if prob == prob && (i >= q.open) != p.Unknown(row, c) {
				weight[i*classes+c] = float64(prob) * (1 - float64(prob))
				if i < q.open {
					judged[i] = true
				}
			}
		}
	}
	f := make([]fisher, classes)
	inBlocks(classes, func(c int) { f[c] = newFisher(h, dim, weight, classes, c, q.open) })
	var picks []Pick
	gain, class := make([]float64, q.open), make([]int, q.open)
	for len(picks) < n {
		inBlocks(q.open, func(i int) {
			gain[i], class[i] = 0, 0
			most := -1.0
			for c := range f {
				if w := weight[i*classes+c]; w > 0 {
					g := f[c].gain(h[i*dim:(i+1)*dim], w)
					if gain[i] += g; g > most {
						most, class[i] = g, c
					}
				}
			}
		})
		best := top{n: 1}
		for i, g := range gain {
			if judged[i] {
				best.add(i, g)
			}
		}
		first := best.sorted(p.Rand.Uint64())
		if len(first) == 0 {
			break
		}
		i := first[0].row
		judged[i] = false
		row, c := q.rows[i], class[i]
		picks = append(picks, Pick{Row: row, Score: gain[i], Reason: fmt.Sprintf("bait %.2g: %s at %.2f, in a direction in which many images lie", gain[i], p.Classes[c], p.Prob(row, c))})
		inBlocks(classes, func(c int) {
			if w := weight[i*classes+c]; w > 0 {
				f[c].add(h[i*dim:(i+1)*dim], w)
			}
		})
	}
	return picks
}

// components are the first principal components of the points, [points, dim], with a mean square of 1 each on average.
func components(q *points) (h []float64, dim int) {
	if len(q.rows) == 0 {
		return nil, 0
	}
	v := layout.Vectors{N: len(q.rows), Dim: q.dim, At: func(i int) []float32 { return q.vector(q.rows[i]) }}
	c, err := layout.PCA(context.Background(), v, baitDim) // points are finite, and the context has no end
	if err != nil {
		return nil, 0
	}
	flat, err := c.Project(context.Background(), v)
	if err != nil || len(c.Axes) == 0 {
		return nil, 0
	}
	sum := 0.0
	for _, x := range flat {
		sum += float64(x) * float64(x)
	}
	scale := 0.0
	if sum > 0 {
		scale = math.Sqrt(float64(len(flat)) / sum)
	}
	h = make([]float64, len(flat))
	for i, x := range flat {
		h[i] = scale * float64(x)
	}
	return h, len(c.Axes)
}

// fisher is what is known and wanted of one class.
type fisher struct {
	dim     int
	inverse []float64 // M⁻¹, [dim, dim]
	wanted  []float64 // F
	both    []float64 // M⁻¹ F M⁻¹
}

// newFisher takes the first open of the points h for candidates and the others for known.
func newFisher(h []float64, dim int, weight []float64, classes, class, open int) fisher {
	f := fisher{dim: dim, inverse: make([]float64, dim*dim), wanted: make([]float64, dim*dim)}
	for d := range dim {
		f.inverse[d*dim+d] = 1
	}
	for i := range len(h) / dim {
		w, x := weight[i*classes+class], h[i*dim:(i+1)*dim]
		if w == 0 {
			continue
		}
		if i >= open {
			f.shrink(x, w)
			continue
		}
		for a, u := range x {
			u *= w / float64(open)
			for b, v := range x {
				f.wanted[a*dim+b] += u * v
			}
		}
	}
	f.square()
	return f
}

// gain is by how much tr(M⁻¹F) falls if w·x xᵀ is added to M.
func (f *fisher) gain(x []float64, w float64) float64 {
	return w * f.form(f.both, x) / (1 + w*f.form(f.inverse, x))
}

// form is xᵀ m x.
func (f *fisher) form(m, x []float64) (sum float64) {
	for a, u := range x {
		row, s := m[a*f.dim:(a+1)*f.dim], 0.0
		for b, v := range x {
			s += row[b] * v
		}
		sum += u * s
	}
	return sum
}

// add adds w·x xᵀ to M.
func (f *fisher) add(x []float64, w float64) {
	f.shrink(x, w)
	f.square()
}

// shrink brings the inverse up to date (Sherman and Morrison 1950).
func (f *fisher) shrink(x []float64, w float64) {
	mx := make([]float64, f.dim)
	xmx := 0.0
	for a := range mx {
		for b, v := range x {
			mx[a] += f.inverse[a*f.dim+b] * v
		}
		xmx += mx[a] * x[a]
	}
	w /= 1 + w*xmx
	for a, u := range mx {
		for b, v := range mx {
			f.inverse[a*f.dim+b] -= w * u * v
		}
	}
}

// square brings both up to date.
func (f *fisher) square() {
	times := func(a, b []float64) []float64 {
		out := make([]float64, f.dim*f.dim)
		for i := range f.dim {
			for k := range f.dim {
				u := a[i*f.dim+k]
				for j, v := range b[k*f.dim : (k+1)*f.dim] {
					out[i*f.dim+j] += u * v
				}
			}
		}
		return out
	}
	f.both = times(times(f.inverse, f.wanted), f.inverse)
}
