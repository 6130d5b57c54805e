package semi

import (
	. "github.com/gomlx/gomlx/core/graph"
)

// floor keeps the term of a batch without any unknown cell at 0 instead of 0/0.
const floor = 1e-7

// Term is the consistency term and how much of it counts, both scalars. weak are probabilities of the weak views and strong the
// logits of the strong ones, [n, classes]; unknown is 1 for a cell without label and 0 for others, [n, classes]; from and
// sharp are Rule.Limits, [2, classes]. weak passes no gradient.
//
// counted is Σ w / number of unknown cells.
func Term(weak, strong, unknown, from, sharp *Node, soft bool) (term, counted *Node) {
	weak = StopGradient(weak)
	present := GreaterThan(weak, Scalar(weak.Graph(), weak.DType(), 0.5)) // [n, classes]
	confidence := Where(present, weak, OneMinus(weak))
	side := func(limits *Node) *Node { // that of the answer
		of := func(i int) *Node { return BroadcastToShape(Slice(limits, AxisElem(i), AxisRange()), weak.Shape()) }
		return Where(present, of(1), of(0))
	}
	below := Min(Sub(confidence, side(from)), ZerosLike(confidence))
	w := ConvertDType(Equal(below, ZerosLike(below)), weak.DType())
	if soft {
		w = Exp(Neg(Mul(side(sharp), Square(below))))
	}
	w = StopGradient(Mul(w, unknown))
	// BCE(1, σ(z)) = softplus(-z), BCE(0, σ(z)) = softplus(z)
	signed := Where(present, Neg(strong), strong)
	cost := Add(Max(signed, ZerosLike(signed)), Log1P(Exp(Neg(Abs(signed)))))
	cells := AddScalar(ReduceAllSum(unknown), floor)
	return Div(ReduceAllSum(Mul(w, cost)), cells), Div(ReduceAllSum(w), cells)
}
