package pretrain

import (
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gopatchwork/patchwork/patchwork/augment/stream"
	"github.com/gopatchwork/patchwork/patchwork/backbone"
	"github.com/gopatchwork/patchwork/patchwork/optimise"
)

// SimSiam predicts its own output for the other view, without gradient to that; there are neither negatives nor a slow copy: Chen and He 2021,
// arXiv:2011.10566.
type SimSiam struct {
	Hidden    int    `yaml:"hidden" about:"units of each layer of the projector"`
	Predictor int    `yaml:"predictor" about:"units of the hidden layer of the predictor, fewer than hidden"`
	Norm      string `yaml:"norm" about:"in the heads: batch, layer or none"`
}

// NewSimSiam has the defaults.
func NewSimSiam() *SimSiam { return &SimSiam{Hidden: 512, Predictor: 128, Norm: "batch"} }

// Card implements Method.
func (m *SimSiam) Card() Card {
	return Card{Name: "simsiam", About: "predicts its own output for the other view", Source: "Chen and He 2021, arXiv:2011.10566",
		Optimiser: optimise.Adam, Rate: 1e-3, Decay: 1e-4}
}

// Check implements Checker.
func (m *SimSiam) Check() error {
	return backbone.MLPOptions{Widths: []int{m.Hidden, m.Predictor}, Norm: backbone.Norm(m.Norm)}.Check()
}

// Kind implements Method.
func (m *SimSiam) Kind(v Views) (stream.Kind, error) { return stream.Pair(v.Full), nil }

// Loss implements Method.
func (m *SimSiam) Loss(s *Step) *Node {
	var z, p []*Node
	for _, x := range s.In {
		out := s.MLP(Student, "head", s.Pooled(Student, x), backbone.MLPOptions{Widths: []int{m.Hidden, m.Hidden, m.Hidden}, Norm: backbone.Norm(m.Norm), LastNorm: true})
		z = append(z, out)
		p = append(p, s.MLP(Student, "predictor", out, backbone.MLPOptions{Widths: []int{m.Predictor, m.Hidden}, Norm: backbone.Norm(m.Norm), LastBias: true}))
	}
	s.Metric("spread", spread(unit(z[0])))
	return MulScalar(Add(likeness(p[0], z[1]), likeness(p[1], z[0])), 0.5)
}

// likeness is -1 times the mean cosine of rows, without gradient to those of z.
//
// Source: Chen and He 2021, eq. 1 and 3.
func likeness(p, z *Node) *Node {
	return Neg(ReduceAllMean(ReduceSum(Mul(unit(p), StopGradient(unit(z))), -1)))
}
