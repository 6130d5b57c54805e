package classify

import . "github.com/gomlx/gomlx/core/graph"

// ExpectedLoss is SigmoidLoss with a rein for labels that are nearly all present, which alone would make every class present
// everywhere: the number of classes that the scores find on an image, on average over the images of a batch, is drawn to k.
//
//   - λ·((mean over images of Σ over classes of p) - k)² / C²
//
// k is Options.Expected, 1 by default, and λ Options.ExpectedWeight, 1. Unlike in the paper, known absent labels count too,
// and the first term is a mean over known cells instead of images. The validation loss takes blocks of 256 images as batches.
//
// Source: Cole et al. 2021, arXiv:2106.09708 (expected positive regularisation; not the label estimates of ROLE).
const ExpectedLoss Loss = "expected"

func expectedParts(c *criterion, z, labels *Node) (sum, count *Node) {
	sum, count = sigmoidParts(c, z, labels)
	there := NonNegativeIndicator(AddScalar(labels, 1)) // 0 in lines without image
	classes := float64(z.Shape().Dim(1))
	images := DivScalar(ReduceAllSum(there), classes)
	found := Div(ReduceAllSum(Mul(there, Logistic(z))), images)
	gap := DivScalar(AddScalar(found, -c.o.Expected), classes)
	return Add(sum, Mul(count, MulScalar(Square(gap), c.o.ExpectedWeight))), count
}
