package classify

import (
	"math"

	. "github.com/gomlx/gomlx/core/graph"
)

// AdjustedLoss is SigmoidLoss on logits that know how frequent a class is, so that what is learned beside need not: the scores then
// judge a rare class as if it were as often present as absent.
//
//	z' = z + τ·ln(π/(1-π))
//
// π is the share of present among the labels that batches show, one present and one absent label more counted: with the
// sampling "instance" that of all known labels. τ is Options.Adjust, 1 by default. Scores are made from z.
//
// Source: Menon et al. 2021, arXiv:2007.07314, eq. 10, for two outcomes a class in place of a softmax.
const AdjustedLoss Loss = "adjusted"

func adjustedParts(c *criterion, z, labels *Node) (sum, count *Node) {
	shift := make([]float64, len(c.priors))
	for i, p := range c.priors {
		shift[i] = c.o.Adjust * math.Log(p/(1-p))
	}
	return sigmoidParts(c, Add(z, ExpandAxes(ConstAsDType(z.Graph(), z.DType(), shift), 0)), labels)
}
