package backbone

import (
	"slices"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
)

// dropBranch sets the branch of a residual block to 0 for whole images with probability rate, in training, and multiplies it
// by 1/(1−rate) for the others.
//
// Rates rise evenly from block to block to Options.Dropout.
//
// Source: stochastic depth, Huang et al. 2016, arXiv:1603.09382; the factor as in ConvNeXt, where the paper scales in use.
func (b builder) dropBranch(y *Node, rate float64) *Node {
	dims := ones(y.Rank())
	dims[0] = y.Shape().Dimensions[0]
	return b.drop(y, rate, dims)
}

// dropChannels does the same to whole channels of each image (Tompson et al. 2015, arXiv:1411.4280).
func (b builder) dropChannels(x *Node, rate float64) *Node {
	d, dims := x.Shape().Dimensions, ones(x.Rank())
	dims[0], dims[len(dims)-1] = d[0], d[len(d)-1]
	return b.drop(x, rate, dims)
}

// dropNumbers does the same to single numbers (Srivastava et al. 2014).
func (b builder) dropNumbers(x *Node, rate float64) *Node {
	return b.drop(x, rate, x.Shape().Dimensions)
}

// drop draws once for each place of an array of dims, which is spread over x.
func (b builder) drop(x *Node, rate float64, dims []int) *Node {
	if !b.training || rate == 0 {
		return x
	}
	keep := GreaterOrEqual(b.store.RandomUniform(x.Graph(), shapes.Make(dtypes.Float32, dims...)), Scalar(x.Graph(), dtypes.Float32, rate))
	return Mul(x, MulScalar(ConvertDType(keep, x.DType()), 1/(1-rate)))
}

func ones(rank int) []int { return slices.Repeat([]int{1}, rank) }
