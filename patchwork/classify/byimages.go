package classify

import (
	"math"
	"slices"

	"github.com/gopatchwork/patchwork/patchwork/compute/cpu/kernel"
)

// byImages is a full posterior where there are no more images than numbers of one: instead of a matrix of the numbers a class it
// keeps the images and a matrix of these. By the matrix inversion lemma, with the constant eliminated,
//
//	xᵀ H⁻¹ x = |x|²/λ - |L⁻¹ R k/λ|² + (1 - uᵀ L⁻¹ R k/λ)²/|u|²      L Lᵀ = 1 + R X Xᵀ R/λ      k = X x      u = L⁻¹ R 1
//
// where R is √ℓ" of each image and X are the images without the constant. Making it takes n³ steps and not Dim³, an image n·Dim for
// all classes and n² a class and not Dim².
type byImages struct {
	rows   []float32 // X [n, dim]
	factor []float32 // [classes, n+1, n], √T/λ times L⁻¹ R and uᵀ L⁻¹ R/|u|
	apart  []float32 // [classes], √T/|u|
	prior  []float32 // one, T/λ
}

// newByImages is one at a temperature of 1 whose classes are yet to be measured.
func (q *problems) newByImages() *byImages {
	d := q.dim - 1
	b := &byImages{make([]float32, q.n*d), make([]float32, q.count*(q.n+1)*q.n), make([]float32, q.count), []float32{float32(1 / q.l2)}}
	for i := range q.n {
		copy(b.rows[i*d:(i+1)*d], q.x[i*q.dim:])
	}
	return b
}

// measure sets what belongs to class c, whose images have the curvature curve [n]. free is the curvature by the bias, which is taken
// where the images have none.
func (b *byImages) measure(q *problems, c int, gram, curve []float64, free float64, oneSided bool) error {
	n := q.n
	var sum float64
	root := make([]float64, n)
	for i, v := range curve {
		root[i] = math.Sqrt(v)
		sum += v
	}
	if oneSided || sum < flat {
		b.apart[c] = float32(1 / math.Sqrt(free)) // and the weights are as uncertain as before any label
		return nil
	}
	l := make([]float64, n*n)
	for i := range n {
		for j := range i + 1 {
			l[i*n+j] = root[i] * root[j] * gram[i*n+j] / q.l2
		}
		l[i*n+i]++
	}
	if err := cholesky(l, n); err != nil {
		return err
	}
	invertLower(l, n)
	u, square := make([]float64, n), 0.0
	for i := range n {
		u[i] = dot64(l[i*n:i*n+i+1], root[:i+1])
		square += u[i] * u[i]
	}
	length := math.Sqrt(square)
	at := b.factor[c*(n+1)*n : (c+1)*(n+1)*n]
	last := make([]float64, n)
	for i := range n {
		for j, v := range l[i*n : i*n+i+1] {
			v *= root[j] / q.l2
			at[i*n+j] = float32(v)
			last[j] += u[i] * v
		}
	}
	for j, v := range last {
		at[n*n+j] = float32(v / length)
	}
	b.apart[c] = float32(1 / length)
	return nil
}

// heat sets the temperature.
func (b *byImages) heat(t float64) {
	root := float32(math.Sqrt(t))
	for _, values := range [][]float32{b.factor, b.apart} {
		for i := range values {
			values[i] *= root
		}
	}
	b.prior[0] *= float32(t)
}

// imageSpread computes variances of logits from it.
type imageSpread struct {
	b       *byImages
	images  *layer
	factors []*layer // a class each; nil of one that no image tells of
}

func newImageSpread(h *head) (*imageSpread, error) {
	b := h.images
	n := len(b.rows) / h.dim
	turned := make([]float32, len(b.rows))
	kernel.Transpose(turned, n, b.rows, h.dim, n, h.dim)
	images, err := newLayer(h.dim, n, turned, make([]float32, n))
	if err != nil {
		return nil, err
	}
	s := &imageSpread{b: b, images: images}
	for c := range h.classes {
		f := b.factor[c*(n+1)*n : (c+1)*(n+1)*n]
		var l *layer
		if slices.ContainsFunc(f, func(v float32) bool { return v != 0 }) {
			w, offset := make([]float32, len(f)), make([]float32, n+1)
			kernel.Transpose(w, n+1, f, n, n+1, n)
			offset[n] = -b.apart[c]
			if l, err = newLayer(n, n+1, w, offset); err != nil {
				return nil, err
			}
		}
		s.factors = append(s.factors, l)
	}
	return s, nil
}

// block turns the first rows of c.standard, directions with the length √dim, into variances in c.deviations.
func (s *imageSpread) block(c *scratch, rows, dim int) {
	s.images.run(c.standard, c.known)
	classes, n := len(s.factors), s.images.out
	before := make([]float64, rows) // any label
	for r := range before {
		x := c.standard[r*dim : (r+1)*dim]
		before[r] = float64(s.b.prior[0]) * dot(x, x)
	}
	for class, l := range s.factors {
		if l != nil {
			l.run(c.known, c.wide)
		}
		for r := range rows {
			v := before[r]
			if l == nil {
				v += math.Pow(float64(s.b.apart[class]), 2)
			} else {
				less := c.wide[r*(n+1) : r*(n+1)+n]
				v = max(v-dot(less, less), 0) + math.Pow(float64(c.wide[r*(n+1)+n]), 2)
			}
			c.deviations[r*classes+class] = float32(v)
		}
	}
}
