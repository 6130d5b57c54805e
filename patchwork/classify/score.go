package classify

import (
	"math"
	"slices"

	"github.com/gopatchwork/patchwork/patchwork/compute/cpu/kernel"
)

// scorer turns blocks of features into probabilities, with the fast kernels of the machine's own processor: a graph would
// copy more than it computes. One scorer serves several goroutines, each with a scratch of its own.
type scorer struct {
	h     *head
	inner *layer // nil without hidden units
	last  *layer
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
	bias := times(h.bias, h.gain())
	switch {
	case h.hidden > 0:
		if s.inner, err = foldedLayer(h.dim, h.hidden, h.inner, h.mean, h.scale, times(h.innerBias, gain(h.dim))); err != nil {
			return nil, err
		}
		fallthrough
	case h.unit:
		s.last, err = newLayer(h.inputs(), h.classes, h.weights, make([]float32, h.classes))
		s.last.offset = bias
	default:
		s.last, err = foldedLayer(h.dim, h.classes, h.weights, h.mean, h.scale, bias)
	}
	return s, err
}

// scratch is what one goroutine computes with.
type scratch struct {
	x, hidden, out []float32 // a block each
}

func (s *scorer) scratch() *scratch {
	c := &scratch{x: kernel.Floats(blockRows * s.h.dim), out: kernel.Floats(blockRows * s.h.classes)}
	if s.inner != nil {
		c.hidden = kernel.Floats(blockRows * s.h.hidden)
	}
	return c
}

// block turns the first rows of c.x into probabilities in c.out.
func (s *scorer) block(c *scratch, rows int) {
	x := c.x
	if s.inner != nil {
		s.inner.run(x, c.hidden)
		x = c.hidden
		for i, v := range x {
			x[i] = max(v, 0)
		}
	} else if s.h.unit {
		for r := range rows {
			row := x[r*s.h.dim : (r+1)*s.h.dim]
			for i := range row {
				row[i] = (row[i] - s.h.mean[i]) * s.h.scale[i]
			}
		}
	}
	if s.h.unit {
		width := s.h.inputs()
		for r := range rows {
			bringToUnit(x[r*width : (r+1)*width])
		}
	}
	s.last.run(x, c.out)
	for r := range rows {
		s.h.squash(c.out[r*s.h.classes : (r+1)*s.h.classes])
	}
}

// bringToUnit gives a vector the length 1; see toUnit.
func bringToUnit(x []float32) {
	sum := shortest
	for _, v := range x {
		sum += float64(v) * float64(v)
	}
	by := float32(1 / math.Sqrt(sum))
	for i := range x {
		x[i] *= by
	}
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
