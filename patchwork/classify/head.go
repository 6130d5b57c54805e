package classify

import (
	"fmt"
	"math"

	gomlx "github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train/optimizer"
)

// Paths of the variables of a head, in its store and in its checkpoint.
const (
	pathWeights = "/head/weights"   // [dim, classes]
	pathBias    = "/head/bias"      // [classes]
	pathMean    = "/standard/mean"  // [dim]
	pathScale   = "/standard/scale" // [dim]
)

// head holds the numbers of a model on the host.
type head struct {
	dim, classes               int
	weights, bias, mean, scale []float32
}

// store returns a fresh model store with the head's variables. Only weights and bias are trainable.
func (h *head) store() *model.Store {
	s := model.NewStore()
	s.VariableWithValue(pathWeights, tensors.FromFlatDataAndDimensions(h.weights, h.dim, h.classes))
	s.VariableWithValue(pathBias, tensors.FromFlatDataAndDimensions(h.bias, h.classes))
	s.VariableWithValue(pathMean, tensors.FromFlatDataAndDimensions(h.mean, h.dim)).SetTrainable(false)
	s.VariableWithValue(pathScale, tensors.FromFlatDataAndDimensions(h.scale, h.dim)).SetTrainable(false)
	return s
}

// read copies the variables of a store into the head.
func (h *head) read(s *model.Store) error {
	for _, part := range []struct {
		path string
		to   *[]float32
	}{{pathWeights, &h.weights}, {pathBias, &h.bias}, {pathMean, &h.mean}, {pathScale, &h.scale}} {
		v := s.GetVariable(part.path)
		if v == nil {
			return fmt.Errorf("variable %s is missing", part.path)
		}
		t, err := v.Value()
		if err != nil {
			return fmt.Errorf("variable %s: %w", part.path, err)
		}
		if *part.to, err = tensors.CopyFlatData[float32](t); err != nil {
			return fmt.Errorf("variable %s: %w", part.path, err)
		}
	}
	return nil
}

// gain is what the bias is multiplied by: the norm of a standardised feature vector. Adam moves all numbers by about the
// same step; a bias without gain falls far behind the dim weights, which then learn the intercept by heart, row by row.
func gain(dim int) float64 { return math.Sqrt(float64(dim)) }

// logits maps features [n, dim] to [n, classes]. Standardising is folded into the weights, so that it costs nothing a row:
//
//	((x - mean)·scale) W + √dim·b = x (scale·W) + (√dim·b - (mean·scale) W)
func logits(scope *model.Scope, x *Node) *Node {
	g := x.Graph()
	value := func(path string) *Node { return scope.Store().GetVariable(path).NodeValue(g) }
	scale := ExpandAxes(value(pathScale), -1)                                 // [dim, 1]
	weights := Mul(value(pathWeights), scale)                                 // [dim, classes]
	offset := MatMul(ExpandAxes(value(pathMean), 0), weights)                 // [1, classes]
	bias := MulScalar(ExpandAxes(value(pathBias), 0), gain(x.Shape().Dim(1))) // [1, classes]
	return Add(MatMul(x, weights), Sub(bias, offset))                         // [n, classes]
}

// stepper compiles one training step: (x [n, dim], y [n, classes], rate) to the loss of the batch before the step. Adam
// (Kingma and Ba 2015) moves weights and bias; decay adds decay/2·Σ W² to what it minimises, not to the reported loss.
func stepper(b gomlx.Backend, s *model.Store, smoothing, decay float64) (*model.Exec, error) {
	return model.NewExec(b, s, func(scope *model.Scope, x, y, rate *Node) *Node {
		g := x.Graph()
		s.SetTraining(g, true)
		loss := MaskedLoss(logits(scope, x), y, smoothing)
		aim := loss
		if decay > 0 {
			aim = Add(loss, MulScalar(ReduceAllSum(Square(s.GetVariable(pathWeights).NodeValue(g))), decay/2))
		}
		optimizer.LearningRateVar(scope, dtypes.Float32, 0).SetNodeValue(rate)
		optimizer.Adam().Done().UpdateGraph(scope, g, aim)
		return loss
	})
}

// judge compiles (x, y) to the sum of the losses of the known labels, their number, and the probabilities [n, classes].
func judge(b gomlx.Backend, s *model.Store, smoothing float64) (*model.Exec, error) {
	return model.NewExec(b, s, func(scope *model.Scope, x, y *Node) (sum, known, probs *Node) {
		z := logits(scope, x)
		sum, known = lossParts(z, y, smoothing)
		return sum, known, Logistic(z)
	})
}

// scorer compiles x to the probabilities [n, classes].
func scorer(b gomlx.Backend, s *model.Store) (*model.Exec, error) {
	return model.NewExec(b, s, func(scope *model.Scope, x *Node) *Node { return Logistic(logits(scope, x)) })
}
