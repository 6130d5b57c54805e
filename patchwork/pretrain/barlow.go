package pretrain

import (
	"errors"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gopatchwork/patchwork/patchwork/augment/stream"
	"github.com/gopatchwork/patchwork/patchwork/backbone"
	"github.com/gopatchwork/patchwork/patchwork/optimise"
)

// BarlowTwins makes the correlations of output numbers between two views the identity: Zbontar et al. 2021, arXiv:2103.03230.
type BarlowTwins struct {
	Lambda float64 `yaml:"lambda" about:"weight of the correlations of different numbers"`
	Hidden int     `yaml:"hidden" about:"units of each layer of the projector"`
	Norm   string  `yaml:"norm" about:"in the heads: batch, layer or none"`
}

// NewBarlowTwins has the defaults.
func NewBarlowTwins() *BarlowTwins { return &BarlowTwins{Lambda: 0.0051, Hidden: 512, Norm: "batch"} }

// Card implements Method.
func (m *BarlowTwins) Card() Card {
	return Card{Name: "barlow", About: "each number agrees between views, and with no other", Source: "Zbontar et al. 2021, arXiv:2103.03230",
		Optimiser: optimise.Adam, Rate: 1e-3, Decay: 1e-6}
}

// Check implements Checker.
func (m *BarlowTwins) Check() error {
	return errors.Join(need(m.Lambda >= 0, "barlow: lambda is %g; want 0 or more", m.Lambda), expander(m.Hidden, m.Norm).Check())
}

// Kind implements Method.
func (m *BarlowTwins) Kind(v Views) (stream.Kind, error) { return stream.Pair(v.Full), nil }

// Loss implements Method.
func (m *BarlowTwins) Loss(s *Step) *Node {
	var z []*Node
	for _, x := range s.In {
		z = append(z, s.MLP(Student, "head", s.Pooled(Student, x), backbone.MLPOptions{Widths: []int{m.Hidden, m.Hidden, m.Hidden}, Norm: backbone.Norm(m.Norm)}))
	}
	s.Metric("spread", spread(unit(z[0])))
	return m.loss(z[0], z[1])
}

// loss is Σ (1 - c_ii)² + λ·Σ over i ≠ j of c_ij², c the correlations of the numbers of one view with those of the other over the
// batch.
//
// Source: eq. 1 and 2; 1e-5 is added to variances, as by the authors' batch norm.
func (m *BarlowTwins) loss(a, b *Node) *Node {
	n, d := float64(a.Shape().Dim(0)), a.Shape().Dim(1)
	standard := func(z *Node) *Node {
		z = Sub(z, ReduceAndKeep(z, ReduceMean, 0))
		return Div(z, Sqrt(AddScalar(ReduceAndKeep(Square(z), ReduceMean, 0), 1e-5)))
	}
	c := DivScalar(MatMul(Transpose(standard(a), 0, 1), standard(b)), n)
	own := ConvertDType(Diagonal(a.Graph(), d), a.DType())
	return Add(ReduceAllSum(Mul(Square(OneMinus(c)), own)), MulScalar(ReduceAllSum(Mul(Square(c), OneMinus(own))), m.Lambda))
}
