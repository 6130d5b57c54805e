package backbone

import (
	"fmt"

	. "github.com/gomlx/gomlx/core/graph"
)

// vggs are the convolutions of Simonyan and Zisserman 2015, arXiv:1409.1556, table 1 (A, B, D, E), with normalisation: five
// stages of 3×3 convolutions, norm and ReLU, of 64, 128, 256, 512 and 512 channels, each followed by a 2×2 max pooling. The
// small stem leaves the first two poolings out.
var vggs = family{
	names: []string{"vgg11", "vgg13", "vgg16", "vgg19"},
	find: func(name string) (func(Options) Network, bool) {
		layers, ok := vggLayers[name]
		return func(o Options) Network { return vgg(name, layers, o) }, ok
	},
	norm: BatchNorm, stem: LargeStem,
}

var vggLayers = map[string][5]int{
	"vgg11": {1, 1, 2, 2, 2}, "vgg13": {2, 2, 2, 2, 2}, "vgg16": {2, 2, 3, 3, 3}, "vgg19": {2, 2, 4, 4, 4},
}

func vgg(name string, layers [5]int, o Options) Network {
	card := Card{
		Name: name, About: fmt.Sprintf("3×3 convolutions %v", layers), Source: "Simonyan and Zisserman 2015, arXiv:1409.1556",
		Channels: o.wide(512), Stride: 32, MinSide: 32,
	}
	unpooled := 0
	if o.Stem == SmallStem {
		unpooled, card.Stride, card.MinSide = 2, 8, 8
	}
	return &network{card, o, func(b builder, x *Node) *Node {
		for stage, n := range layers {
			for i := range n {
				at := b.block(stage, i)
				x = relu(at.norm("norm", at.conv("conv", x, o.wide(min(64<<stage, 512)), 3, 1)))
			}
			if stage >= unpooled {
				x = halve(x)
			}
		}
		return x
	}}
}

// halve is the largest of each window of 2×2; a last odd row or column is dropped. The Go backends have its gradient in float32 alone.
func halve(x *Node) *Node {
	x, back := exact(x)
	return back(MaxPool(x).Window(2).Strides(2).NoPadding().Done())
}
