package classify

import . "github.com/gomlx/gomlx/core/graph"

// AsymmetricLoss lets absent labels that are easy count for little and those that are very easy for nothing, p = sigmoid(z):
//
//	present: (1-p)^γ₊·(-ln p)      absent: p_m^γ₋·(-ln(1-p_m)),  p_m = max(p - m, 0)
//
// γ₊ is Options.GammaPresent, 0 by default; γ₋ is Options.GammaAbsent, 4; m is Options.Margin, 0.05. The gradient goes
// through both factors, as in the paper; the authors' program can hold the first one fixed.
//
// Source: Ridnik et al. 2021, arXiv:2009.14119.
const AsymmetricLoss Loss = "asymmetric"

func asymmetricParts(c *criterion, z, labels *Node) (sum, count *Node) {
	notPresent, notAbsent := softplus(Neg(z)), softplus(z) // -ln p and -ln(1-p)
	present := Mul(Exp(MulScalar(notAbsent, -c.o.GammaPresent)), notPresent)
	shifted := AddScalar(Logistic(z), -c.o.Margin)
	// The floor keeps the gradient of the power 0 below the margin, where a power of 0 itself has none.
	weight := Exp(MulScalar(Log(MaxScalar(shifted, 1e-30)), c.o.GammaAbsent))
	absent := Neg(Log(OneMinus(MaxScalar(shifted, 0.0))))
	return c.masked(labels, present, Mul(weight, absent))
}
