package optimise

import . "github.com/gomlx/gomlx/core/graph"

// Norm is the Euclidean norm of gradients, all together: a scalar.
func Norm(gradients []*Node) *Node {
	var sum *Node
	for _, d := range gradients {
		square := ReduceAllSum(Square(d))
		if sum == nil {
			sum = square
		} else {
			sum = Add(sum, square)
		}
	}
	return Sqrt(sum)
}

// ClipNorm shortens gradients whose Norm is norm to one of at most most.
//
// Source: Pascanu et al. 2013, arXiv:1211.5063, section 3.2.
func ClipNorm(gradients []*Node, norm *Node, most float64) (clipped []*Node) {
	factor := MinScalar(Div(Scalar(norm.Graph(), norm.DType(), most), MaxScalar(norm, 1e-12)), 1)
	for _, d := range gradients {
		clipped = append(clipped, Mul(d, factor))
	}
	return clipped
}
