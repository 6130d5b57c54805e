package backbone

import (
	"fmt"
	"math"
	"strings"

	. "github.com/gomlx/gomlx/core/graph"
)

// convNeXts are convnext-SIZE of Liu et al. 2022, arXiv:2201.03545, and convnextv2-SIZE of Woo et al. 2023,
// arXiv:2301.00808: a convolution of patches (4×4; 2×2 with the small stem) and norm, then four stages of blocks, before
// each but the first norm and a convolution of 2×2 patches, and a norm at the end.
//
//	block       y = dense(GELU(dense(norm(depthwise7(x))))), four times as wide inside, then x + scale·y
//	version 2   global response normalisation behind GELU, and no scale
//
// Layers begin normal with a deviation of 0.02, scales at 1e-6. The papers cut the normal off at ±2, a hundred deviations.
var convNeXts = family{
	names: convNeXtNames(),
	find: func(name string) (func(Options) Network, bool) {
		size, version := "", 1
		if rest, ok := strings.CutPrefix(name, "convnext-"); ok {
			size = rest
		} else if rest, ok := strings.CutPrefix(name, "convnextv2-"); ok {
			size, version = rest, 2
		}
		for _, s := range convNeXtSizes {
			if s.name == size {
				return func(o Options) Network { return convNeXt(name, s, version, o) }, true
			}
		}
		return nil, false
	},
	norm: LayerNorm, stem: LargeStem, patch: map[Stem]int{SmallStem: 2, LargeStem: 4}, drops: true,
}

type convNeXtSize struct {
	name   string
	width  int // of the first stage; it doubles
	blocks [4]int
}

var convNeXtSizes = []convNeXtSize{
	{"atto", 40, [4]int{2, 2, 6, 2}}, {"femto", 48, [4]int{2, 2, 6, 2}}, {"pico", 64, [4]int{2, 2, 6, 2}},
	{"nano", 80, [4]int{2, 2, 8, 2}}, {"tiny", 96, [4]int{3, 3, 9, 3}}, {"small", 96, [4]int{3, 3, 27, 3}},
	{"base", 128, [4]int{3, 3, 27, 3}}, {"large", 192, [4]int{3, 3, 27, 3}}, {"xlarge", 256, [4]int{3, 3, 27, 3}},
	{"huge", 352, [4]int{3, 3, 27, 3}},
}

func convNeXtNames() (names []string) {
	for _, family := range []string{"convnext-", "convnextv2-"} {
		for _, s := range convNeXtSizes {
			names = append(names, family+s.name)
		}
	}
	return names
}

const smallStart = 0.02 // standard deviation of first kernels of ConvNeXt and transformers

func convNeXt(name string, s convNeXtSize, version int, o Options) Network {
	source := "Liu et al. 2022, arXiv:2201.03545"
	if version == 2 {
		source = "Woo et al. 2023, arXiv:2301.00808"
	}
	card := Card{
		Name: name, About: fmt.Sprintf("depthwise 7×7 blocks %v", s.blocks), Source: source,
		Channels: o.wide(8 * s.width), Stride: 8 * o.Patch, MinSide: 8 * o.Patch,
	}
	return &network{card, o, func(b builder, x *Node) *Node {
		b.kernels = smallStart
		stem := b.at("stem")
		x = stem.norm("norm", stem.bias("conv", stem.patches("conv", x, o.wide(s.width), o.Patch)))
		all, done := 0, 0
		for _, n := range s.blocks {
			all += n
		}
		for stage, n := range s.blocks {
			width := o.wide(s.width << stage)
			if stage > 0 {
				down := b.at(fmt.Sprintf("stage%d", stage+1)).at("down")
				x = down.bias("conv", down.patches("conv", down.norm("norm", x), width, 2))
			}
			for i := range n {
				x = b.block(stage, i).convNeXt(x, version, o.Dropout*float64(done)/float64(max(all-1, 1)))
				done++
			}
		}
		return b.norm("norm", x)
	}}
}

// convNeXt is a block of either version.
func (b builder) convNeXt(x *Node, version int, drop float64) *Node {
	c := x.Shape().Dimensions[3]
	y := b.dense("widen", b.norm("norm", b.depthwise("depthwise", x, 7)), 4*c)
	y = gelu(y)
	if version == 2 {
		y = b.responseNorm("response", y)
	}
	y = b.dense("narrow", y, c)
	if version == 1 {
		y = Mul(y, b.channels("layer", "scale", 1e-6, y))
	}
	return Add(x, b.dropBranch(y, drop))
}

// responseNorm is global response normalisation: x·gain·n + shift + x, where n is the length of each channel over the places of
// an image, √(Σ x² + 1e-12), divided by the mean of all channels' and 1e-6. Gain and shift begin at 0.
//
// Source: Woo et al. 2023, arXiv:2301.00808, algorithm 1. 1e-12 gives a channel of zeros a gradient.
func (b builder) responseNorm(name string, x *Node) *Node {
	x, back := exact(x)
	length := Sqrt(AddScalar(ReduceAndKeep(Square(x), ReduceSum, 1, 2), 1e-12)) // [batch, 1, 1, channels]
	n := Div(length, AddScalar(ReduceAndKeep(length, ReduceMean, -1), 1e-6))
	return back(Add(Add(Mul(Mul(x, n), b.channels(name, "gain", 0, x)), b.channels(name, "shift", 0, x)), x))
}

// gelu is x·Φ(x) with the exact normal distribution (Hendrycks and Gimpel 2016, arXiv:1606.08415).
func gelu(x *Node) *Node {
	return Mul(MulScalar(x, 0.5), AddScalar(Erf(MulScalar(x, math.Sqrt2/2)), 1))
}
