package pretrain

import (
	"errors"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gopatchwork/patchwork/patchwork/augment/stream"
	"github.com/gopatchwork/patchwork/patchwork/backbone"
	"github.com/gopatchwork/patchwork/patchwork/optimise"
)

// VICReg brings two views together while each output number keeps its variance and none repeats another: Bardes et al. 2022, arXiv:2105.04906.
type VICReg struct {
	Invariance float64 `yaml:"invariance" about:"weight of the distance of two views (λ)"`
	Variance   float64 `yaml:"variance" about:"weight of variances that are too small (μ)"`
	Covariance float64 `yaml:"covariance" about:"weight of covariances (ν)"`
	Hidden     int     `yaml:"hidden" about:"units of each layer of the expander"`
	Norm       string  `yaml:"norm" about:"in the heads: batch, layer or none"`
}

// NewVICReg has the defaults.
func NewVICReg() *VICReg {
	return &VICReg{Invariance: 25, Variance: 25, Covariance: 1, Hidden: 512, Norm: "batch"}
}

// Card implements Method.
func (m *VICReg) Card() Card {
	return Card{Name: "vicreg", About: "views are alike, numbers keep their variance and do not repeat each other", Source: "Bardes et al. 2022, arXiv:2105.04906",
		Optimiser: optimise.Adam, Rate: 1e-3, Decay: 1e-6}
}

// Check implements Checker.
func (m *VICReg) Check() error {
	return errors.Join(
		need(m.Invariance >= 0 && m.Variance >= 0 && m.Covariance >= 0, "vicreg: the weights are %g, %g and %g; want 0 or more", m.Invariance, m.Variance, m.Covariance),
		expander(m.Hidden, m.Norm).Check())
}

// expander is three layers of the same width.
func expander(hidden int, norm string) backbone.MLPOptions {
	return backbone.MLPOptions{Widths: []int{hidden, hidden, hidden}, Norm: backbone.Norm(norm), LastBias: true}
}

// Kind implements Method.
func (m *VICReg) Kind(v Views) (stream.Kind, error) { return stream.Pair(v.Full), nil }

// Loss implements Method.
func (m *VICReg) Loss(s *Step) *Node {
	var z []*Node
	for _, x := range s.In {
		z = append(z, s.MLP(Student, "head", s.Pooled(Student, x), expander(m.Hidden, m.Norm)))
	}
	s.Metric("spread", spread(unit(z[0])))
	return m.loss(z[0], z[1])
}

// loss is λ·mean (a - b)² + μ·½(hinge a + hinge b) + ν·(offDiagonal a + offDiagonal b).
//
// Source: eq. 5 and 6, where the first term is a sum over numbers; the mean, and the half of the second, are the authors' code.
func (m *VICReg) loss(a, b *Node) *Node {
	distance := ReduceAllMean(Square(Sub(a, b)))
	variance := MulScalar(Add(hinge(a), hinge(b)), 0.5)
	covariance := Add(offDiagonal(a), offDiagonal(b))
	return Add(Add(MulScalar(distance, m.Invariance), MulScalar(variance, m.Variance)), MulScalar(covariance, m.Covariance))
}

// hinge is the mean over numbers of max(0, 1 - √(variance + 1e-4)); the variance is divided by n - 1.
//
// Source: Bardes et al. 2022, eq. 1 and 2.
func hinge(z *Node) *Node {
	n := float64(z.Shape().Dim(0))
	v := DivScalar(ReduceSum(Square(Sub(z, ReduceAndKeep(z, ReduceMean, 0))), 0), n-1)
	return ReduceAllMean(MaxScalar(OneMinus(Sqrt(AddScalar(v, 1e-4))), 0))
}

// offDiagonal is Σ over i ≠ j of the squared covariance of numbers i and j, divided by their number.
//
// Source: Bardes et al. 2022, eq. 3 and 4.
func offDiagonal(z *Node) *Node {
	n, d := float64(z.Shape().Dim(0)), z.Shape().Dim(1)
	z = Sub(z, ReduceAndKeep(z, ReduceMean, 0))
	c := DivScalar(MatMul(Transpose(z, 0, 1), z), n-1)
	other := OneMinus(ConvertDType(Diagonal(z.Graph(), d), z.DType()))
	return DivScalar(ReduceAllSum(Mul(Square(c), other)), float64(d))
}
