package network

import (
	"strings"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
)

// HalfSquares is ½·Σ w² over the variables below path: the numbers of kernels, never biases or normalisations. A training
// adds it, times its weight decay, to what it minimises. Without kernels it is 0.
//
// Shapes: the result is a scalar in the dtype of like, whose graph it joins.
func HalfSquares(s *model.Store, path string, vars []Variable, like *Node) *Node {
	sum := ScalarZero(like.Graph(), like.DType())
	for _, v := range vars {
		if v.Role == Kernel {
			sum = Add(sum, ReduceAllSum(Square(s.GetVariable(strings.TrimSuffix(path, "/")+"/"+v.Path).NodeValue(like.Graph()))))
		}
	}
	return MulScalar(sum, 0.5)
}
