package backbone

import (
	"fmt"

	. "github.com/gomlx/gomlx/core/graph"
)

// autoEncoders is the encoder of the original's AutoEncoder: 3×3 convolutions with stride 2 of 32, 48, 64 and 128
// channels, each followed by ReLU, and dropout of whole channels between them. Its decoder is
// Decoder{Widths: []int{128, 64, 48, 32}, Plain: true}.
var autoEncoders = family{
	names: []string{"autoencoder"},
	find:  only("autoencoder", autoEncoder),
	norm:  BatchNorm, norms: []Norm{}, stem: LargeStem, stems: []Stem{LargeStem}, drops: true,
}

var autoEncoderWidths = []int{32, 48, 64, 128}

func autoEncoder(o Options) Network {
	return &network{
		card: Card{
			Name: "autoencoder", About: "the encoder of an autoencoder, without normalisation", Source: "the original's AutoEncoder",
			Channels: o.wide(128), Stride: 16, MinSide: 1,
		},
		o: o,
		graph: func(b builder, x *Node) *Node {
			for i, width := range autoEncoderWidths {
				if i > 0 {
					x = b.dropChannels(x, o.Dropout)
				}
				at := b.at(fmt.Sprintf("layer%d", i+1))
				x = relu(at.bias("conv", at.conv("conv", x, o.wide(width), 3, 2)))
			}
			return x
		},
	}
}
