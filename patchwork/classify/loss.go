package classify

import . "github.com/gomlx/gomlx/core/graph"

// lossFloor keeps the loss of a batch without any known label at 0 instead of 0/0.
const lossFloor = 1e-7

// MaskedLoss is the sigmoid cross-entropy of the known labels, with label smoothing.
//
//	L  = Σ m·BCE(y', sigmoid(z)) / (Σ m + 1e-7)        m = [y ≥ 0], 0 for unknown
//	y' = y·(1-ε) + ε/2
//
// It is computed from the logits z as max(z, 0) - z·y' + ln(1 + exp(-|z|)), which neither overflows nor loses the small
// probabilities. The gradient with respect to z is m·(sigmoid(z) - y')/(Σ m + 1e-7), also at z = 0.
//
// Shapes: logits and labels [batch, classes], labels -1, 0 or 1 in the dtype of the logits; the result is a scalar.
//
// Source: the masked cross-entropy of the original (docs/classify.md).
func MaskedLoss(logits, labels *Node, smoothing float64) *Node {
	sum, known := lossParts(logits, labels, smoothing)
	return Div(sum, AddScalar(known, lossFloor))
}

// lossParts returns Σ m·BCE and Σ m, both scalars.
func lossParts(logits, labels *Node, smoothing float64) (sum, known *Node) {
	mask := NonNegativeIndicator(labels)                             // [batch, classes]
	target := AddScalar(MulScalar(labels, 1-smoothing), smoothing/2) // [batch, classes]; of no use where the mask is 0
	softplus := Add(Max(logits, ZerosLike(logits)), Log1P(Exp(Neg(Abs(logits)))))
	each := Sub(softplus, Mul(logits, target)) // [batch, classes]
	return ReduceAllSum(Mul(mask, each)), ReduceAllSum(mask)
}
