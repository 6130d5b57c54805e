package pretrain

import (
	"errors"
	"math"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gopatchwork/patchwork/patchwork/augment/stream"
	"github.com/gopatchwork/patchwork/patchwork/backbone"
	"github.com/gopatchwork/patchwork/patchwork/optimise"
)

// BYOL predicts what a slow copy of the network makes of the other view; there are no negatives: Grill et al. 2020, arXiv:2006.07733.
type BYOL struct {
	Momentum float64 `yaml:"momentum" about:"of the slow copy at the start; it rises to 1 along a cosine"`
	Hidden   int     `yaml:"hidden" about:"units of the hidden layers of the heads"`
	Output   int     `yaml:"output" about:"numbers that are predicted"`
	Norm     string  `yaml:"norm" about:"in the heads: batch, layer or none"`
}

// NewBYOL has the defaults.
func NewBYOL() *BYOL { return &BYOL{Momentum: 0.99, Hidden: 512, Output: 128, Norm: "batch"} }

// Card implements Method.
func (m *BYOL) Card() Card {
	return Card{Name: "byol", About: "predicts what a slow copy sees in the other view", Source: "Grill et al. 2020, arXiv:2006.07733",
		Optimiser: optimise.Adam, Rate: 1e-3, Decay: 1e-6}
}

// Check implements Checker.
func (m *BYOL) Check() error {
	return errors.Join(
		need(m.Momentum >= 0 && m.Momentum <= 1, "byol: momentum is %g; want 0 to 1", m.Momentum),
		byolHead(m.Hidden, m.Output, m.Norm).Check())
}

// byolHead is the form of its projector and its predictor.
func byolHead(hidden, output int, norm string) backbone.MLPOptions {
	return backbone.MLPOptions{Widths: []int{hidden, output}, Norm: backbone.Norm(norm), LastBias: true}
}

// Kind implements Method.
func (m *BYOL) Kind(v Views) (stream.Kind, error) { return stream.Pair(v.Full), nil }

// Loss implements Method.
func (m *BYOL) Loss(s *Step) *Node {
	head := byolHead(m.Hidden, m.Output, m.Norm)
	project := func(branch string, x *Node) *Node { return s.MLP(branch, "head", s.Pooled(branch, x), head) }
	var predicted, seen []*Node
	for _, x := range s.In {
		predicted = append(predicted, s.MLP(Student, "predictor", project(Student, x), head))
		seen = append(seen, StopGradient(project(Teacher, x)))
	}
	s.Follow(Teacher, Student, rising(s.Done, m.Momentum))
	s.Metric("spread", spread(unit(predicted[0])))
	return Add(regression(predicted[0], seen[1]), regression(predicted[1], seen[0]))
}

// rising is 1 - (1 - m)·½(cos(π·done) + 1).
//
// Source: Grill et al. 2020, section 3.2.
func rising(done *Node, m float64) *Node {
	return OneMinus(MulScalar(AddScalar(Cos(MulScalar(done, math.Pi)), 1), (1-m)/2))
}

// regression is the mean of 2 - 2·cos of rows, the squared distance of unit vectors.
//
// Source: Grill et al. 2020, eq. 2.
func regression(a, b *Node) *Node {
	return ReduceAllMean(AddScalar(MulScalar(ReduceSum(Mul(unit(a), unit(b)), -1), -2), 2))
}
