package classify

import (
	"math"

	"github.com/gopatchwork/patchwork/patchwork/compute/cpu/kernel"
)

// problems are logistic regressions on the same rows, each with labels and weights of its own:
//
//	f(w) = Σ over rows of m·(-ln of the probability that sigmoid(x·w) gives to the label) + λ/2·Σ w²
//
// The last entry of a row is a constant, whose weight is not in the last sum. They are worked on together, because one product
// of matrices for all is much faster than one for each.
type problems struct {
	n, dim, count int
	x             []float32 // [n, dim]
	y, m          []float32 // [n, count]; y of no use where m is 0
	l2            float64   // λ
	close         float64   // see lbfgsClose
	posterior     Posterior // that is asked for
	pool          *kernel.Pool
	told          func(done int) // hears how many λ have been tried; may be nil

	forward, back *kernel.Gemm
	z, r          []float32 // [n, count], logits and what each adds to the gradient
}

// prepare readies the products of matrices.
func (q *problems) prepare() (err error) {
	q.forward, err = kernel.NewGemm(kernel.GemmShape{M: q.n, N: q.count, K: q.dim, ARow: q.dim, ACol: 1, BRow: 1, BCol: q.dim, CRow: q.count})
	if err != nil {
		return err
	}
	q.back, err = kernel.NewGemm(kernel.GemmShape{M: q.count, N: q.dim, K: q.n, ARow: 1, ACol: q.count, BRow: q.dim, BCol: 1, CRow: q.dim})
	q.z, q.r = kernel.Floats(q.n*q.count), kernel.Floats(q.n*q.count)
	return err
}

// helpers share a product that is worth waking them for.
func (q *problems) helpers() *kernel.Pool {
	if q.n*q.dim*q.count < 1<<23 {
		return nil
	}
	return q.pool
}

// logits fills z for the weights w [count, dim].
func (q *problems) logits(w []float32) { q.forward.Run(q.helpers(), q.x, w, q.z) }

// evaluate computes f and its gradient g [count, dim] at w [count, dim].
func (q *problems) evaluate(w []float32, f []float64, g []float32) {
	q.logits(w)
	clear(f)
	logs := make([]sumOfLogs, q.count)
	for i := range q.n {
		row := i * q.count
		z, y, m, r := q.z[row:row+q.count], q.y[row:row+q.count], q.m[row:row+q.count], q.r[row:row+q.count]
		for p, weight := range m {
			if weight == 0 {
				r[p] = 0
				continue
			}
			z, y := float64(z[p]), float64(y[p])
			e, prob := odds(z)
			logs[p].add(float64(weight), 1+e)
			f[p] += float64(weight) * (max(z, 0) - z*y)
			r[p] = weight * float32(prob-y)
		}
	}
	for p := range f {
		f[p] += logs[p].total()
	}
	q.back.Run(q.helpers(), q.r, q.x, g)
	by := float32(q.l2)
	for p := range q.count {
		w, g := w[p*q.dim:(p+1)*q.dim-1], g[p*q.dim:(p+1)*q.dim-1]
		f[p] += q.l2 / 2 * dot(w, w)
		for i, v := range w {
			g[i] += by * v
		}
	}
}

// logistic is the loss of a logit for a label of 0 or 1, and its probability, without overflow.
func logistic(z, y float64) (loss, prob float64) {
	e, prob := odds(z)
	return math.Log(1+e) + max(z, 0) - z*y, prob // half the time of Log1p; what it lacks where e is next to nothing is below 1e-16
}

// odds is e to the power of minus |z|, and the probability of the logit.
func odds(z float64) (e, prob float64) {
	e = math.Exp(-math.Abs(z))
	if z > 0 {
		return e, 1 / (1 + e)
	}
	return e, e / (1 + e)
}

// sumOfLogs is Σ weight·ln v, of one logarithm for many v in a row that have the same weight.
type sumOfLogs struct{ sum, weight, product float64 }

// add adds weight·ln v, v from 1 to 2.
func (s *sumOfLogs) add(weight, v float64) {
	if weight != s.weight || s.product > 1e300 {
		s.sum, s.weight, s.product = s.total(), weight, 1
	}
	s.product *= v
}

func (s *sumOfLogs) total() float64 {
	if s.weight == 0 {
		return 0
	}
	return s.sum + s.weight*math.Log(s.product)
}

// dot is the scalar product, summed in float64.
func dot(a, b []float32) float64 {
	var s [4]float64 // several, so that one addition need not wait for the one before
	b = b[:len(a)]
	whole := len(a) &^ 3
	for i := 0; i < whole; i += 4 {
		p, q := a[i:i+4:i+4], b[i:i+4:i+4]
		s[0] += float64(p[0]) * float64(q[0])
		s[1] += float64(p[1]) * float64(q[1])
		s[2] += float64(p[2]) * float64(q[2])
		s[3] += float64(p[3]) * float64(q[3])
	}
	for i := whole; i < len(a); i++ {
		s[0] += float64(a[i]) * float64(b[i])
	}
	return (s[0] + s[1]) + (s[2] + s[3])
}

// addTimes adds by·b to a.
func addTimes(a []float32, by float64, b []float32) {
	f := float32(by)
	b = b[:len(a)]
	for i := range a {
		a[i] += f * b[i]
	}
}
