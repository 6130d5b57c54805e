package multitask

import (
	. "github.com/gomlx/gomlx/core/graph"
)

// lossFloor keeps the loss of a batch without any label of a task at 0 instead of 0/0.
const lossFloor = 1e-7

// CrossEntropy is the softmax cross-entropy of one task over the images of which it is known:
//
//	L = Σ w_y·(-ln softmax(z)_y) / (Σ w_y + 1e-7)
//
// Shapes: logits z [batch, categories]; target the same, w_y at the true category y and 0 elsewhere, 0 throughout for an
// unknown one. The results are scalars: L, and known, which is 1 if any image is known and else 0.
//
// Source: the masked cross-entropy of the original; with weights it is torch.nn.CrossEntropyLoss.
func CrossEntropy(logits, target *Node) (loss, known *Node) {
	sum, count := lossParts(logits, target)
	return Div(sum, AddScalar(count, lossFloor)), Sign(count)
}

// lossParts are Σ w_y·(-ln softmax(z)_y) and Σ w_y, both scalars.
func lossParts(logits, target *Node) (sum, count *Node) {
	return Neg(ReduceAllSum(Mul(target, LogSoftmax(logits, -1)))), ReduceAllSum(target)
}

// Uncertain weighs a task's loss by a trained uncertainty s = ln σ²:
//
//	known·(exp(-s)·L + s/2)
//
// Shapes: all are scalars. Where no image of the batch is known, s is left alone: the term s/2 by itself would drive it
// down without end.
//
// Source: Kendall, Gal and Cipolla 2018, arXiv:1705.07115, eq. 10 with s in place of ln σ², as section 3.2 advises.
func Uncertain(loss, known, s *Node) *Node {
	return Mul(known, Add(Mul(Exp(Neg(s)), loss), MulScalar(s, 0.5)))
}

// Distillation is how far a student's probabilities are from those of its teacher, in nats:
//
//	mean over images of Σ q·(ln q - ln softmax(z))
//
// Shapes: logits z and the teacher's probabilities q [batch, categories]; the result is a scalar. An image with q = 0
// throughout adds 0, though it counts in the mean. Only the student gets a gradient.
//
// Source: Furlanello et al. 2018, "Born-Again Neural Networks", arXiv:1805.04770; KL(teacher‖student) as in the original.
func Distillation(logits, teacher *Node) *Node {
	q := StopGradient(teacher)
	tiny := ConstAs(q, 1e-30)
	each := Mul(q, Sub(Log(Max(q, tiny)), LogSoftmax(logits, -1)))
	return DivScalar(ReduceAllSum(each), float64(logits.Shape().Dim(0)))
}
