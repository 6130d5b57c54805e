package classify

import (
	"errors"
	"fmt"
	"math"

	. "github.com/gomlx/gomlx/core/graph"
)

// Teacher is what a student learns in place of labels: the probability that a class is present on an image, NaN where it does
// not say. Held-out images are judged by their labels all the same.
type Teacher func(row int, class string) float64

// softened is the target of a probability at a temperature T: σ(logit(p)/T). It is clipped to what a float32 holds next to 0 and 1.
func softened(p, temperature float64) float64 {
	p = min(max(p, 1e-7), 1-1e-7)
	return 1 / (1 + math.Exp(-math.Log(p/(1-p))/temperature))
}

// taught is the loss of a student: the loss of the logits divided by T, times T², so that its gradient does not shrink with T.
//
//	T²·mean of BCE(σ(logit(t)/T), σ(z/T))
//
// Source: Hinton, Vinyals and Dean 2015, arXiv:1503.02531, section 2, for classes judged apart.
func (c *criterion) taught(logits, labels *Node) *Node {
	t := c.o.Distil
	if t == 0 || t == 1 {
		return c.loss(logits, labels)
	}
	return MulScalar(c.loss(DivScalar(logits, t), labels), t*t)
}

// teach writes what the teacher says of a training row over its labels: a hard label for the choice of batches, a soft one to learn.
// It says whether the teacher knows anything of the row.
func (p *prepared) teach(row int, temperature float64, hard []int8, soft []float32) (known bool, err error) {
	for c, name := range p.Classes {
		hard[c], soft[c] = -1, -1
		t := p.Teacher(row, name)
		switch {
		case t != t:
			continue
		case t < 0 || t > 1:
			return false, fmt.Errorf("classify: the teacher gives row %d %g for %q; want a probability from 0 to 1, or nothing", row, t, name)
		case t >= 0.5:
			hard[c] = 1
		default:
			hard[c] = 0
		}
		soft[c], known = float32(softened(t, temperature)), true
	}
	return known, nil
}

// canDistil says what a student needs.
func (o Options) canDistil() error {
	if !o.Head.stepwise() || o.Loss != SigmoidLoss && o.Loss != "" {
		return errors.New("classify: a teacher's probabilities are learned by the heads linear and mlp with the loss sigmoid; choose these")
	}
	return nil
}
