package backbone

import (
	"fmt"

	. "github.com/gomlx/gomlx/core/graph"
)

// wideResnets are wrn-DEPTH-WIDTH of Zagoruyko and Komodakis 2016, arXiv:1605.07146, table 1: a 3×3 stem of 16 channels,
// three groups of (DEPTH−4)/6 blocks with 16, 32 and 64 times WIDTH channels, all but the first beginning with
// stride 2, and norm and ReLU at the end. The large stem has stride 2.
//
//	block       a = ReLU(norm(x)); y = conv3(drop(ReLU(norm(conv3(a))))), then short + y
//	short       x, or conv1(a) where the shape changes
//
// Dropout is of whole channels.
var wideResnets = family{
	names: []string{"wrn-16-1", "wrn-16-4", "wrn-28-2", "wrn-28-10"},
	find: func(name string) (func(Options) Network, bool) {
		var depth, width int
		ok := numbers(name, "wrn-%d-%d", &depth, &width) && depth >= 10 && (depth-4)%6 == 0 && width >= 1
		return func(o Options) Network { return wideResnet(name, depth, width, o) }, ok
	},
	norm: BatchNorm, stem: SmallStem, drops: true,
}

// numbers reads two from a name, if it is written with them the usual way.
func numbers(name, format string, a, b *int) bool {
	n, err := fmt.Sscanf(name, format, a, b)
	return n == 2 && err == nil && fmt.Sprintf(format, *a, *b) == name
}

func wideResnet(name string, depth, width int, o Options) Network {
	blocks := (depth - 4) / 6
	card := Card{
		Name: name, About: fmt.Sprintf("wide residual network, 3 groups of %d blocks", blocks), Source: "Zagoruyko and Komodakis 2016, arXiv:1605.07146",
		Channels: o.wide(64 * width), Stride: 4, MinSide: 1,
	}
	first := 1
	if o.Stem == LargeStem {
		first, card.Stride = 2, 8
	}
	return &network{card, o, func(b builder, x *Node) *Node {
		x = b.at("stem").conv("conv", x, o.wide(16), 3, first)
		for stage := range 3 {
			for i := range blocks {
				stride := 1
				if stage > 0 && i == 0 {
					stride = 2
				}
				x = b.block(stage, i).wide(x, o.wide(16*width<<stage), stride)
			}
		}
		return relu(b.norm("norm", x))
	}}
}

// wide is a block whose activations come before its convolutions.
func (b builder) wide(x *Node, out, stride int) *Node {
	a, short := relu(b.norm("norm1", x)), x
	if x.Shape().Dimensions[3] != out || stride != 1 {
		short = b.conv("short/conv", a, out, 1, stride)
	}
	y := relu(b.norm("norm2", b.conv("conv1", a, out, 3, stride)))
	return Add(short, b.conv("conv2", b.dropChannels(y, b.o.Dropout), out, 3, 1))
}
