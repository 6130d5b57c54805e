package classify

import (
	"math"

	gomlx "github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/model"
)

// gain is what a bias is multiplied by: the norm of a standardised vector of dim features. Adam moves all numbers by about
// the same step; a bias without gain falls far behind the dim weights, which then learn the intercept by heart, row by row.
func gain(dim int) float64 { return math.Sqrt(float64(dim)) }

// logits maps features [n, dim], or maps that a convnet reads, to [n, classes]. In training hidden units fall out by chance (Options.Dropout).
func (c *criterion) logits(h *head, scope *model.Scope, x *Node) *Node {
	value := func(path string) *Node { return scope.Store().GetVariable(path).NodeValue(x.Graph()) }
	mean, scale := value(pathMean), value(pathScale)
	weights, bias := value(pathWeights), value(pathBias)
	if h.convnet != nil {
		x = h.convnet.graph(scope.Store(), x)
	}
	x = dropTaps(scope.Store(), x, mean, h.taps, c.o.ScaleDropout)
	switch {
	case h.hidden > 0:
		x = layers.DropoutStatic(scope, hiddenUnits(scope, x), c.o.Dropout)
	case h.unit:
		x = Mul(Sub(x, ExpandAxes(mean, 0)), ExpandAxes(scale, 0))
	default:
		return folded(x, weights, bias, mean, scale)
	}
	bias = MulScalar(ExpandAxes(bias, 0), h.gain())
	if h.unit {
		return Add(cosineLogits(x, weights, c.o.CosineScale), bias)
	}
	return Add(MatMul(x, weights), bias)
}

// hiddenUnits maps features [n, dim] to what the last layer of an mlp reads, [n, hidden].
func hiddenUnits(scope *model.Scope, x *Node) *Node {
	value := func(path string) *Node { return scope.Store().GetVariable(path).NodeValue(x.Graph()) }
	x = folded(x, value(pathInner), value(pathInnerBias), value(pathMean), value(pathScale))
	return Max(x, ZerosLike(x))
}

// folded is a layer on features that are standardised on the way. That is folded into the weights, so that it costs nothing
// a row:
//
//	((x - mean)·scale) W + √dim·b = x (scale·W) + (√dim·b - (mean·scale) W)
func folded(x, weights, bias, mean, scale *Node) *Node {
	weights = Mul(weights, ExpandAxes(scale, -1))                 // [dim, out]
	offset := MatMul(ExpandAxes(mean, 0), weights)                // [1, out]
	bias = MulScalar(ExpandAxes(bias, 0), gain(x.Shape().Dim(1))) // [1, out]
	return Add(MatMul(x, weights), Sub(bias, offset))             // [n, out]
}

// stepper compiles one training step: (x [n, dim], y [n, classes], rate) to the loss of the batch before the step. Decay adds
// decay/2·Σ W² to what is minimised, not to the reported loss, for the weights of all layers, those of a convnet too, but those of CosineLoss.
func (c *criterion) stepper(b gomlx.Backend, h *head, s *model.Store) (*model.Exec, error) {
	return model.NewExec(b, s, func(scope *model.Scope, x, y, rate *Node) *Node {
		g := x.Graph()
		s.SetTraining(g, true)
		loss := c.taught(c.logits(h, scope, x), y)
		c.update(h, s, c.decayed(h, s, loss), rate)
		return loss
	})
}

// decayed adds to a loss the pull of the weights to 0.
func (c *criterion) decayed(h *head, s *model.Store, loss *Node) *Node {
	if c.o.WeightDecay == 0 {
		return loss
	}
	for _, p := range h.parts() {
		if p.trainable && len(p.dims) >= 2 && !(h.unit && p.path == pathWeights) {
			loss = Add(loss, MulScalar(ReduceAllSum(Square(s.GetVariable(p.path).NodeValue(loss.Graph()))), c.o.WeightDecay/2))
		}
	}
	return loss
}

// judge compiles (x, y) to the two sums of the loss and the logits [n, classes].
func (c *criterion) judge(b gomlx.Backend, h *head, s *model.Store) (*model.Exec, error) {
	return model.NewExec(b, s, func(scope *model.Scope, x, y *Node) (sum, count, logits *Node) {
		z := c.logits(h, scope, x)
		sum, count = c.parts(z, y)
		return sum, count, z
	})
}
