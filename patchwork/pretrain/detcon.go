package pretrain

import (
	"errors"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gopatchwork/patchwork/patchwork/augment/stream"
	"github.com/gopatchwork/patchwork/patchwork/compute"
	"github.com/gopatchwork/patchwork/patchwork/optimise"
)

// DetCon brings together what two views show of the same segment of a picture, and apart from all other segments: DetCon_S of Hénaff et al. 2021,
// arXiv:2103.10957. Segments are found in the picture (Felzenszwalb and Huttenlocher 2004) or are rectangles.
type DetCon struct {
	Temperature float64 `yaml:"temperature" about:"of the similarities"`
	Segments    int     `yaml:"segments" about:"drawn of each picture"`
	Scale       float64 `yaml:"scale" about:"of segments, larger ones for larger numbers; drawn around it"`
	Grid        int     `yaml:"grid" about:"rectangles a side, in place of segments; 0: segments"`
	Hidden      int     `yaml:"hidden" about:"units of the hidden layer of the head"`
	Output      int     `yaml:"output" about:"numbers that are compared"`
	Norm        string  `yaml:"norm" about:"in the heads: batch, layer or none"`
}

// NewDetCon has the defaults.
func NewDetCon() *DetCon {
	return &DetCon{Temperature: 0.1, Segments: 8, Scale: 100, Hidden: 512, Output: 128, Norm: "batch"}
}

// Card implements Method.
func (m *DetCon) Card() Card {
	return Card{Name: "detcon", About: "the same segment in two views is alike, other segments are not", Source: "Hénaff et al. 2021, arXiv:2103.10957",
		Places: true, Optimiser: optimise.Adam, Rate: 1e-3, Decay: 1e-6}
}

// Check implements Checker.
func (m *DetCon) Check() error {
	return errors.Join(
		need(m.Temperature > 0, "detcon: temperature is %g; want more than 0", m.Temperature),
		need(m.Segments > 1, "detcon: segments is %d; want 2 or more", m.Segments),
		need(m.Scale > 0 || m.Grid > 0, "detcon: scale is %g; want more than 0", m.Scale),
		need(m.Grid >= 0, "detcon: grid is %d; want 0 or more", m.Grid),
		projector(m.Hidden, m.Output, 2, m.Norm).Check())
}

// Kind implements Method.
func (m *DetCon) Kind(v Views) (stream.Kind, error) {
	k := stream.Segments{First: v.Full, Draws: m.Segments, Scale: m.Scale, Grid: m.Grid}
	if m.Grid > 0 {
		k.Scale = 0
	}
	return k, nil
}

// Loss implements Method.
func (m *DetCon) Loss(s *Step) *Node {
	n, drawn := s.In[0].Shape().Dim(0), s.In[4]
	h := s.Map(Student, Concatenate([]*Node{s.In[0], s.In[2]}, 0)) // of the first views, then of the second
	side, c := h.Shape().Dim(1), h.Shape().Dim(3)
	masks := Concatenate([]*Node{shrunk(stream.Masks(s.In[1], drawn), side), shrunk(stream.Masks(s.In[3], drawn), side)}, 0)
	area := ReduceSum(masks, 1, 2)                                                                                  // [2n, k]
	pooled := Div(Einsum("byxk,byxc->bkc", masks, h), ExpandAxes(AddScalar(area, 1e-8), -1))                        // [2n, k, c]
	z := unit(s.MLP(Student, "head", Reshape(pooled, 2*n*m.Segments, c), projector(m.Hidden, m.Output, 2, m.Norm))) // segments of a picture side by side
	seen := Mul(positive(Slice(area, AxisRange(0, n))), positive(Slice(area, AxisRange(n, 2*n))))                   // in both views
	d := s.In[1].Shape().Dimensions
	numbers, most := dtypes.Float32, d[1]*d[2] // which are compared fast, and exact up to 2²⁴; a picture has no more segments than pixels
	if n*most > 1<<24 {
		numbers = dtypes.Int32
	}
	picture := Iota(s.Graph(), shapes.Make(numbers, n, 1), 0)
	id := Reshape(Add(ConvertDType(drawn, numbers), MulScalar(picture, float64(most))), -1) // of each segment, [n·k]
	valid := Reshape(seen, -1)
	s.Metric("segments", MulScalar(ReduceAllMean(valid), float64(m.Segments)))
	s.Metric("spread", spread(z))
	half := n * m.Segments
	return m.loss(Slice(z, AxisRange(0, half)), Slice(z, AxisRange(half, 2*half)), id, valid)
}

func positive(x *Node) *Node { return ConvertDType(GreaterThan(x, ZerosLike(x)), x.DType()) }

// shrunk is the mean of masks [n, H, W, k] over the pixels of each place of a map: [n, side, side, k].
func shrunk(x *Node, side int) *Node {
	d := x.Shape().Dimensions
	if d[1]%side != 0 || d[2]%side != 0 {
		compute.Refuse("pretrain: pictures of %d pixels have a map of %d; detcon wants a side that is a multiple of that of the map", d[1], side)
	}
	return ReduceMean(Reshape(x, d[0], side, d[1]/side, side, d[2]/side, d[3]), 2, 4)
}

// loss is that of SimCLR over segments in two views, a and b [N, d] of length 1: the positive is the same row of the other view, negatives
// are all rows of both views with another id. Rows that are not valid [N] take no part.
//
// Source: Hénaff et al. 2021, eq. 2 and 3; segments drawn twice are no negatives of each other.
func (m *DetCon) loss(a, b, id, valid *Node) *Node {
	z := Concatenate([]*Node{a, b}, 0)
	twice := func(x *Node) *Node { return Concatenate([]*Node{x, x}, 0) }
	id, valid = twice(id), twice(valid)
	p := pairs{positive: twice(ReduceSum(Mul(a, b), 1)), all: MatMul(z, Transpose(z, 0, 1))}
	other := ConvertDType(NotEqual(ExpandAxes(id, 1), ExpandAxes(id, 0)), z.DType())
	p.others = Mul(other, ExpandAxes(valid, 0))
	each := softplus(Sub(p.logNegatives(m.Temperature, 0), DivScalar(p.positive, m.Temperature)))
	return Div(ReduceAllSum(Mul(each, valid)), MaxScalar(ReduceAllSum(valid), 1))
}
