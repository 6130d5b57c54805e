package classify

import . "github.com/gomlx/gomlx/core/graph"

// WeakLoss is SigmoidLoss in which an unknown label counts as absent, with a small weight: for those who mark what is there and
// leave the rest. Sum and count both have w for an unknown cell in place of 1, w = Options.UnknownWeight, 0.05 by default.
//
// Source: the weak negatives of Perch (perch-hoplite, train_linear.py), weight 0.05; Cole et al. 2021, arXiv:2106.09708 (weak assume negative).
const WeakLoss Loss = "weak"

func weakParts(c *criterion, z, labels *Node) (sum, count *Node) {
	absent := softplus(z)
	sum, count = c.masked(labels, softplus(Neg(z)), absent)
	unknown := ConvertDType(Equal(labels, AddScalar(ZerosLike(labels), -1)), z.DType())
	weak := MulScalar(unknown, c.o.UnknownWeight)
	zero := c.mix(ZerosLike(labels), softplus(Neg(z)), absent)
	return Add(sum, ReduceAllSum(Mul(weak, zero))), Add(count, ReduceAllSum(weak))
}
