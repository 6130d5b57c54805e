package pretrain

import (
	"math/bits"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gopatchwork/patchwork/patchwork/augment"
	"github.com/gopatchwork/patchwork/patchwork/augment/stream"
	"github.com/gopatchwork/patchwork/patchwork/backbone"
	"github.com/gopatchwork/patchwork/patchwork/compute"
	"github.com/gopatchwork/patchwork/patchwork/optimise"
)

// AutoEncoder paints the picture again from its map, some channels of which are dropped.
type AutoEncoder struct {
	Dropout float64 `yaml:"dropout" about:"share of the channels of the map that are dropped"`
}

// NewAutoEncoder has the defaults.
func NewAutoEncoder() *AutoEncoder { return &AutoEncoder{Dropout: 0.5} }

// Card implements Method.
func (m *AutoEncoder) Card() Card {
	return Card{Name: "autoencoder", About: "paints the picture again", Source: "Hinton and Salakhutdinov 2006; the original's AutoEncoder",
		Places: true, Optimiser: optimise.Adam, Rate: 1e-3}
}

// Check implements Checker.
func (m *AutoEncoder) Check() error {
	return need(m.Dropout >= 0 && m.Dropout < 1, "autoencoder: dropout is %g; want 0 or more and less than 1", m.Dropout)
}

// Kind implements Method.
func (m *AutoEncoder) Kind(v Views) (stream.Kind, error) { return stream.Plain(v.Full), nil }

// Loss implements Method: the mean absolute difference of all numbers.
func (m *AutoEncoder) Loss(s *Step) *Node {
	x := s.In[0]
	h := s.dropChannels(s.Map(Student, x), m.Dropout)
	return absolute(x, s.decode(h, x))
}

// absolute is the mean absolute difference of a picture and what was painted.
func absolute(x, painted *Node) *Node { return ReduceAllMean(Abs(Sub(x, painted))) }

// Sees implements Painter.
func (m *AutoEncoder) Sees(whole *augment.Pipeline) stream.Kind { return stream.Plain(whole) }

// Paint implements Painter. Nothing is hidden.
func (m *AutoEncoder) Paint(s *Step) (painted, hidden *Node) {
	x := s.In[0]
	return s.decode(s.Map(Student, x), x), nil
}

// decode paints pictures of the size of x from a map h of them, by as many transposed convolutions as the network halves sides.
func (s *Step) decode(h, x *Node) *Node {
	stride := x.Shape().Dim(1) / h.Shape().Dim(1)
	if stride*h.Shape().Dim(1) != x.Shape().Dim(1) || bits.OnesCount(uint(stride)) != 1 {
		compute.Refuse("pretrain: pictures of %d pixels have a map of %d; to paint them again the side must be a power of two times that of the map: change Side to a multiple of %d",
			x.Shape().Dim(1), h.Shape().Dim(1), s.network.Card().Stride)
	}
	var widths []int
	for width := h.Shape().Dim(3) / 2; stride > 1; stride /= 2 {
		widths = append(widths, max(width, 16))
		width /= 2
	}
	if widths == nil {
		widths = []int{}
	}
	return wide(backbone.Decoder{Widths: widths, Outputs: x.Shape().Dim(3)}.Graph(s.Scope(Student, decoderName), s.narrow(h)))
}

// dropChannels sets whole channels of a map [n, h, w, c] to 0 with a probability, in training, and makes the others larger.
//
// Source: Tompson et al. 2015, arXiv:1411.4280, section 3.2.
func (s *Step) dropChannels(x *Node, rate float64) *Node {
	if !s.training || rate == 0 {
		return x
	}
	d := x.Shape().Dimensions
	u := s.store.RandomUniform(s.Graph(), shapes.Make(dtypes.Float32, d[0], 1, 1, d[3]))
	return Mul(x, DivScalar(ConvertDType(GreaterOrEqual(u, Scalar(s.Graph(), dtypes.Float32, rate)), dtypes.Float32), 1-rate))
}
