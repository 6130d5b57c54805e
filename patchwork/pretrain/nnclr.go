package pretrain

import (
	"errors"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gopatchwork/patchwork/patchwork/augment/stream"
	"github.com/gopatchwork/patchwork/patchwork/optimise"
)

// NNCLR is SimCLR where a view is brought together with the nearest of earlier views to the other view, so that different images may be
// alike: Dwibedi et al. 2021, arXiv:2104.14548.
type NNCLR struct {
	Temperature float64 `yaml:"temperature" about:"of the similarities"`
	Queue       int     `yaml:"queue" about:"views of earlier images, among which the nearest is looked for"`
	Hidden      int     `yaml:"hidden" about:"units of the hidden layers of the heads"`
	Output      int     `yaml:"output" about:"numbers that are compared"`
	Predictor   bool    `yaml:"predictor" about:"a second head on the views that are compared with neighbours, as in the paper"`
	Norm        string  `yaml:"norm" about:"in the heads: batch, layer or none"`
}

// NewNNCLR has the defaults.
func NewNNCLR() *NNCLR {
	return &NNCLR{Temperature: 0.1, Queue: 4096, Hidden: 512, Output: 128, Predictor: true, Norm: "batch"}
}

// Card implements Method.
func (m *NNCLR) Card() Card {
	return Card{Name: "nnclr", About: "a view is like the nearest earlier view to the other view of its image", Source: "Dwibedi et al. 2021, arXiv:2104.14548",
		Optimiser: optimise.Adam, Rate: 1e-3, Decay: 1e-6}
}

// Check implements Checker.
func (m *NNCLR) Check() error {
	return errors.Join(
		need(m.Temperature > 0, "nnclr: temperature is %g; want more than 0", m.Temperature),
		need(m.Queue > 0, "nnclr: queue is %d; want 1 or more", m.Queue),
		projector(m.Hidden, m.Output, 3, m.Norm).Check())
}

// Kind implements Method.
func (m *NNCLR) Kind(v Views) (stream.Kind, error) { return stream.Pair(v.Full), nil }

// Loss implements Method.
func (m *NNCLR) Loss(s *Step) *Node {
	n := s.In[0].Shape().Dim(0)
	z := s.MLP(Student, "head", s.Pooled(Student, Concatenate(s.In, 0)), projector(m.Hidden, m.Output, 3, m.Norm))
	p := z
	if m.Predictor {
		o := projector(m.Hidden, m.Output, 2, m.Norm)
		o.LastNorm, o.LastBias = false, true
		p = s.MLP(Student, "predictor", z, o)
	}
	z, p = unit(z), unit(p)
	past := s.Queue("queue", m.Queue, m.Output)
	first := func(x *Node) *Node { return Slice(x, AxisRange(0, n)) }
	second := func(x *Node) *Node { return Slice(x, AxisRange(n, 2*n)) }
	past.push(s, first(z))
	s.Metric("spread", spread(z))
	a, ranked := m.loss(nearest(first(z), past.rows), second(p))
	b, _ := m.loss(nearest(second(z), past.rows), first(p))
	s.Metric("ranked", ranked)
	return MulScalar(Add(a, b), 0.5)
}

// nearest are the rows of past [k, d] that are most like those of z [n, d], by cosine and without gradient: [n, d].
func nearest(z, past *Node) *Node {
	at := ArgMax(StopGradient(MatMul(z, Transpose(past, 0, 1))), 1, dtypes.Int32)
	return StopGradient(Gather(past, ExpandAxes(at, -1)))
}

// loss is the mean of -ln of the softmax of n·p/T over the batch at the row of the same image, and the share that this is the largest.
//
// Source: eq. 2; symmetric in the views, as footnote and section 3.2 have it.
func (m *NNCLR) loss(neighbours, p *Node) (loss, ranked *Node) {
	logits := DivScalar(MatMul(neighbours, Transpose(p, 0, 1)), m.Temperature)
	own := ConvertDType(Diagonal(p.Graph(), p.Shape().Dim(0)), p.DType())
	mine := ReduceSum(Mul(logits, own), 1)
	ranked = ReduceAllMean(ConvertDType(GreaterOrEqual(mine, ReduceMax(logits, 1)), p.DType()))
	return crossEntropy(logits, own), ranked
}
