package main

import (
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/initializer"
)

// layers builds parts of networks and counts what their products and convolutions cost.
type layers struct {
	training bool
	flops    float64 // of one forward pass
}

func (l *layers) weights(s *model.Scope, g *Graph, dims ...int) *Node {
	return s.WithInitializer(initializer.XavierNormalFn(s.Store())).VariableWithShape("weights", shapes.Make(dtypes.Float32, dims...)).NodeValue(g)
}

// channels is a variable with one number for each channel.
func channels(s *model.Scope, name string, init model.VariableInitializer, c int) *model.Variable {
	return s.WithInitializer(init).VariableWithShape(name, shapes.Make(dtypes.Float32, c))
}

// conv is a convolution without bias that keeps the size, but for strides.
func (l *layers) conv(s *model.Scope, x *Node, out, size, stride int) *Node {
	in := last(x)
	y := Convolve(x, l.weights(s, x.Graph(), size, size, in, out)).PadSame().Strides(stride).Done()
	l.flops += 2 * float64(y.Shape().Size()*in*size*size)
	return y
}

// depthwise is a convolution of each channel by itself, with bias.
func (l *layers) depthwise(s *model.Scope, x *Node, size int) *Node {
	c := last(x)
	y := Convolve(x, l.weights(s, x.Graph(), size, size, 1, c)).PadSame().ChannelGroupCount(c).Done()
	l.flops += 2 * float64(y.Shape().Size()*size*size)
	return l.bias(s, y)
}

// patches turns squares of pixels into vectors: a convolution with bias whose stride is its size.
func (l *layers) patches(s *model.Scope, x *Node, out, size int) *Node {
	in := last(x)
	y := Convolve(x, l.weights(s, x.Graph(), size, size, in, out)).NoPadding().Strides(size).Done()
	l.flops += 2 * float64(y.Shape().Size()*in*size*size)
	return l.bias(s, y)
}

// dense is a product with weights over the last axis, with bias.
func (l *layers) dense(s *model.Scope, x *Node, out int) *Node {
	in := last(x)
	dims := append([]int{}, x.Shape().Dimensions...)
	dims[len(dims)-1] = out
	y := MatMul(Reshape(x, x.Shape().Size()/in, in), l.weights(s, x.Graph(), in, out)) // [rows, out]
	l.flops += 2 * float64(y.Shape().Size()*in)
	return Reshape(l.bias(s, y), dims...)
}

func (l *layers) bias(s *model.Scope, x *Node) *Node {
	b := channels(s, "bias", initializer.Zero, last(x)).NodeValue(x.Graph())
	return Add(x, ExpandLeftToRank(b, x.Rank()))
}

func (l *layers) layerNorm(s *model.Scope, x *Node) *Node {
	gain, shift := channels(s, "gain", initializer.One, last(x)), channels(s, "shift", initializer.Zero, last(x))
	mean, variance := moments(x, -1)
	return normalize(x, mean, variance, gain.NodeValue(x.Graph()), shift.NodeValue(x.Graph()))
}

// batchNorm keeps running means and variances as PyTorch does, with momentum 0.1, and uses them when not training.
func (l *layers) batchNorm(s *model.Scope, x *Node) *Node {
	g, c := x.Graph(), last(x)
	gain, shift := channels(s, "gain", initializer.One, c), channels(s, "shift", initializer.Zero, c)
	means := channels(s, "means", initializer.Zero, c).SetTrainable(false)
	variances := channels(s, "variances", initializer.One, c).SetTrainable(false)
	if !l.training {
		mean, variance := ExpandLeftToRank(means.NodeValue(g), 4), ExpandLeftToRank(variances.NodeValue(g), 4)
		return normalize(x, mean, variance, gain.NodeValue(g), shift.NodeValue(g))
	}
	y, mean, variance := batchNorm(x, gain.NodeValue(g), shift.NodeValue(g))
	follow := func(v *model.Variable, now *Node) {
		v.SetNodeValue(Add(MulScalar(v.NodeValue(g), 0.9), MulScalar(StopGradient(now), 0.1)))
	}
	follow(means, mean)
	follow(variances, variance)
	return y
}

func last(x *Node) int { return x.Shape().Dimensions[x.Rank()-1] }
