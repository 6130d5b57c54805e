package classify

import . "github.com/gomlx/gomlx/core/graph"

// SoftmaxLoss lets the classes of a group that exclude each other (labels.Table.Groups) share one probability, with "none of
// them" as a further outcome of logit 0:
//
//	p_c = exp(z_c) / (1 + Σ over the group of exp(z))
//
// A group of one class gives sigmoid(z), and so does a class in no group. An image costs, for each group with a known label,
// -ln of the probability that its labels leave: the class that is present, or else "none" and the classes not known to be
// absent. It counts once. Several present ones, which contradict the group, cost -ln of their sum. Label smoothing acts on
// classes in no group alone.
//
// Source: the softmax with the sum over outcomes that a partial label leaves, Jin and Ghahramani 2002.
const SoftmaxLoss Loss = "softmax"

// farBelow is a logit whose exponential is 0.
const farBelow = -1e30

func softmaxParts(c *criterion, z, labels *Node) (sum, count *Node) {
	g := z.Graph()
	members := groupMasks(c.groups, z.Shape().Dim(1))
	single := ExpandAxes(ConstAsDType(g, z.DType(), members[len(c.groups)]), 0)
	cells := c.mix(labels, softplus(Neg(z)), softplus(z))
	known := Mul(NonNegativeIndicator(labels), single)
	sum, count = ReduceAllSum(Mul(known, cells)), ReduceAllSum(known)
	for k := range c.groups {
		in := ExpandAxes(ConstAsDType(g, z.DType(), members[k]), 0) // [1, classes]
		present := Mul(in, PositiveIndicator(labels))
		absent := Mul(in, Sub(NonNegativeIndicator(labels), PositiveIndicator(labels)))
		decided := ReduceMax(present, -1)                                             // [batch], 1 where a class is present
		open := Add(present, Mul(Sub(in, absent), OneMinus(ExpandAxes(decided, -1)))) // outcomes that the labels leave; 2 is as good as 1
		left := logSum(z, open, OneMinus(decided))
		all := logSum(z, Add(in, ZerosLike(z)), OnesLike(decided))
		counts := ReduceMax(Mul(in, NonNegativeIndicator(labels)), -1)
		sum, count = Add(sum, ReduceAllSum(Mul(counts, Sub(all, left)))), Add(count, ReduceAllSum(counts))
	}
	return sum, count
}

// logSum is ln of the sum of exp(z) over the classes where among is positive, and of 1 for "none" where none is: [batch].
func logSum(z, among, none *Node) *Node {
	low := AddScalar(ZerosLike(z), farBelow)
	outcomes := Concatenate([]*Node{
		Where(GreaterThan(among, ZerosLike(among)), z, low),
		ExpandAxes(MulScalar(OneMinus(none), farBelow), -1), // none is 0 or 1
	}, -1)
	top := StopGradient(ReduceMax(outcomes, -1))
	return Add(top, Log(ReduceSum(Exp(Sub(outcomes, ExpandAxes(top, -1))), -1)))
}

// groupMasks are 1 for the classes of each group, and behind them for those in none.
func groupMasks(groups [][]int, classes int) [][]float64 {
	masks := make([][]float64, len(groups)+1)
	rest := make([]float64, classes)
	for i := range rest {
		rest[i] = 1
	}
	for k, group := range groups {
		masks[k] = make([]float64, classes)
		for _, c := range group {
			masks[k][c], rest[c] = 1, 0
		}
	}
	masks[len(groups)] = rest
	return masks
}
