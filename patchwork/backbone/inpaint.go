package backbone

import (
	"fmt"

	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
)

// contextEncoders is the encoder of the original's ContextEncoder, after Pathak et al. 2016, arXiv:1604.07379: five 4×4
// convolutions with stride 2 of 32, 64, 128, 256 and 512 channels, each followed by LeakyReLU 0.2 and norm.
var contextEncoders = family{
	names: []string{"context-encoder"},
	find:  only("context-encoder", contextEncoder),
	norm:  BatchNorm, stem: LargeStem, stems: []Stem{LargeStem},
}

var contextWidths = []int{32, 64, 128, 256, 512}

func contextEncoder(o Options) Network {
	return &network{
		card: Card{
			Name: "context-encoder", About: "the encoder of inpainting", Source: "Pathak et al. 2016, arXiv:1604.07379; the original's ContextEncoder",
			Channels: o.wide(512), Stride: 32, MinSide: 32,
		},
		o: o,
		graph: func(b builder, x *Node) *Node {
			for i, width := range contextWidths {
				at := b.at(fmt.Sprintf("layer%d", i+1))
				x = at.bias("conv", at.convPadded("conv", x, o.wide(width), 4, 2, 1))
				x = at.norm("norm", Max(x, MulScalar(x, 0.2)))
			}
			return x
		},
	}
}

// Bottleneck mixes the places of the map between encoder and decoder of inpainting.
type Bottleneck struct {
	Depthwise bool    // a 5×5 convolution of each channel alone, which takes maps of any size; else a dense layer over all places of each channel, with ReLU and dropout, for maps of one size
	Dropout   float64 // share of the numbers that the dense layer drops in training, in [0, 0.9]
}

// Graph mixes a map [batch, h, w, channels] and ends in a 1×1 convolution to as many channels.
//
// Source: Pathak et al. 2016, section 3.1, "channel-wise fully-connected layer". It panics for a bad dropout.
func (o Bottleneck) Graph(scope *model.Scope, m *Node) *Node {
	if o.Dropout < 0 || o.Dropout > 0.9 {
		panic(fmt.Errorf("backbone.Bottleneck: Dropout is %g; want 0 to 0.9", o.Dropout))
	}
	b := place(scope, m)
	d := m.Shape().Dimensions
	if o.Depthwise {
		m = b.depthwise("depthwise", m, 5)
	} else {
		m = b.dropNumbers(relu(b.channelDense("places", m)), o.Dropout)
	}
	return b.dense("mix", m, d[3])
}

// place is that of layers that belong to no network.
func place(scope *model.Scope, x *Node) builder {
	return builder{store: scope.Store(), path: scope.Scope(), o: Options{Width: 1}, training: scope.Store().IsTraining(x.Graph())}
}

// channelDense is a dense layer over the places of a map, of other weights for each channel.
func (b builder) channelDense(name string, m *Node) *Node {
	d := m.Shape().Dimensions
	n := d[1] * d[2]
	kernel := b.at(name).kernel(m, n, d[3], n, n)
	m = Einsum("bnc,cnm->bmc", Reshape(m, d[0], n, d[3]), kernel)
	bias := b.at(name).value("bias", first{}, m, n, d[3])
	return Reshape(Add(m, ExpandLeftToRank(bias, 3)), d...)
}

// Decoder makes images of a map. The zero value is that of inpainting; its networks do the reverse of the encoder's.
type Decoder struct {
	Widths  []int   // channels of the 4×4 transposed convolutions, each of stride 2; nil means 512, 256, 128, 64, 32
	Plain   bool    // without batch normalisation
	Dropout float64 // share of the channels that is dropped between them in training, in [0, 0.9]
	Outputs int     // channels of the images; 0 means 3
}

// Graph makes images [batch, 2ⁿh, 2ⁿw, Outputs] in (0, 1) of a map [batch, h, w, channels], n being the number of Widths:
// each transposed convolution is followed by ReLU and norm, and at the end come a 3×3 convolution and the logistic function.
//
// It panics for a bad option.
func (o Decoder) Graph(scope *model.Scope, m *Node) *Node {
	if o.Widths == nil {
		o.Widths = []int{512, 256, 128, 64, 32}
	}
	if o.Outputs == 0 {
		o.Outputs = 3
	}
	if o.Dropout < 0 || o.Dropout > 0.9 || o.Outputs < 0 {
		panic(fmt.Errorf("backbone.Decoder: Dropout is %g and Outputs %d; want 0 to 0.9 and 1 or more", o.Dropout, o.Outputs))
	}
	b := place(scope, m)
	for i, width := range o.Widths {
		at := b.at(fmt.Sprintf("layer%d", i+1))
		m = relu(at.bias("conv", at.transposed("conv", m, width)))
		if !o.Plain {
			m = at.batchNorm("norm", m)
		}
		m = at.dropChannels(m, o.Dropout)
	}
	at := b.at("image")
	return Sigmoid(at.bias("conv", at.conv("conv", m, o.Outputs, 3, 1)))
}

// transposed is a 4×4 transposed convolution with stride 2, without bias, whose map is twice as high and wide.
//
// Each output is a sum over 2×2 inputs with one of four sets of weights, by whether its row and its column are even. So
// it is written as a 2×2 convolution to four times the channels whose results are put side by side: the kernel is
// [2, 2, in, 4·out], and with a, b for odd rows and columns and s, t for the first or second input its (s, t, :, a, b)
// is what a kernel of PyTorch's ConvTranspose2d has at row 3−2s−a, column 3−2t−b.
func (b builder) transposed(name string, x *Node, out int) *Node {
	d := x.Shape().Dimensions
	kernel := b.at(name).kernel(x, 4*d[3], 2, 2, d[3], 4*out)
	// GoMLX has no gradient of a 2×2 convolution with zeros around, so the kernel gets a row and a column of zeros.
	zeros := func(dims ...int) *Node { return Zeros(x.Graph(), shapes.Make(x.DType(), dims...)) }
	kernel = Concatenate([]*Node{kernel, zeros(1, 2, d[3], 4*out)}, 0)
	kernel = Concatenate([]*Node{kernel, zeros(3, 1, d[3], 4*out)}, 1)
	y := Convolve(x, kernel).PaddingPerDim([][2]int{{1, 2}, {1, 2}}).Done() // [batch, h+1, w+1, 4·out]
	phase := func(a, c int) *Node {
		i := 2*a + c
		return Slice(y, AxisRange(), AxisRange(a, a+d[1]), AxisRange(c, c+d[2]), AxisRange(i*out, (i+1)*out))
	}
	row := func(a int) *Node {
		return Reshape(Stack([]*Node{phase(a, 0), phase(a, 1)}, 3), d[0], d[1], 2*d[2], out)
	}
	return Reshape(Stack([]*Node{row(0), row(1)}, 2), d[0], 2*d[1], 2*d[2], out)
}

// Discriminator tells images from what a decoder made.
type Discriminator struct {
	Widths []int // channels of the 4×4 convolutions, each of stride 2; nil means 64, 128, 256, 512
}

// Graph is a logit for each image [batch, height, width, channels] in [0, 1], high for true ones: [batch]. Each convolution
// is followed by ReLU and norm; then come the largest of each channel and a dense layer.
//
// Source: Pathak et al. 2016, section 3.2, in the form of the original.
func (o Discriminator) Graph(scope *model.Scope, x *Node) *Node {
	if o.Widths == nil {
		o.Widths = []int{64, 128, 256, 512}
	}
	b := place(scope, x)
	for i, width := range o.Widths {
		at := b.at(fmt.Sprintf("layer%d", i+1))
		x = at.batchNorm("norm", relu(at.bias("conv", at.convPadded("conv", x, width, 4, 2, 1))))
	}
	return Reshape(b.dense("out", ReduceMax(x, 1, 2), 1), -1)
}
