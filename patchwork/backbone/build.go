package backbone

import (
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
)

// builder is a place in a store at which layers are made.
type builder struct {
	store    *model.Store
	path     string
	o        Options
	training bool
	kernels  float64 // standard deviation of first kernels; 0 means He's
}

// at is a place below.
func (b builder) at(name string) builder {
	b.path = model.JoinPath(b.path, name)
	return b
}

// value is a variable as a part of the graph of like, in its dtype.
func (b builder) value(name string, begin first, like *Node, dims ...int) *Node {
	return ConvertDType(b.variable(name, begin, dims...).NodeValue(like), like.DType())
}

// kernel is one with so many inputs to each output.
func (b builder) kernel(like *Node, inputs int, dims ...int) *Node {
	begin := he(inputs)
	if b.kernels != 0 {
		begin = first{spread: b.kernels}
	}
	return b.value("kernel", begin, like, dims...)
}

// conv is a convolution without bias, with kernels of size×size, zeros of size/2 on each side, as PyTorch pads.
func (b builder) conv(name string, x *Node, out, size, stride int) *Node {
	return b.convPadded(name, x, out, size, stride, size/2)
}

// patches is a convolution without bias of patches that do not overlap; a rest at the right and the lower border is left out.
func (b builder) patches(name string, x *Node, out, size int) *Node {
	return b.convPadded(name, x, out, size, size, 0)
}

// convPadded is a convolution without bias, with zeros of pad on each side.
func (b builder) convPadded(name string, x *Node, out, size, stride, pad int) *Node {
	in := x.Shape().Dimensions[3]
	kernel := b.at(name).kernel(x, size*size*in, size, size, in, out)
	return Convolve(x, kernel).StridePerAxis(stride, stride).PaddingPerDim([][2]int{{pad, pad}, {pad, pad}}).Done()
}

// depthwise is a convolution of each channel alone, of stride 1, with bias.
func (b builder) depthwise(name string, x *Node, size int) *Node {
	c, pad := x.Shape().Dimensions[3], size/2
	kernel := b.at(name).kernel(x, size*size, size, size, 1, c)
	x = Convolve(x, kernel).ChannelGroupCount(c).PaddingPerDim([][2]int{{pad, pad}, {pad, pad}}).Done()
	return b.bias(name, x)
}

// dense is a linear layer with bias over the last axis.
func (b builder) dense(name string, x *Node, out int) *Node {
	dims := x.Shape().Dimensions
	in := dims[len(dims)-1]
	y := MatMul(Reshape(x, -1, in), b.at(name).kernel(x, in, in, out))
	y = b.bias(name, y)
	return Reshape(y, append(append([]int{}, dims[:len(dims)-1]...), out)...)
}

// bias adds a number to each channel.
func (b builder) bias(name string, x *Node) *Node { return Add(x, b.channels(name, "bias", 0, x)) }

// channels is a variable with one number for each channel of x, spread to its rank.
func (b builder) channels(name, what string, begin float64, x *Node) *Node {
	v := b.at(name).value(what, first{value: begin}, x, x.Shape().Dimensions[x.Rank()-1])
	return ExpandLeftToRank(v, x.Rank())
}

func relu(x *Node) *Node { return Max(x, ScalarZero(x.Graph(), x.DType())) }

// maxPool3 is the largest of each window of 3×3 with stride 2; what is added at the borders never wins. Windows overlap, so gradients are sums.
func maxPool3(x *Node, pad int) *Node {
	x, back := exact(x)
	return back(MaxPool(x).Window(3).Strides(2).PaddingPerDim([][2]int{{pad, pad}, {pad, pad}}).Done())
}
