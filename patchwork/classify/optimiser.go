package classify

import (
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train/optimizer"
)

// Optimiser says how a step follows from a gradient g.
type Optimiser string

const (
	Adam     Optimiser = "adam"     // Kingma and Ba 2015, arXiv:1412.6980, β 0.9 and 0.999, ε 1e-7
	Momentum Optimiser = "momentum" // v ← 0.9·v + rate·g, w ← w - v
	LARS     Optimiser = "lars"     // the same with 0.001·|w|/|g| as much of g, 1 where either is 0, for all but biases

	momentum = 0.9
	larsRate = 0.001
)

// defaultRate is the first rate where none is given. A momentum of 0.9 makes ten steps of one; LARS steps in thousandths of
// the weights.
func (o Optimiser) defaultRate() float64 {
	switch o {
	case Momentum:
		return 0.03
	case LARS:
		return 3
	}
	return 3e-3
}

// update adds to the graph what one step does to the head's variables.
//
// Source of LARS: You et al. 2017, arXiv:1708.03888, with the rate inside of the velocity and weight decay in g, as the
// original has it (docs/classify.md).
func (c *criterion) update(h *head, scope *model.Scope, aim, rate *Node) {
	g := aim.Graph()
	if c.o.Optimiser == Adam || c.o.Optimiser == "" {
		optimizer.LearningRateVar(scope, dtypes.Float32, 0).SetNodeValue(rate)
		optimizer.Adam().Done().UpdateGraph(scope, g, aim)
		return
	}
	for _, p := range h.parts() {
		if !p.trainable {
			continue
		}
		weights := scope.Store().GetVariable(p.path)
		w := weights.NodeValue(g)
		gradient := Gradient(aim, w)[0]
		if c.o.Optimiser == LARS && len(p.dims) >= 2 {
			long, steep := L2Norm(w), L2Norm(gradient)
			one := OnesLike(long)
			known := LogicalAnd(GreaterThan(long, ZerosLike(long)), GreaterThan(steep, ZerosLike(steep)))
			gradient = Mul(gradient, Where(known, MulScalar(Div(long, Where(known, steep, one)), larsRate), one))
		}
		velocity := scope.Store().VariableWithValue("/optimiser"+p.path, tensors.FromShape(w.Shape())).SetTrainable(false)
		v := Add(MulScalar(velocity.NodeValue(g), momentum), Mul(rate, gradient))
		velocity.SetNodeValue(v)
		weights.SetNodeValue(Sub(w, v))
	}
}
