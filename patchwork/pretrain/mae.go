package pretrain

import (
	"errors"
	"math/rand/v2"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gopatchwork/patchwork/patchwork/augment"
	"github.com/gopatchwork/patchwork/patchwork/augment/stream"
	"github.com/gopatchwork/patchwork/patchwork/backbone"
	"github.com/gopatchwork/patchwork/patchwork/compute"
	"github.com/gopatchwork/patchwork/patchwork/optimise"
)

// MAE paints patches of a picture from a few others that a transformer saw: masked autoencoders, He et al. 2022, arXiv:2111.06377. The network must be
// a transformer (vit-*).
type MAE struct {
	Hidden    float64 `yaml:"hidden" about:"share of the patches that is hidden"`
	Width     int     `yaml:"width" about:"of the decoder, a multiple of 4"`
	Depth     int     `yaml:"depth" about:"blocks of the decoder"`
	Normalise bool    `yaml:"normalise" about:"patches are painted after their mean and deviation are taken out"`
}

// NewMAE has the defaults.
func NewMAE() *MAE { return &MAE{Hidden: 0.75, Width: 96, Depth: 1, Normalise: true} }

// Card implements Method.
func (m *MAE) Card() Card {
	return Card{Name: "mae", About: "paints hidden patches from a few others; for vit-*", Source: "He et al. 2022, arXiv:2111.06377",
		Optimiser: optimise.AdamW, Rate: 1e-3, Decay: 0.05}
}

// Check implements Checker.
func (m *MAE) Check() error {
	return errors.Join(
		need(m.Hidden > 0 && m.Hidden < 1, "mae: hidden is %g; want more than 0 and less than 1", m.Hidden),
		need(m.Width > 0 && m.Width%4 == 0, "mae: width is %d; want a multiple of 4", m.Width),
		need(m.Depth > 0, "mae: depth is %d; want 1 or more", m.Depth))
}

// Kind implements Method.
func (m *MAE) Kind(v Views) (stream.Kind, error) { return stream.Plain(v.Full), nil }

// Loss implements Method.
func (m *MAE) Loss(s *Step) *Node {
	painted, shown := m.paint(s, func(n, count int) *Node {
		return s.store.RandomUniform(s.Graph(), shapes.Make(dtypes.Float32, n, count))
	})
	return m.loss(painted, patches(s.In[0], s.network.Card().Stride), shown)
}

// paint is what the decoder makes of all patches of pictures, [n, patches, numbers], and 1 where the transformer saw the patch, else 0, [n, patches, 1].
// The patches with the largest chances, [n, patches], are seen.
func (m *MAE) paint(s *Step, chances func(n, count int) *Node) (painted, shown *Node) {
	network, ok := s.network.(backbone.Tokenizer)
	if !ok {
		compute.Refuse("pretrain: mae hides patches and wants a transformer, such as vit-tiny; %s is none", s.network.Card().Name)
	}
	x, g := s.In[0], s.Graph()
	scope := s.Scope(Student, backboneName)
	tokens := network.Tokens(scope, s.narrow(x))
	n, count := tokens.Shape().Dim(0), tokens.Shape().Dim(1)
	keep := max(1, int(float64(count)*(1-m.Hidden)+0.5))
	if keep == count {
		compute.Refuse("pretrain: mae hides none of %d patches; use a larger Side or a larger share", count)
	}
	_, seen := TopK(chances(n, count), keep, 1)
	choice := OneHot(ConvertDType(seen, dtypes.Int32), count, dtypes.Float32) // [n, keep, count]
	out := wide(network.Blocks(scope, Einsum("bkt,btc->bkc", s.narrow(choice), tokens)))
	if extra := out.Shape().Dim(1) - keep; extra > 0 { // a class token
		out = Slice(out, AxisRange(), AxisRange(extra), AxisRange())
	}
	shown = ExpandAxes(ReduceSum(choice, 1), -1) // [n, count, 1]
	place := s.Scope(Student, decoderName)
	each := Reshape(backbone.MLP(place.At("in"), Reshape(out, n*keep, -1), backbone.MLPOptions{Widths: []int{m.Width}, Norm: backbone.NoNorm, LastBias: true}), n, keep, m.Width)
	filled := Add(Einsum("bkt,bkc->btc", choice, each), Mul(OneMinus(shown), ExpandAxes(backbone.Kernels(place.At("hidden"), 1, m.Width, g), 0)))
	patch := network.Card().Stride
	painted = wide(backbone.Transformer(place, s.narrow(filled), x.Shape().Dim(1)/patch, m.Depth))
	painted = Reshape(backbone.MLP(place.At("out"), Reshape(painted, n*count, m.Width), backbone.MLPOptions{Widths: []int{patch * patch * x.Shape().Dim(3)}, Norm: backbone.NoNorm, LastBias: true}), n, count, -1)
	return painted, shown
}

// Sees implements Painter.
func (m *MAE) Sees(whole *augment.Pipeline) stream.Kind { return stream.Plain(whole) }

// Paint implements Painter. The same patches are hidden in all pictures. Normalised patches get back the mean and the deviation of what is hidden, which
// the network does not know.
func (m *MAE) Paint(s *Step) (painted, hidden *Node) {
	x, side := s.In[0], s.network.Card().Stride
	all, shown := m.paint(s, func(n, count int) *Node {
		rng := rand.New(rand.NewPCG(paintSeed, uint64(count)))
		chances := make([]float32, count)
		for i := range chances {
			chances[i] = rng.Float32()
		}
		return BroadcastToDims(Const(s.Graph(), [][]float32{chances}), n, count)
	})
	if m.Normalise {
		_, mean, deviation := normalised(patches(x, side))
		all = Add(Mul(all, deviation), mean)
	}
	d := x.Shape().Dimensions
	return unpatched(all, d, side), unpatched(BroadcastToDims(OneMinus(shown), d[0], all.Shape().Dim(1), side*side), d, side)
}

// patches cuts pictures [n, H, W, c] into squares: [n, patches, side·side·c], row by row.
func patches(x *Node, side int) *Node {
	d := x.Shape().Dimensions
	h, w := d[1]/side, d[2]/side
	x = Slice(x, AxisRange(), AxisRange(0, h*side), AxisRange(0, w*side), AxisRange())
	return Reshape(TransposeAllAxes(Reshape(x, d[0], h, side, w, side, d[3]), 0, 1, 3, 2, 4, 5), d[0], h*w, side*side*d[3])
}

// unpatched puts patches side by side again: pictures [n, H, W, c] of the size dims, whose rest at the borders, too small for a patch, is 0.
func unpatched(p *Node, dims []int, side int) *Node {
	n, h, w, c := dims[0], dims[1]/side, dims[2]/side, p.Shape().Dim(2)/(side*side)
	p = Reshape(TransposeAllAxes(Reshape(p, n, h, w, side, side, c), 0, 1, 3, 2, 4, 5), n, h*side, w*side, c)
	return Pad(p, ScalarZero(p.Graph(), p.DType()), PadAxis{}, PadAxis{End: dims[1] - h*side}, PadAxis{End: dims[2] - w*side}, PadAxis{})
}

// loss is the mean squared difference of the numbers of patches that were hidden, shown being 0: painted and patches [n, patches, numbers], shown [n, patches, 1].
//
// Source: He et al. 2022, sections 3 and 4.1 (normalised pixels; the variance is divided by the numbers less 1, 1e-6 added, as in the authors' code).
func (m *MAE) loss(painted, patches, shown *Node) *Node {
	if m.Normalise {
		patches, _, _ = normalised(patches)
	}
	each := ReduceMean(Square(Sub(painted, StopGradient(patches))), -1)
	hidden := OneMinus(Squeeze(shown, -1))
	return Div(ReduceAllSum(Mul(each, hidden)), ReduceAllSum(hidden))
}

// normalised are patches [n, patches, numbers] with their mean and deviation taken out, and these, [n, patches, 1].
func normalised(patches *Node) (centred, mean, deviation *Node) {
	mean = ReduceAndKeep(patches, ReduceMean, -1)
	centred = Sub(patches, mean)
	variance := DivScalar(ReduceAndKeep(Square(centred), ReduceSum, -1), float64(patches.Shape().Dim(2))-1)
	deviation = Sqrt(AddScalar(variance, 1e-6))
	return Div(centred, deviation), mean, deviation
}
