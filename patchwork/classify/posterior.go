package classify

import (
	"context"
	"math"
	"slices"
	"sync"

	"github.com/gopatchwork/patchwork/patchwork/compute/cpu/kernel"
)

// Posterior says how uncertain the weights of a logistic head are taken to be: a normal distribution around them, whose
// inverse covariance is the curvature H of what was minimised (Laplace's approximation) over a temperature T. An image's logit
// then has a deviation √v too, which is saved beside the scores, and the scores are averages over it:
//
//	v = T·xᵀ H⁻¹ x      p = sigmoid( z / √(1 + π·v/8) )
//
// With T = 1 and the λ of the best minimum the distribution is much too wide where there are more numbers than images. T is that
// of 1, 0.3, 0.1 … 0.0001 whose averages give the least loss of labels that were left out (leftOut), and so is λ where each image
// is left out (chooseL2).
//
// Source: MacKay 1992, The evidence framework applied to classification networks, eq. 10; Daxberger et al. 2021,
// arXiv:2106.14806, for the last layer alone; Wenzel et al. 2020, arXiv:2002.02405, eq. 2 for the temperature.
type Posterior string

const (
	AutoPosterior     Posterior = "auto"     // full while λ is chosen by leaving each image out, that is up to 256 labelled images; else none
	NoPosterior       Posterior = "none"     // scores of the weights as they are, no deviations
	DiagonalPosterior Posterior = "diagonal" // each weight on its own: H is its diagonal
	FullPosterior     Posterior = "full"     // all weights of a class together: Dim² numbers a class
)

// of is what the posterior of a logistic head that learns from so many images is.
func (p Posterior) of(images int) Posterior {
	switch {
	case p != AutoPosterior:
		return p
	case images <= leaveOneOutMost:
		return FullPosterior
	}
	return NoPosterior
}

// Deviates reports whether a model that learns from so many images has a posterior.
func (o Options) Deviates(images int) bool {
	o = o.WithDefaults()
	return o.Head == LogisticHead && o.Posterior.of(images).with()
}

// Posterior is what the model has of it: full or none where auto was asked for, none of other heads.
func (i Info) Posterior() Posterior {
	switch {
	case i.PosteriorTemperature <= 0:
		return NoPosterior
	case i.Options.Posterior == AutoPosterior:
		return FullPosterior
	}
	return i.Options.Posterior
}

// with reports whether there is one.
func (p Posterior) with() bool { return p == DiagonalPosterior || p == FullPosterior }

const (
	pathVariance     = "/posterior/variance" // [dim, classes], of the weights
	pathBiasVariance = "/posterior/bias"     // [classes], of what the bias adds to a logit
	pathFactor       = "/posterior/factor"   // [classes, dim+1, dim+1], √T·L⁻¹ with H = L Lᵀ; the last entry is that of the bias

	pathImages   = "/posterior/images"   // byImages.rows
	pathByImages = "/posterior/byimages" // byImages.factor
	pathApart    = "/posterior/apart"    // byImages.apart
	pathPrior    = "/posterior/prior"    // byImages.prior
)

// temperatures are the T to choose from.
var temperatures = []float64{1, 0.3, 0.1, 0.03, 0.01, 3e-3, 1e-3, 3e-4, 1e-4}

// judgedMost are the images of a class that the temperature is chosen by; where there are more, evenly many of them.
const judgedMost = 1024

// widen measures the posterior at the minimum w [classes, dim+1] and returns its temperature, 1 where no class has two images
// present and two absent to choose it by.
func (h *head) widen(ctx context.Context, q *problems, w []float32, shares []float64, oneSided []bool) (float64, error) {
	if !h.posterior.with() {
		return 0, nil
	}
	q.logits(w)
	h.variance, h.biasVariance, h.factor, h.images = nil, nil, nil, nil
	var gram []float64
	if q.n <= q.dim {
		var err error
		if gram, err = q.gram(); err != nil {
			return 0, err
		}
	}
	switch {
	case h.posterior == DiagonalPosterior:
		h.variance, h.biasVariance = make([]float32, h.dim*h.classes), make([]float32, h.classes)
	case gram != nil:
		h.images = q.newByImages()
	default:
		h.factor = make([]float32, h.classes*q.dim*q.dim)
	}
	asked := q.asked()
	left, failed, done := make([][]unseen, h.classes), make([]error, h.classes), 0
	var mu sync.Mutex
	inParallel(h.classes, func(c int) {
		if failed[c] = ctx.Err(); failed[c] != nil {
			return
		}
		left[c], failed[c] = h.widenClass(q, c, gram, shares[c], oneSided[c], slices.Contains(asked, c))
		mu.Lock()
		defer mu.Unlock()
		done++
		q.tell(len(l2Path) + done)
	})
	for _, err := range failed {
		if err != nil {
			return 0, err
		}
	}
	t, _ := h.posterior.temperature(left)
	for _, values := range []struct {
		of []float32
		by float64
	}{{h.variance, t}, {h.biasVariance, t}, {h.factor, math.Sqrt(t)}} {
		for i := range values.of {
			values.of[i] *= float32(values.by)
		}
	}
	if h.images != nil {
		h.images.heat(t)
	}
	return t, nil
}

// widenClass measures the posterior of one class at a temperature of 1, and if asked what the regression would say of its images
// without them. gram is nil where there are more images than numbers of one.
func (h *head) widenClass(q *problems, c int, gram []float64, share float64, oneSided, asked bool) (left []unseen, err error) {
	curve, sum := q.curvature(c)
	// A class with one side keeps what was assumed before any label of its weights; its bias is as uncertain as its share: one
	// present and one absent label more make (n+2)·p·(1-p), close to p or 1-p, whichever is larger.
	if oneSided {
		sum = max(share, 1-share)
	}
	sum = max(sum, flat)
	var inverse []float64 // L⁻¹
	if gram == nil && (h.posterior == FullPosterior || asked) {
		if inverse, err = q.inverseFactor(curve, sum, oneSided); err != nil {
			return nil, err
		}
	}
	switch {
	case h.posterior == DiagonalPosterior:
		for k, v := range q.alone(curve) {
			h.variance[k*h.classes+c] = float32(1 / v)
		}
		h.biasVariance[c] = float32(1 / sum)
	case gram != nil:
		if err := h.images.measure(q, c, gram, curve, sum, oneSided); err != nil {
			return nil, err
		}
	default:
		for i := range q.dim {
			for k := range i + 1 {
				h.factor[(c*q.dim+i)*q.dim+k] = float32(inverse[i*q.dim+k])
			}
		}
	}
	switch {
	case !asked:
		return nil, nil
	case gram != nil:
		return q.leftOut(gram, c)
	}
	return q.leftOutBy(inverse, c)
}

// inverseFactor is L⁻¹ of the curvature H = L Lᵀ of a regression [dim, dim], where that of the images is curve [n]. free is the
// curvature by what the constant adds to the logits, which is taken where the sum has none.
func (q *problems) inverseFactor(curve []float64, free float64, oneSided bool) ([]float64, error) {
	const block = 1024 // rows at a time
	d := q.dim
	a, sums := kernel.Floats(min(block, q.n)*d), kernel.Floats(d*d)
	for from := 0; from < q.n; from += block {
		rows := min(block, q.n-from)
		for i := range rows {
			by := float32(math.Sqrt(curve[from+i]))
			for k, x := range q.x[(from+i)*d : (from+i+1)*d] {
				a[i*d+k] = by * x
			}
		}
		product, err := kernel.NewGemm(kernel.GemmShape{M: d, N: d, K: rows, ARow: 1, ACol: d, BRow: d, BCol: 1, CRow: d, Add: from > 0})
		if err != nil {
			return nil, err
		}
		product.Run(nil, a, a, sums)
	}
	l := make([]float64, d*d)
	for i, v := range sums {
		l[i] = float64(v)
	}
	for k := range d - 1 {
		l[k*d+k] += q.l2
	}
	if constant := gain(d - 1); oneSided || l[d*d-1] < flat {
		l[d*d-1] = free * constant * constant
	}
	if err := cholesky(l, d); err != nil {
		return nil, err
	}
	invertLower(l, d)
	return l, nil
}

// spread computes deviations of logits.
type spread struct {
	h       *head
	squares *layer   // of a diagonal: x² times the variances
	factors []*layer // of a full one: L⁻¹x, a class each
	images  *imageSpread
}

func newSpread(h *head) (*spread, error) {
	s := &spread{h: h}
	var err error
	switch {
	case h.variance != nil:
		s.squares, err = newLayer(h.dim, h.classes, h.variance, h.biasVariance)
	case h.images != nil:
		s.images, err = newImageSpread(h)
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
	if s.images != nil {
		s.images.block(c, rows, h.dim)
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
