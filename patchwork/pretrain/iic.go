package pretrain

import (
	"errors"
	"fmt"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gopatchwork/patchwork/patchwork/augment/stream"
	"github.com/gopatchwork/patchwork/patchwork/backbone"
	"github.com/gopatchwork/patchwork/patchwork/optimise"
)

// IIC divides images into clusters that say as much as possible of the clusters of the other view: invariant information clustering, Ji et al. 2019,
// arXiv:1807.06653.
type IIC struct {
	Clusters int     `yaml:"clusters" about:"of the main heads"`
	Over     int     `yaml:"over" about:"clusters of the head that divides more finely; 0: none"`
	Heads    int     `yaml:"heads" about:"main heads, which begin differently"`
	Entropy  float64 `yaml:"entropy" about:"how much more clusters of even size count, 0 or more (the authors' λ - 1)"`
}

// NewIIC has the defaults.
func NewIIC() *IIC { return &IIC{Clusters: 10, Over: 50, Heads: 5} }

// Card implements Method.
func (m *IIC) Card() Card {
	return Card{Name: "iic", About: "clusters that two views agree on", Source: "Ji et al. 2019, arXiv:1807.06653",
		Optimiser: optimise.Adam, Rate: 1e-3, Decay: 1e-6}
}

// Check implements Checker.
func (m *IIC) Check() error {
	return errors.Join(
		need(m.Clusters > 1, "iic: clusters is %d; want 2 or more", m.Clusters),
		need(m.Over == 0 || m.Over > 1, "iic: over is %d; want 2 or more, or 0 for none", m.Over),
		need(m.Heads > 0, "iic: heads is %d; want 1 or more", m.Heads),
		need(m.Entropy >= 0, "iic: entropy is %g; want 0 or more", m.Entropy))
}

// Kind implements Method.
func (m *IIC) Kind(v Views) (stream.Kind, error) { return stream.Views{v.Plain, v.Full}, nil }

// Loss implements Method.
func (m *IIC) Loss(s *Step) *Node {
	n := s.In[0].Shape().Dim(0)
	h := s.Pooled(Student, Concatenate(s.In, 0))
	told := func(name string, clusters int) *Node {
		p := Softmax(s.MLP(Student, name, h, backbone.MLPOptions{Widths: []int{clusters}, LastBias: true}), -1)
		return m.loss(Slice(p, AxisRange(0, n)), Slice(p, AxisRange(n, 2*n)))
	}
	var loss *Node
	for i := range m.Heads {
		one := told(fmt.Sprintf("head%d", i+1), m.Clusters)
		if loss == nil {
			loss = one
		} else {
			loss = Add(loss, one)
		}
	}
	loss = DivScalar(loss, float64(m.Heads))
	s.Metric("information", Neg(loss))
	if m.Over > 0 {
		loss = Add(loss, told("over", m.Over))
	}
	return loss
}

// loss is -I - entropy·(H(row) + H(column)) of the joint distribution P of the clusters of two views, a and b [n, k] probabilities:
//
//	P = ½(aᵀb + bᵀa)/n,  I = Σ P·(ln P - ln P_i - ln P_j),  in nats
//
// Source: Ji et al. 2019, eq. 3, section 3.1; P is at least 1e-8. With entropy it is the authors' code with λ = 1 + entropy.
func (m *IIC) loss(a, b *Node) *Node {
	p := DivScalar(MatMul(Transpose(a, 0, 1), b), float64(a.Shape().Dim(0)))
	p = MaxScalar(MulScalar(Add(p, Transpose(p, 0, 1)), 0.5), 1e-8)
	p = Div(p, ReduceAllSum(p))
	row, column := ReduceAndKeep(p, ReduceSum, 1), ReduceAndKeep(p, ReduceSum, 0)
	sides := MulScalar(Add(Log(row), Log(column)), 1+m.Entropy)
	return Neg(ReduceAllSum(Mul(p, Sub(Log(p), sides))))
}
