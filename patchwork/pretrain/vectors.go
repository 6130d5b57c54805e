package pretrain

import (
	"math"

	. "github.com/gomlx/gomlx/core/graph"
)

// unit brings rows to length 1.
func unit(x *Node) *Node {
	return Div(x, Sqrt(AddScalar(ReduceAndKeep(Square(x), ReduceSum, -1), 1e-12)))
}

// softplus is ln(1 + eˣ).
func softplus(x *Node) *Node {
	return Add(MaxScalar(x, 0), Log1P(Exp(Neg(Abs(x)))))
}

// logSum is ln Σ m·eˣ over the last axis; m is 0 or 1 and 1 somewhere in each row.
func logSum(x, m *Node) *Node {
	const far = 1e9
	x = Sub(x, MulScalar(OneMinus(m), far))
	most := StopGradient(ReduceAndKeep(x, ReduceMax, -1))
	return Add(Log(ReduceSum(Exp(Sub(x, most)), -1)), Squeeze(most, -1))
}

// crossEntropy is the mean over rows of -ln of the softmax of logits [n, k] at the column that is 1 in targets [n, k]; rows of targets may also be
// other distributions.
func crossEntropy(logits, targets *Node) *Node {
	return Neg(ReduceAllMean(ReduceSum(Mul(targets, logSoftmax(logits)), -1)))
}

func logSoftmax(x *Node) *Node {
	x = Sub(x, StopGradient(ReduceAndKeep(x, ReduceMax, -1)))
	return Sub(x, Log(ReduceAndKeep(Exp(x), ReduceSum, -1)))
}

// spread is the mean over dimensions of the standard deviation of unit vectors [n, d], times √d: near 1 where they point anywhere, 0 where all
// are the same.
//
// Source: Chen and He 2021, arXiv:2011.10566, section 4.1.
func spread(z *Node) *Node {
	centred := Sub(z, ReduceAndKeep(z, ReduceMean, 0))
	return MulScalar(ReduceAllMean(Sqrt(ReduceMean(Square(centred), 0))), math.Sqrt(float64(z.Shape().Dim(1))))
}
