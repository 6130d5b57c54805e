package classify

import . "github.com/gomlx/gomlx/core/graph"

// SigmoidLoss is the cross-entropy of each class on its own, with label smoothing.
//
//	present: -ln sigmoid(z)      absent: -ln(1 - sigmoid(z))
//
// Source: the masked cross-entropy of the original (docs/classify.md).
const SigmoidLoss Loss = "sigmoid"

func sigmoidParts(c *criterion, z, labels *Node) (sum, count *Node) {
	return c.masked(labels, softplus(Neg(z)), softplus(z))
}

// MaskedLoss is SigmoidLoss as a function of its own: the mean over the known labels, a scalar.
//
// Shapes: logits and labels [batch, classes], labels -1, 0 or 1 in the dtype of the logits. The gradient with respect to z is
// m·(sigmoid(z) - y')/(Σ m + 1e-7), m = 1 where the label is known, also at z = 0.
func MaskedLoss(logits, labels *Node, smoothing float64) *Node {
	c := criterion{o: Options{Loss: SigmoidLoss, Smoothing: smoothing}}
	return c.loss(logits, labels)
}
