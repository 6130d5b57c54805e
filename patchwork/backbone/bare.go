package backbone

import (
	. "github.com/gomlx/gomlx/core/graph"
)

// bareResnets is the ResNet50 variant of the original: its 7×7 stem with stride 2 has a bias and neither norm nor ReLU nor
// padding, the pooling behind it no padding, and the stride of a bottleneck is in its first convolution.
var bareResnets = family{
	names: []string{"resnet50-bare"},
	find:  only("resnet50-bare", bare),
	norm:  BatchNorm, stem: LargeStem, stems: []Stem{LargeStem},
}

func bare(o Options) Network {
	return &network{
		card: Card{
			Name: "resnet50-bare", About: "ResNet50 as in the original, the stem without normalisation and padding",
			Source: "the original's default; He et al. 2015, arXiv:1512.03385", Channels: 4 * o.wide(512), Stride: 32, MinSide: 11,
		},
		o: o,
		graph: func(b builder, x *Node) *Node {
			stem := b.at("stem")
			x = maxPool3(stem.bias("conv", stem.convPadded("conv", x, o.wide(64), 7, 2, 0)), 0)
			for stage, n := range resnetDesigns["resnet50"].blocks {
				for i := range n {
					stride := 1
					if stage > 0 && i == 0 {
						stride = 2
					}
					x = b.block(stage, i).bareBottleneck(x, o.wide(64<<stage), stride)
				}
			}
			return x
		},
	}
}

// bareBottleneck is bottleneck with the stride in its first convolution.
func (b builder) bareBottleneck(x *Node, width, stride int) *Node {
	y := relu(b.norm("norm1", b.conv("conv1", x, width, 1, stride)))
	y = relu(b.norm("norm2", b.conv("conv2", y, width, 3, 1)))
	y = b.norm("norm3", b.conv("conv3", y, 4*width, 1, 1))
	return relu(Add(b.short(x, 4*width, stride), y))
}
