package pretrain

import (
	"errors"
	"math"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gopatchwork/patchwork/patchwork/augment/stream"
	"github.com/gopatchwork/patchwork/patchwork/backbone"
	"github.com/gopatchwork/patchwork/patchwork/optimise"
)

// HCL is SimCLR where negatives count the more, the more like the image they are (hard ones), and where the share of them that shows the same thing
// is taken out: Robinson et al. 2021, arXiv:2010.04592.
type HCL struct {
	Temperature float64 `yaml:"temperature" about:"of the similarities"`
	Beta        float64 `yaml:"beta" about:"how much more hard negatives count; 0: all the same"`
	TauPlus     float64 `yaml:"tau_plus" about:"share of images that show the same thing as another; 0: none"`
	Hidden      int     `yaml:"hidden" about:"units of the hidden layer of the head"`
	Output      int     `yaml:"output" about:"numbers that are compared"`
	Norm        string  `yaml:"norm" about:"in the head: batch, layer or none"`
}

// NewHCL has the defaults.
func NewHCL() *HCL {
	return &HCL{Temperature: 0.1, Beta: 0.5, TauPlus: 0.1, Hidden: 512, Output: 128, Norm: "batch"}
}

// Card implements Method.
func (m *HCL) Card() Card {
	return Card{Name: "hcl", About: "SimCLR with hard negatives, debiased", Source: "Robinson et al. 2021, arXiv:2010.04592",
		Optimiser: optimise.Adam, Rate: 1e-3, Decay: 1e-6}
}

// Check implements Checker.
func (m *HCL) Check() error {
	return errors.Join(
		need(m.Temperature > 0, "hcl: temperature is %g; want more than 0", m.Temperature),
		need(m.Beta >= 0, "hcl: beta is %g; want 0 or more", m.Beta),
		need(m.TauPlus >= 0 && m.TauPlus < 1, "hcl: tau_plus is %g; want 0 or more and less than 1", m.TauPlus),
		projector(m.Hidden, m.Output, 2, m.Norm).Check())
}

// Kind implements Method.
func (m *HCL) Kind(v Views) (stream.Kind, error) { return stream.Pair(v.Full), nil }

// Loss implements Method.
func (m *HCL) Loss(s *Step) *Node {
	p := s.pairs(projector(m.Hidden, m.Output, 2, m.Norm))
	return m.loss(p)
}

// loss is the mean of -ln( e^p/(e^p + N) ) over all views, p = s⁺/T and s the n cosines with views of other images:
//
//	N = max( (Σ e^(s/T)·e^(β·s/T)/mean e^(β·s/T) - n·τ⁺·e^p)/(1 - τ⁺), n·e^(-1/T) )
//
// Source: eq. 4 and the authors' listing; there the mean is over the negatives, as here.
func (m *HCL) loss(p pairs) *Node {
	n := float64(p.all.Shape().Dim(0) - 2)
	at := DivScalar(p.all, m.Temperature)
	positive := Exp(DivScalar(p.positive, m.Temperature))
	weight := Mul(Exp(MulScalar(at, m.Beta)), p.others)
	hard := Div(ReduceSum(Mul(Exp(at), weight), 1), DivScalar(ReduceSum(weight, 1), n))
	negative := DivScalar(Sub(hard, MulScalar(positive, n*m.TauPlus)), 1-m.TauPlus)
	negative = MaxScalar(negative, n*math.Exp(-1/m.Temperature))
	return ReduceAllMean(Sub(Log(Add(positive, negative)), Log(positive)))
}

// pairs are the two views of a batch, through network and head of the student.
func (s *Step) pairs(head backbone.MLPOptions) pairs {
	n := s.In[0].Shape().Dim(0)
	z := unit(s.MLP(Student, "head", s.Pooled(Student, Concatenate(s.In, 0)), head))
	p := comparePairs(Slice(z, AxisRange(0, n)), Slice(z, AxisRange(n, 2*n)))
	s.Metric("ranked", p.ranked())
	s.Metric("spread", spread(z))
	return p
}
