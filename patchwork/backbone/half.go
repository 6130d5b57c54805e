package backbone

import (
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
)

// exact brings x to float32 where it has 16 bits, which are too few for sums of squares and of exponentials, and back gives a result the type that x
// had. Gradients flow through both. Float32 and float64 stay as they are.
//
// Source: Micikevicius et al. 2018, arXiv:1710.03740, section 3.3: normalisations and softmax read and write 16 bits and compute in 32.
func exact(x *Node) (y *Node, back func(*Node) *Node) {
	dtype := x.DType()
	if dtype.IsHalfPrecision() {
		x = ConvertDType(x, dtypes.Float32)
	}
	return x, func(y *Node) *Node { return ConvertDType(y, dtype) }
}
