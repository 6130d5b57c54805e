package optimise

import . "github.com/gomlx/gomlx/core/graph"

// ClipNorm shortens gradients, all together, to a Euclidean norm of at most most, and returns that which they had.
//
// Source: Pascanu et al. 2013, arXiv:1211.5063, section 3.2.
func ClipNorm(gradients []*Node, most float64) (clipped []*Node, norm *Node) {
	for _, d := range gradients {
		square := ReduceAllSum(Square(d))
		if norm == nil {
			norm = square
		} else {
			norm = Add(norm, square)
		}
	}
	norm = Sqrt(norm)
	factor := MinScalar(Div(Scalar(norm.Graph(), norm.DType(), most), MaxScalar(norm, 1e-12)), 1)
	for _, d := range gradients {
		clipped = append(clipped, Mul(d, factor))
	}
	return clipped, norm
}
