package backbone

import (
	"fmt"

	. "github.com/gomlx/gomlx/core/graph"
)

// alexNets are the convolutions of Krizhevsky et al. 2012 without groups, with normalisation behind each ReLU, as in the
// original: 96 channels of 11×11 with stride 4, 256 of 5×5, 384, 384 and 256 of 3×3, and a 3×3 max pooling with stride 2
// behind the first, the second and the last. The small stem begins with 3×3 and stride 1.
var alexNets = family{
	names: []string{"bnalexnet"},
	find:  only("bnalexnet", alexNet),
	norm:  BatchNorm, stem: LargeStem,
}

func alexNet(o Options) Network {
	card := Card{
		Name: "bnalexnet", About: "AlexNet's convolutions, with batch normalisation", Source: "Krizhevsky et al. 2012; the original's BNAlexNet",
		Channels: o.wide(256), Stride: 32, MinSide: 1,
	}
	size, stride := 11, 4
	if o.Stem == SmallStem {
		size, stride, card.Stride = 3, 1, 8
	}
	return &network{card, o, func(b builder, x *Node) *Node {
		for i, layer := range []struct {
			out, size, stride int
			pool              bool
		}{{96, size, stride, true}, {256, 5, 1, true}, {384, 3, 1, false}, {384, 3, 1, false}, {256, 3, 1, true}} {
			at := b.at(fmt.Sprintf("layer%d", i+1))
			x = at.norm("norm", relu(at.bias("conv", at.conv("conv", x, o.wide(layer.out), layer.size, layer.stride))))
			if layer.pool {
				x = maxPool3(x, 1)
			}
		}
		return x
	}}
}
