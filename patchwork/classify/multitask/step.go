package multitask

import (
	"math"

	gomlx "github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train/optimizer"
)

// logVariancePath is the variable of the trained uncertainties, [tasks]. It is no part of a model.
const logVariancePath = "/weighing/log_variance"

// firstLogVariance is where each s_t of AdaptiveWeights begins.
const firstLogVariance = 1

// stepper compiles one step of Adam (Kingma and Ba 2015): (x [batch, in], target [batch, columns], teacher [batch, columns]
// or a scalar that is not read, rate) to [3, tasks]: Σ w_y·(-ln p_y), Σ w_y and s_t, all before the step. What it minimises is
//
//	Σ weighed losses (Options.Weighting) + Distill·Σ Distillation + WeightDecay·½·Σ w²
func stepper(b gomlx.Backend, s *model.Store, l *layout, o Options, given []float64) (*model.Exec, error) {
	return model.NewExec(b, s, func(scope *model.Scope, x, target, teacher, rate *Node) *Node {
		g := x.Graph()
		s.SetTraining(g, true)
		logVariance := s.GetVariable(logVariancePath).NodeValue(g)
		aim := MulScalar(l.halfSquares(s, x), o.WeightDecay)
		var sums, counts []*Node
		for t, z := range l.logits(s, x) {
			mine := func(all *Node) *Node { return Slice(all, AxisRange(), AxisRange(l.offset[t], l.offset[t+1])) }
			y := mine(target)
			sum, count := lossParts(z, y)
			sums, counts = append(sums, sum), append(counts, count)
			loss, known := CrossEntropy(z, y)
			if o.Weighting == AdaptiveWeights {
				aim = Add(aim, Uncertain(loss, known, Reshape(Slice(logVariance, AxisRange(t, t+1)))))
			} else {
				aim = Add(aim, MulScalar(loss, given[t]))
			}
			if o.Distill > 0 {
				aim = Add(aim, MulScalar(Distillation(z, mine(teacher)), o.Distill))
			}
		}
		optimizer.LearningRateVar(scope, dtypes.Float32, 0).SetNodeValue(rate)
		optimizer.Adam().Done().UpdateGraph(scope, g, aim)
		return Stack([]*Node{Stack(sums, 0), Stack(counts, 0), logVariance}, 0)
	})
}

// addLogVariance puts the uncertainties into a store; they are trained only where they are used.
func addLogVariance(s *model.Store, tasks int, o Options) {
	first := make([]float32, tasks)
	for i := range first {
		first[i] = firstLogVariance
	}
	s.VariableWithValue(logVariancePath, tensors.FromFlatDataAndDimensions(first, tasks)).SetTrainable(o.Weighting == AdaptiveWeights)
}

// given are the weights of EqualWeights and ManualWeights, and those with which losses are watched.
func (o Options) given(tasks []Task) []float64 {
	w := make([]float64, len(tasks))
	for t, task := range tasks {
		if w[t] = o.Weights[task.Name]; w[t] == 0 {
			w[t] = 1
		}
	}
	return w
}

// watched is Σ w_t·sum_t/count_t / Σ w_t over the tasks with labels, NaN without any.
func watched(given, sums, counts []float64) float64 {
	loss, weight := 0.0, 0.0
	for t, w := range given {
		if counts[t] > 0 {
			loss, weight = loss+w*sums[t]/counts[t], weight+w
		}
	}
	if weight == 0 {
		return math.NaN()
	}
	return loss / weight
}
