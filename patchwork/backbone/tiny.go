package backbone

import (
	"fmt"

	. "github.com/gomlx/gomlx/core/graph"
)

// tinyResnets are residual networks that begin with patches, which keeps what is computed at full size small: a
// convolution of patches (4×4; 8×8 with the large stem), norm, ReLU, then stages of basic blocks with 64, 128 and 256
// channels, each but the first beginning with stride 2. All channels are multiples of 16, as the kernels of the CPU
// backend like them.
//
// The blocks are those of He et al. 2015; a stem of patches as in ViT and ConvNeXt.
var tinyResnets = family{
	names: []string{"resnet-tiny"},
	find:  only("resnet-tiny", tiny),
	norm:  BatchNorm, stem: SmallStem, patch: map[Stem]int{SmallStem: 4, LargeStem: 8}, drops: true,
}

// only finds the one network of a family.
func only(name string, design func(o Options) Network) func(string) (func(Options) Network, bool) {
	return func(n string) (func(Options) Network, bool) { return design, n == name }
}

var tinyBlocks = [3]int{1, 1, 1}

func tiny(o Options) Network {
	return &network{
		card: Card{
			Name: "resnet-tiny", About: fmt.Sprintf("patches of %d×%d pixels, residual blocks %v", o.Patch, o.Patch, tinyBlocks),
			Source: "He et al. 2015, arXiv:1512.03385, with a stem of patches", Channels: o.wide(256), Stride: 4 * o.Patch, MinSide: o.Patch,
		},
		o: o,
		graph: func(b builder, x *Node) *Node {
			stem := b.at("stem")
			x = relu(stem.norm("norm", stem.patches("conv", x, o.wide(64), o.Patch)))
			return b.stages(x, tinyBlocks[:], false)
		},
	}
}
