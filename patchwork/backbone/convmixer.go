package backbone

import (
	"fmt"

	. "github.com/gomlx/gomlx/core/graph"
)

// convMixers are convmixer-CHANNELS-DEPTH of Trockman and Kolter 2022, arXiv:2201.09792: a convolution of patches, then
// blocks without stride that mix places and channels in turns. Each layer is followed by GELU and norm, in this order.
//
//	block       x + norm(GELU(depthwise(x))), then norm(GELU(conv1))
//
// Patches are 7×7 and kernels 9×9 (7×7 in convmixer-768-32), as in its table 1; with the small stem 2×2 and 5×5.
var convMixers = family{
	names: []string{"convmixer-256-8", "convmixer-768-32", "convmixer-1536-20"},
	find: func(name string) (func(Options) Network, bool) {
		var channels, depth int
		ok := numbers(name, "convmixer-%d-%d", &channels, &depth) && channels >= 1 && depth >= 1
		return func(o Options) Network { return convMixer(name, channels, depth, o) }, ok
	},
	norm: BatchNorm, stem: LargeStem, patch: map[Stem]int{SmallStem: 2, LargeStem: 7}, kernels: true,
}

func convMixer(name string, channels, depth int, o Options) Network {
	kernel := o.Kernel
	switch {
	case kernel != 0:
	case o.Stem == SmallStem:
		kernel = 5
	case name == "convmixer-768-32":
		kernel = 7
	default:
		kernel = 9
	}
	card := Card{
		Name: name, About: fmt.Sprintf("patches of %d×%d pixels, %d blocks with kernels of %d×%d", o.Patch, o.Patch, depth, kernel, kernel),
		Source: "Trockman and Kolter 2022, arXiv:2201.09792", Channels: o.wide(channels), Stride: o.Patch, MinSide: o.Patch,
	}
	return &network{card, o, func(b builder, x *Node) *Node {
		stem := b.at("stem")
		x = stem.norm("norm", gelu(stem.bias("conv", stem.patches("conv", x, o.wide(channels), o.Patch))))
		for i := range depth {
			at := b.at(fmt.Sprintf("block%d", i+1))
			x = Add(x, at.norm("norm1", gelu(at.depthwise("depthwise", x, kernel))))
			x = at.norm("norm2", gelu(at.dense("mix", x, o.wide(channels))))
		}
		return x
	}}
}
