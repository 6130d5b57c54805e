package classify

import (
	"math"

	"github.com/gopatchwork/patchwork/patchwork/compute/cpu/kernel"
)

// Posterior says how uncertain the weights of a logistic head are taken to be: a normal distribution around them, whose
// inverse covariance is the curvature of what was minimised (Laplace's approximation). An image's logit then has a deviation
// too, which is saved beside the scores, and the scores are averages over it:
//
//	v = xᵀ H⁻¹ x      p = sigmoid( z / √(1 + π·v/8) )
//
// Source: MacKay 1992, The evidence framework applied to classification networks, eq. 10; Daxberger et al. 2021,
// arXiv:2106.14806, for the last layer alone.
type Posterior string

const (
	NoPosterior       Posterior = "none"     // scores of the weights as they are, no deviations
	DiagonalPosterior Posterior = "diagonal" // each weight on its own: H is its diagonal
	FullPosterior     Posterior = "full"     // all weights of a class together: Dim² numbers a class
)

const (
	pathVariance     = "/posterior/variance" // [dim, classes], of the weights
	pathBiasVariance = "/posterior/bias"     // [classes], of what the bias adds to a logit
	pathFactor       = "/posterior/factor"   // [classes, dim+1, dim+1], L⁻¹ with H = L Lᵀ; the last entry is that of the bias
)

// widen measures the posterior at the minimum w [classes, dim+1].
func (h *head) widen(q *problems, w []float32, shares []float64, oneSided []bool) error {
	if h.posterior != DiagonalPosterior && h.posterior != FullPosterior {
		return nil
	}
	q.logits(w)
	h.variance, h.biasVariance, h.factor = nil, nil, nil
	curve := func(c int) []float64 { // ℓ" of each image
		out := make([]float64, q.n)
		for i := range out {
			at := i*q.count + c
			_, prob := logistic(float64(q.z[at]), float64(q.y[at]))
			out[i] = float64(q.m[at]) * prob * (1 - prob)
		}
		return out
	}
	// A class with one side keeps what was assumed before any label of its weights; its bias is as uncertain as its share.
	biasCurve := func(c int, curve []float64) float64 {
		sum := 0.0
		for _, s := range curve {
			sum += s
		}
		if oneSided[c] {
			sum = shares[c] // one present and one absent label: (n+2)·p·(1-p) is close to p or 1-p, whichever is larger
			sum = max(sum, 1-sum)
		}
		return max(sum, flat)
	}
	if h.posterior == DiagonalPosterior {
		h.variance, h.biasVariance = make([]float32, h.dim*h.classes), make([]float32, h.classes)
		inParallel(h.classes, func(c int) {
			s := curve(c)
			sums := make([]float64, h.dim)
			for i, v := range s {
				if v == 0 {
					continue
				}
				for k, x := range q.x[i*q.dim : i*q.dim+h.dim] {
					sums[k] += v * float64(x) * float64(x)
				}
			}
			for k, sum := range sums {
				h.variance[k*h.classes+c] = float32(1 / (q.l2 + sum))
			}
			h.biasVariance[c] = float32(1 / biasCurve(c, s))
		})
		return nil
	}
	d := q.dim
	h.factor = make([]float32, h.classes*d*d)
	product, err := kernel.NewGemm(kernel.GemmShape{M: d, N: d, K: q.n, ARow: 1, ACol: d, BRow: d, BCol: 1, CRow: d})
	if err != nil {
		return err
	}
	a, sums := kernel.Floats(q.n*d), kernel.Floats(d*d)
	for c := range h.classes {
		s := curve(c)
		for i, v := range s {
			by := float32(math.Sqrt(v))
			for k, x := range q.x[i*d : (i+1)*d] {
				a[i*d+k] = by * x
			}
		}
		product.Run(q.pool, a, a, sums)
		l := make([]float64, d*d)
		for i, v := range sums {
			l[i] = float64(v)
		}
		for k := range d - 1 {
			l[k*d+k] += q.l2
		}
		if constant := gain(h.dim); oneSided[c] || l[d*d-1] < flat {
			l[d*d-1] = biasCurve(c, s) * constant * constant
		}
		if err := cholesky(l, d); err != nil {
			return err
		}
		invertLower(l, d)
		for i := range d {
			for k := range i + 1 {
				h.factor[(c*d+i)*d+k] = float32(l[i*d+k])
			}
		}
	}
	return nil
}

// spread computes deviations of logits.
type spread struct {
	h       *head
	squares *layer   // of a diagonal: x² times the variances
	factors []*layer // of a full one: L⁻¹x, a class each
}

func newSpread(h *head) (*spread, error) {
	s := &spread{h: h}
	var err error
	switch {
	case h.variance != nil:
		s.squares, err = newLayer(h.dim, h.classes, h.variance, h.biasVariance)
	case h.factor != nil:
		d := h.dim + 1
		for c := range h.classes {
			f, w, offset := h.factor[c*d*d:(c+1)*d*d], make([]float32, h.dim*d), make([]float32, d)
			for i := range d {
				for k := range h.dim {
					w[k*d+i] = f[i*d+k]
				}
				offset[i] = f[i*d+h.dim] * float32(gain(h.dim))
			}
			l, err := newLayer(h.dim, d, w, offset)
			if err != nil {
				return nil, err
			}
			s.factors = append(s.factors, l)
		}
	default:
		return nil, nil
	}
	return s, err
}

// block turns the first rows of c.x into deviations in c.deviations, and the logits in c.out into those of averages.
func (s *spread) block(c *scratch, rows int) {
	h, length := s.h, float32(gain(s.h.dim))
	for i, v := range c.x[:rows*h.dim] { // directions
		c.standard[i] = v * length
	}
	if s.squares != nil {
		for i, v := range c.standard {
			c.standard[i] = v * v
		}
		s.squares.run(c.standard, c.deviations)
	}
	for class, l := range s.factors {
		l.run(c.standard, c.wide)
		for r := range rows {
			v := c.wide[r*l.out : (r+1)*l.out]
			c.deviations[r*h.classes+class] = float32(dot(v, v))
		}
	}
	for i := range rows * h.classes {
		v := float64(c.deviations[i])
		c.deviations[i] = float32(math.Sqrt(v))
		c.out[i] *= float32(1 / math.Sqrt(1+math.Pi*v/8))
	}
}
