package classify

import . "github.com/gomlx/gomlx/core/graph"

// FocalLoss is the cross-entropy with less weight on images that are already told apart, p = sigmoid(z):
//
//	present: α·(1-p)^γ·(-ln p)      absent: (1-α)·p^γ·(-ln(1-p))
//
// γ is Options.Gamma, 2 by default. α is Options.Alpha; without one both weights are 1, as in the original.
//
// Source: Lin et al. 2017, arXiv:1708.02002, eq. 5.
const FocalLoss Loss = "focal"

func focalParts(c *criterion, z, labels *Node) (sum, count *Node) {
	notPresent, notAbsent := softplus(Neg(z)), softplus(z) // -ln p and -ln(1-p)
	present := Mul(Exp(MulScalar(notAbsent, -c.o.Gamma)), notPresent)
	absent := Mul(Exp(MulScalar(notPresent, -c.o.Gamma)), notAbsent)
	if c.o.Alpha > 0 {
		present, absent = MulScalar(present, c.o.Alpha), MulScalar(absent, 1-c.o.Alpha)
	}
	return c.masked(labels, present, absent)
}
