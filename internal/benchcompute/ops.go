package main

import (
	"math"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
)

// operations are the single operations in GoMLX. Pictures are [batch, height, width, channels].
var operations = map[string]func(w Work, x []*Node) *Node{
	"matmul": func(_ Work, x []*Node) *Node { return MatMul(x[0], x[1]) },
	"conv": func(w Work, x []*Node) *Node {
		c := Convolve(x[0], x[1]).PadSame().Strides(w.Stride)
		if w.Groups > 1 {
			c = c.ChannelGroupCount(w.Groups)
		}
		return c.Done()
	},
	"batchnorm": func(_ Work, x []*Node) *Node {
		y, _, _ := batchNorm(x[0], x[1], x[2])
		return y
	},
	"layernorm": func(_ Work, x []*Node) *Node {
		mean, variance := moments(x[0], -1)
		return normalize(x[0], mean, variance, x[1], x[2])
	},
	"gelu":    func(_ Work, x []*Node) *Node { return gelu(x[0]) },
	"softmax": func(_ Work, x []*Node) *Node { return Softmax(x[0], -1) },
	"maxpool": func(w Work, x []*Node) *Node {
		if w.Kernel == w.Stride {
			return MaxPool(x[0]).Window(w.Kernel).NoPadding().Done()
		}
		return MaxPool(x[0]).Window(w.Kernel).Strides(w.Stride).PadSame().Done()
	},
	"meanpool": func(w Work, x []*Node) *Node { return MeanPool(x[0]).Window(w.Kernel).NoPadding().Done() },
}

// moments are mean and variance over axes, which stay as axes of size 1.
func moments(x *Node, axes ...int) (mean, variance *Node) {
	mean = ReduceAndKeep(x, ReduceMean, axes...)
	return mean, ReduceAndKeep(Square(Sub(x, mean)), ReduceMean, axes...)
}

// batchNorm normalises each channel over the batch and returns mean and variance [channels] as well. It is the operation
// that GoMLX's layer uses where the backend has it, and written out where it has not.
func batchNorm(x, gain, shift *Node) (y, mean, variance *Node) {
	if x.Graph().Backend().Capabilities().Operations[compute.OpTypeBatchNormForTraining] {
		return InternalBatchNormForTraining(x, gain, shift, epsilon, x.Rank()-1)
	}
	mean, variance = moments(x, 0, 1, 2)
	c := last(x)
	return normalize(x, mean, variance, gain, shift), Reshape(mean, c), Reshape(variance, c)
}

const epsilon = 1e-5 // PyTorch's

// normalize returns (x − mean)/√(variance + ε)·gain + shift; gain and shift belong to the last axis.
func normalize(x, mean, variance, gain, shift *Node) *Node {
	y := Mul(Sub(x, mean), Inverse(Sqrt(AddScalar(variance, epsilon)))) // GoMLX has no gradient of Rsqrt
	return Add(Mul(y, ExpandLeftToRank(gain, x.Rank())), ExpandLeftToRank(shift, x.Rank()))
}

func relu(x *Node) *Node { return Max(x, ScalarZero(x.Graph(), x.DType())) }

func gelu(x *Node) *Node {
	return Mul(MulScalar(x, 0.5), OnePlus(Erf(MulScalar(x, 1/math.Sqrt2))))
}

// withGradients returns the result of f and the gradients of ΣΣ result·g with respect to its inputs, g being the last.
func withGradients(f func(x []*Node) *Node) func(x []*Node) []*Node {
	return func(x []*Node) []*Node {
		x, g := x[:len(x)-1], x[len(x)-1]
		y := f(x)
		return append([]*Node{y}, Gradient(ReduceAllSum(Mul(y, g)), x...)...)
	}
}
