package optimise

import (
	"errors"
	"fmt"
	"slices"

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
	AdamW    Optimiser = "adamw"    // the same, and kernels shrink by rate·decay of themselves: Loshchilov and Hutter 2019, arXiv:1711.05101
	Momentum Optimiser = "momentum" // v ← 0.9·v + rate·g, w ← w - v
	LARS     Optimiser = "lars"     // the same with 0.001·|w|/|g| as much of g, 1 where either is 0, for kernels

	momentum = 0.9
	larsRate = 0.001
	scope    = "/optimiser"
)

// DefaultRate is a rate to begin with where none is given, for a head on features. A momentum of 0.9 makes ten steps of one; LARS
// steps in thousandths of the weights.
func (o Optimiser) DefaultRate() float64 {
	switch o {
	case Momentum:
		return 0.03
	case LARS:
		return 0.5
	}
	return 3e-3
}

// Adaptive reports whether the length of a step hardly depends on that of the gradient, as Adam's.
func (o Optimiser) Adaptive() bool { return o == Adam || o == AdamW }

// Variable is one that is trained.
type Variable struct {
	Path   string // in the store
	Kernel bool   // decay acts on it, and the scaling of LARS; biases, gains and shifts are none
}

// Gradients are those of a loss by variables of the store.
func Gradients(store *model.Store, loss *Node, of []Variable) []*Node {
	values := make([]*Node, len(of))
	for i, v := range of {
		values[i] = store.GetVariable(v.Path).NodeValue(loss.Graph())
	}
	return Gradient(loss, values...)
}

// Step adds to the graph what one step does to variables, all that the graph trains: gradients are those of Gradients in the same order, rate is a
// scalar. Decay is that of AdamW; for the others it belongs into the loss.
//
// Source of LARS: You et al. 2017, arXiv:1708.03888, with the rate inside of the velocity and weight decay in g, as the
// original has it (docs/classify.md).
func (o Optimiser) Step(store *model.Store, of []Variable, gradients []*Node, rate *Node, decay float64) {
	g := rate.Graph()
	if o == Momentum || o == LARS {
		for i, v := range of {
			o.slide(store, v, gradients[i], rate)
		}
		return
	}
	before := make(map[string]*Node, len(of))
	byPath := make(map[string]*Node, len(of))
	for i, v := range of {
		before[v.Path], byPath[v.Path] = store.GetVariable(v.Path).NodeValue(g), gradients[i]
	}
	var inOrder []*Node // of the store, as GoMLX wants them
	for v := range store.IterVariables() {
		if v.Trainable && v.InUseByGraph(g) {
			gradient, ok := byPath[v.Path()]
			if !ok {
				panic(fmt.Errorf("optimise: %s is trained and has no gradient", v.Path()))
			}
			inOrder = append(inOrder, gradient)
		}
	}
	root := store.RootScope()
	optimizer.LearningRateVar(root, dtypes.Float32, 0).SetNodeValue(rate)
	// GoMLX's own decay would act on biases too.
	optimizer.Adam().Done().(interface {
		UpdateGraphWithGradients(*model.Scope, []*Node, dtypes.DType)
	}).UpdateGraphWithGradients(root, inOrder, dtypes.Float32)
	if o != AdamW || decay == 0 {
		return
	}
	for _, v := range of {
		if variable := store.GetVariable(v.Path); v.Kernel {
			variable.SetNodeValue(Sub(variable.NodeValue(g), MulScalar(Mul(before[v.Path], rate), decay)))
		}
	}
}

// slide is a step with a velocity.
func (o Optimiser) slide(store *model.Store, of Variable, gradient, rate *Node) {
	weights := store.GetVariable(of.Path)
	w := weights.NodeValue(rate.Graph())
	if o == LARS && of.Kernel {
		long, steep := L2Norm(w), L2Norm(gradient)
		one := OnesLike(long)
		known := LogicalAnd(GreaterThan(long, ZerosLike(long)), GreaterThan(steep, ZerosLike(steep)))
		gradient = Mul(gradient, Where(known, MulScalar(Div(long, Where(known, steep, one)), larsRate), one))
	}
	velocity := store.VariableWithValue(scope+of.Path, tensors.FromShape(w.Shape())).SetTrainable(false)
	v := Add(MulScalar(velocity.NodeValue(w.Graph()), momentum), Mul(rate, gradient))
	velocity.SetNodeValue(v)
	weights.SetNodeValue(Sub(w, v))
}

// Forget removes what optimisers remember from a store.
func Forget(store *model.Store) error {
	return errors.Join(store.DeleteVariablesInScope("/"+optimizer.AdamDefaultScope), store.DeleteVariablesInScope(scope))
}

// Optimisers lists them, the usual one first.
func Optimisers() []Optimiser { return []Optimiser{Adam, AdamW, Momentum, LARS} }

// Check refuses a name that is none; "" stands for a default.
func (o Optimiser) Check() error {
	if o == "" || slices.Contains(Optimisers(), o) {
		return nil
	}
	return fmt.Errorf("optimise: there is no optimiser %q; want one of %q", string(o), Optimisers())
}
