package classify

import . "github.com/gomlx/gomlx/core/graph"

// CosineLoss is SigmoidLoss on logits that see the direction of the features alone:
//
//	z_c = s·cos(x, w_c) + b_c
//
// x is what the last layer reads, features after standardising for the head "linear". s is Options.CosineScale, 16 by default;
// weight decay does not act on w, whose length means nothing.
//
// Source: Wang et al. 2017 (NormFace), arXiv:1704.06369, with a bias and a sigmoid for classes that overlap. The
// original's cosine output took the sigmoid of the cosine itself, so that its scores lay between 0.27 and 0.73.
const CosineLoss Loss = "cosine"

// cosineLogits are z without the bias. Shapes: x [n, dim], weights [dim, classes]; the result is [n, classes].
func cosineLogits(x, weights *Node, scale float64) *Node {
	return MulScalar(MatMul(toUnit(x, -1), toUnit(weights, 0)), scale)
}

// shortest keeps the direction of a vector of zeros, which has none, at 0.
const shortest = 1e-12

// toUnit brings the vectors along an axis to length 1.
func toUnit(x *Node, axis int) *Node {
	return Mul(x, Inverse(Sqrt(AddScalar(ReduceAndKeep(Square(x), ReduceSum, axis), shortest))))
}
