package classify

import (
	"fmt"
	"math"

	"github.com/gopatchwork/patchwork/patchwork/compute/cpu/kernel"
)

// unseen is what a regression says of an image that it has not learned from.
type unseen struct {
	row  int
	z, v float64 // the logit, and its variance by the posterior that is asked for, at a temperature of 1
	y, m float64 // the label and its weight
}

// loss is that of the average over a distribution of the logit whose variance is t·v, see Posterior.
func (u unseen) loss(t float64) float64 {
	loss, _ := logistic(u.z/math.Sqrt(1+math.Pi*t*u.v/8), u.y)
	return u.m * loss
}

// temperature is the best of temperatures for what is left out, with its loss; 0 without a posterior.
func (p Posterior) temperature(left [][]unseen) (best, least float64) {
	from := temperatures
	if !p.with() {
		from = []float64{0}
	}
	best, least = from[0], math.Inf(1)
	for _, t := range from {
		sum := 0.0
		for _, list := range left {
			for _, u := range list {
				sum += u.loss(t)
			}
		}
		if sum < least {
			best, least = t, sum
		}
	}
	return best, least
}

// curvature is ℓ" of each image in regression p, whose logits are in q.z, and the sum.
func (q *problems) curvature(p int) (curve []float64, sum float64) {
	curve = make([]float64, q.n)
	for i := range curve {
		at := i*q.count + p
		_, prob := logistic(float64(q.z[at]), float64(q.y[at]))
		curve[i] = float64(q.m[at]) * prob * (1 - prob)
		sum += curve[i]
	}
	return curve, sum
}

// alone is the curvature by each weight but the constant.
func (q *problems) alone(curve []float64) []float64 {
	sums := make([]float64, q.dim-1)
	for i, v := range curve {
		if v == 0 {
			continue
		}
		for k, x := range q.x[i*q.dim : (i+1)*q.dim-1] {
			sums[k] += v * float64(x) * float64(x)
		}
	}
	for k := range sums {
		sums[k] += q.l2
	}
	return sums
}

// freely is the variance of what the constant adds to a logit, in place of infinity.
const freely = 1e6

// flat keeps a loss without curvature from dividing by 0.
const flat = 1e-12

// without is what regression p would say of image i had it not learned from it. It is not fitted again but approximated by one
// Newton step from the minimum with all, whose logits are in q.z:
//
//	z₋ᵢ = z + v₋ᵢ·ℓ'      v₋ᵢ = h/(1 - h·ℓ")      h = xᵀ H⁻¹ x
//
// with ℓ' and ℓ" the derivatives of the image's loss by its logit and H the curvature of f, all at the minimum. It is exact
// for a quadratic loss. v₋ᵢ is the variance of z₋ᵢ, too.
//
// Source: Rad and Maleki 2020, arXiv:1801.10243, eq. 8 (approximate leave-one-out, ALO).
func (q *problems) without(i, p int, h float64) unseen {
	at := i*q.count + p
	z, y, m := float64(q.z[at]), float64(q.y[at]), float64(q.m[at])
	_, prob := logistic(z, y)
	curve := max(m*prob*(1-prob), flat)
	held := min(max(h*curve, 0), 1-1e-9)
	v := held / curve / (1 - held)
	return unseen{i, z + v*m*(prob-y), v, y, m}
}

// rowsOf are the images that regression p learns from.
func (q *problems) rowsOf(p int) (rows []int) {
	for i := range q.n {
		if q.m[i*q.count+p] > 0 {
			rows = append(rows, i)
		}
	}
	return rows
}

// leftOut is what regression p would say of each image without it. gram is [n, n].
func (q *problems) leftOut(gram []float64, p int) ([]unseen, error) {
	rows := q.rowsOf(p)
	n := len(rows)
	curve, sum := q.curvature(p)
	root := make([]float64, n) // of ℓ"
	for a, i := range rows {
		root[a] = math.Sqrt(max(curve[i], flat))
	}
	// By the matrix inversion lemma h·ℓ" is what the inverse of 1 + √ℓ"·(X Xᵀ/λ)·√ℓ" lacks to 1 on its diagonal. The weight of
	// the constant, which is free, is held by next to nothing.
	s := make([]float64, n*n)
	for a, i := range rows {
		for b, j := range rows[:a+1] {
			s[a*n+b] = root[a] * root[b] * (gram[i*q.n+j]/q.l2 + freely)
		}
		s[a*n+a]++
	}
	inverse, err := diagonalOfInverse(s, n)
	if err != nil {
		return nil, fmt.Errorf("classify: leaving images out at λ = %g: %w", q.l2, err)
	}
	out := make([]unseen, n)
	for a, i := range rows {
		out[a] = q.without(i, p, (1-inverse[a])/(root[a]*root[a]))
	}
	q.spreadAlone(out, curve, sum)
	return out, nil
}

// spreadAlone gives what is left out the variances of a diagonal posterior, if that is asked for; sum is the curvature by what
// the constant adds to a logit.
func (q *problems) spreadAlone(left []unseen, curve []float64, sum float64) {
	if q.posterior != DiagonalPosterior {
		return
	}
	sums := q.alone(curve)
	for at, u := range left {
		own := curve[u.row]
		v := 1 / max(sum-own, flat)
		for k, x := range q.x[u.row*q.dim : (u.row+1)*q.dim-1] {
			square := float64(x) * float64(x)
			v += square / max(sums[k]-own*square, q.l2)
		}
		left[at].v = v
	}
}

// leftOutBy is leftOut from L⁻¹ with H = L Lᵀ [dim, dim], for judgedMost images at most.
func (q *problems) leftOutBy(inverse []float64, p int) ([]unseen, error) {
	rows := q.rowsOf(p)
	if by := (len(rows) + judgedMost - 1) / judgedMost; by > 1 {
		for k := range len(rows) / by {
			rows[k] = rows[k*by]
		}
		rows = rows[:len(rows)/by]
	}
	d := q.dim
	product, err := kernel.NewGemm(kernel.GemmShape{M: len(rows), N: d, K: d, ARow: d, ACol: 1, BRow: 1, BCol: d, CRow: d})
	if err != nil {
		return nil, err
	}
	x, l, out := kernel.Floats(len(rows)*d), kernel.Floats(d*d), kernel.Floats(len(rows)*d)
	for a, i := range rows {
		copy(x[a*d:(a+1)*d], q.x[i*d:(i+1)*d])
	}
	for i := range d {
		for k, v := range inverse[i*d : i*d+i+1] {
			l[i*d+k] = float32(v)
		}
	}
	product.Run(nil, x, l, out)
	left := make([]unseen, len(rows))
	for a, i := range rows {
		turned := out[a*d : (a+1)*d]
		left[a] = q.without(i, p, dot(turned, turned))
	}
	curve, sum := q.curvature(p)
	q.spreadAlone(left, curve, sum)
	return left, nil
}
