package backbone

import (
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
)

// dropBranch sets the branch of a residual block to 0 for whole images with probability rate, in training, and multiplies it
// by 1/(1−rate) for the others.
//
// Source: stochastic depth, Huang et al. 2016, arXiv:1603.09382; the factor as in ConvNeXt, where the paper scales in use.
func (b builder) dropBranch(y *Node, rate float64) *Node { return b.drop(y, rate, 1) }

// dropChannels does the same to whole channels of each image (Tompson et al. 2015, arXiv:1411.4280).
func (b builder) dropChannels(x *Node, rate float64) *Node {
	return b.drop(x, rate, x.Shape().Dimensions[x.Rank()-1])
}

func (b builder) drop(x *Node, rate float64, channels int) *Node {
	if !b.training || rate == 0 {
		return x
	}
	dims := make([]int, x.Rank())
	for i := range dims {
		dims[i] = 1
	}
	dims[0], dims[len(dims)-1] = x.Shape().Dimensions[0], channels
	keep := GreaterOrEqual(b.store.RandomUniform(x.Graph(), shapes.Make(dtypes.Float32, dims...)), Scalar(x.Graph(), dtypes.Float32, rate))
	return Mul(x, MulScalar(ConvertDType(keep, x.DType()), 1/(1-rate)))
}
