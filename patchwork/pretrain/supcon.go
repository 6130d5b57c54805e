package pretrain

import (
	"errors"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gopatchwork/patchwork/patchwork/augment/stream"
	"github.com/gopatchwork/patchwork/patchwork/optimise"
)

// SupCon is SimCLR where all images of a kind are brought together: supervised contrastive learning, Khosla et al. 2020, arXiv:2004.11362. Images
// without a label have their other view alone, as in SimCLR. It reads Task.Labels.
type SupCon struct {
	Temperature float64 `yaml:"temperature" about:"of the similarities"`
	Hidden      int     `yaml:"hidden" about:"units of the hidden layer of the head"`
	Output      int     `yaml:"output" about:"numbers that are compared"`
	Norm        string  `yaml:"norm" about:"in the head: batch, layer or none"`
}

// NewSupCon has the defaults.
func NewSupCon() *SupCon { return &SupCon{Temperature: 0.1, Hidden: 512, Output: 128, Norm: "batch"} }

// Card implements Method.
func (m *SupCon) Card() Card {
	return Card{Name: "supcon", About: "SimCLR that knows some labels", Source: "Khosla et al. 2020, arXiv:2004.11362", Labels: true,
		Optimiser: optimise.Adam, Rate: 1e-3, Decay: 1e-6}
}

// Check implements Checker.
func (m *SupCon) Check() error {
	return errors.Join(need(m.Temperature > 0, "supcon: temperature is %g; want more than 0", m.Temperature), projector(m.Hidden, m.Output, 2, m.Norm).Check())
}

// Kind implements Method.
func (m *SupCon) Kind(v Views) (stream.Kind, error) { return stream.Pair(v.Full), nil }

// Loss implements Method.
func (m *SupCon) Loss(s *Step) *Node {
	p := s.pairs(projector(m.Hidden, m.Output, 2, m.Norm))
	return m.loss(p, s.Labels)
}

// loss is the mean over all views i of
//
//	-1/|P| Σ over p in P of ln( e^(s_ip/T) / Σ over a ≠ i of e^(s_ia/T) )
//
// P are the other views with the label of i. labels [n] are those of the images, -1 where there is none.
//
// Source: Khosla et al. 2020, eq. 2 (L_out).
func (m *SupCon) loss(p pairs, labels *Node) *Node {
	g, n := labels.Graph(), labels.Shape().Dim(0)
	of := Concatenate([]*Node{labels, labels}, 0)
	alike := Equal(ExpandAxes(of, 1), ExpandAxes(of, 0))
	known := GreaterOrEqual(ExpandAxes(of, 1), ScalarZero(g, of.DType()))
	same := ConvertDType(LogicalAnd(alike, known), dtypes.Float32)
	self := ConvertDType(Diagonal(g, 2*n), dtypes.Float32)
	positive := Mul(Max(same, OneMinus(p.others)), OneMinus(self))
	at := DivScalar(p.all, m.Temperature)
	all := ExpandAxes(logSum(at, OneMinus(self)), 1)
	each := Div(ReduceSum(Mul(positive, Sub(all, at)), 1), ReduceSum(positive, 1))
	return ReduceAllMean(each)
}
