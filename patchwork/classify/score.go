package classify

import (
	"math"
	"slices"

	"github.com/gopatchwork/patchwork/patchwork/compute/cpu/kernel"
)

// scorer turns blocks of features into probabilities, with the fast kernels of the machine's own processor: a graph would
// copy more than it computes. One scorer serves several goroutines, each with a scratch of its own.
type scorer struct {
	h      *head
	inner  *layer // nil without hidden units
	last   *layer
	spread *spread     // nil without posterior
	near   *neighbours // of that head, which has no layers
}

// layer is x·W + offset for blocks of blockRows rows.
type layer struct {
	in, out int
	product *kernel.Gemm
	weights []float32 // [in, out]
	packed  []float32 // nil where the product does not want them so
	offset  []float32 // [out]
}

func newLayer(in, out int, weights, offset []float32) (*layer, error) {
	product, err := kernel.NewGemm(kernel.GemmShape{M: blockRows, N: out, K: in, ARow: in, ACol: 1, BRow: out, BCol: 1, CRow: out})
	if err != nil {
		return nil, err
	}
	l := &layer{in: in, out: out, product: product, weights: kernel.Floats(in * out), offset: offset}
	copy(l.weights, weights)
	if n := product.PackedLen(); n > 0 {
		l.packed = kernel.Floats(n)
		product.Pack(nil, l.weights, l.packed)
	}
	return l, nil
}

// foldedLayer is a layer on features that it standardises, see folded.
func foldedLayer(dim, out int, weights, mean, scale []float32, offset []float32) (*layer, error) {
	w, o := make([]float32, dim*out), make([]float32, out)
	shift := make([]float64, out)
	for i := range dim {
		for c := range out {
			v := weights[i*out+c] * scale[i]
			w[i*out+c] = v
			shift[c] += float64(mean[i]) * float64(v)
		}
	}
	for c := range o {
		o[c] = float32(float64(offset[c]) - shift[c])
	}
	return newLayer(dim, out, w, o)
}

// run writes x·W + offset to out; both have room for a block.
func (l *layer) run(x, out []float32) {
	l.product.RunPacked(nil, x, l.weights, l.packed, out, nil)
	for r := range blockRows {
		row := out[r*l.out : (r+1)*l.out]
		for c := range row {
			row[c] += l.offset[c]
		}
	}
}

func newScorer(h *head) (*scorer, error) {
	times := func(bias []float32, gain float64) []float32 {
		out := make([]float32, len(bias))
		for i, b := range bias {
			out[i] = float32(float64(b) * gain)
		}
		return out
	}
	s := &scorer{h: h}
	var err error
	if h.kind == NeighboursHead {
		s.near, err = newNeighbours(h)
		return s, err
	}
	if s.spread, err = newSpread(h); err != nil {
		return nil, err
	}
	bias := times(h.bias, h.gain())
	switch {
	case h.hidden > 0:
		if s.inner, err = foldedLayer(h.dim, h.hidden, h.inner, h.mean, h.scale, times(h.innerBias, gain(h.dim))); err != nil {
			return nil, err
		}
		fallthrough
	case h.unit:
		s.last, err = newLayer(h.inputs(), h.classes, h.weights, bias)
	default:
		s.last, err = foldedLayer(h.dim, h.classes, h.weights, h.mean, h.scale, bias)
	}
	return s, err
}

// scratch is what one goroutine computes with.
type scratch struct {
	x, hidden, out []float32 // a block each

	standard, known, wide, deviations []float32 // a block each, where there is a posterior or are neighbours
}

func (s *scorer) scratch() *scratch {
	c := &scratch{x: kernel.Floats(blockRows * s.h.dim), out: kernel.Floats(blockRows * s.h.classes)}
	if s.inner != nil {
		c.hidden = kernel.Floats(blockRows * s.h.hidden)
	}
	if s.spread != nil {
		c.standard, c.deviations = kernel.Floats(blockRows*s.h.dim), kernel.Floats(blockRows*s.h.classes)
		c.wide = kernel.Floats(blockRows * (s.h.dim + 2))
		if near := s.spread.images; near != nil {
			c.known = kernel.Floats(blockRows * near.images.out)
		}
	}
	if s.near != nil {
		c.wide = kernel.Floats(blockRows * s.near.count)
	}
	return c
}

// block turns the first rows of c.x into probabilities in c.out. It returns the first of them that is not finite, else -1; what
// is then in c.out is of no use, and c.x shows what is wrong.
func (s *scorer) block(c *scratch, rows int) (bad int) {
	x, h := c.x, s.h
	switch {
	case s.inner != nil:
		for r := range rows {
			if finite(r, x[r*h.dim:(r+1)*h.dim]) != nil {
				return r
			}
		}
		s.inner.run(x, c.hidden)
		x = c.hidden
		for i, v := range x {
			x[i] = max(v, 0)
		}
		for r := 0; h.unit && r < rows; r++ {
			bringToUnit(x[r*h.hidden : (r+1)*h.hidden])
		}
	case h.unit:
		for r := range rows {
			row := x[r*h.dim : (r+1)*h.dim]
			if sum := h.standardise(row); sum-sum != 0 && finite(r, row) != nil {
				return r
			} else if sum-sum != 0 {
				bringToUnit(row) // too long for float32
			} else {
				shorten(row, 1/math.Sqrt(float64(sum)+shortest))
			}
		}
	}
	if s.near != nil {
		s.near.block(c, rows)
		return -1
	}
	s.last.run(x, c.out)
	for i, z := range c.out[:rows*h.classes] { // a feature that is not finite leaves no logit of its row finite
		if r := i / h.classes; z-z != 0 && finite(r, c.x[r*h.dim:(r+1)*h.dim]) != nil {
			return r
		}
	}
	if s.spread != nil {
		s.spread.block(c, rows)
	}
	for r := range rows {
		h.squash(c.out[r*h.classes : (r+1)*h.classes])
	}
	return -1
}

// standardise brings a row to the head's centre and scale and returns the sum of its squares.
func (h *head) standardise(row []float32) float32 {
	var sums [4]float32 // several, so that one addition need not wait for the one before
	mean, scale := h.mean[:len(row)], h.scale[:len(row)]
	whole := len(row) &^ 3
	for i := 0; i < whole; i += 4 {
		x, m, s := row[i:i+4:i+4], mean[i:i+4:i+4], scale[i:i+4:i+4]
		a, b, c, d := (x[0]-m[0])*s[0], (x[1]-m[1])*s[1], (x[2]-m[2])*s[2], (x[3]-m[3])*s[3]
		x[0], x[1], x[2], x[3] = a, b, c, d
		sums[0] += a * a
		sums[1] += b * b
		sums[2] += c * c
		sums[3] += d * d
	}
	for i := whole; i < len(row); i++ {
		row[i] = (row[i] - mean[i]) * scale[i]
		sums[0] += row[i] * row[i]
	}
	return sums[0] + sums[1] + sums[2] + sums[3]
}

func shorten(row []float32, by float64) {
	f := float32(by)
	for i := range row {
		row[i] *= f
	}
}

// bringToUnit gives a vector the length 1; see toUnit.
func bringToUnit(x []float32) {
	sum := shortest
	for _, v := range x {
		sum += float64(v) * float64(v)
	}
	shorten(x, 1/math.Sqrt(sum))
}

// squash turns the logits of an image into probabilities.
func (h *head) squash(z []float32) {
	grouped := 0
	for _, group := range h.groups {
		share(z, group)
		grouped += len(group)
	}
	if grouped == len(z) {
		return
	}
	for c, v := range z {
		if !h.grouped(c) {
			z[c] = sigmoid(v)
		}
	}
}

// grouped reports whether a class shares its probability with others.
func (h *head) grouped(class int) bool {
	return slices.ContainsFunc(h.groups, func(g []int) bool { return slices.Contains(g, class) })
}

func sigmoid(z float32) float32 { return float32(1 / (1 + math.Exp(-float64(z)))) }

// share gives the classes of a group one probability and "none of them" the rest, see SoftmaxLoss.
func share(z []float32, group []int) {
	top := 0.0
	for _, c := range group {
		top = max(top, float64(z[c]))
	}
	sum := math.Exp(-top)
	for _, c := range group {
		sum += math.Exp(float64(z[c]) - top)
	}
	for _, c := range group {
		z[c] = float32(math.Exp(float64(z[c])-top) / sum)
	}
}
