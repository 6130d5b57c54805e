package pretrain

import (
	"fmt"
	"path"
	"strings"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gopatchwork/patchwork/patchwork/backbone"
)

// Student and Teacher are the branches that most methods have: networks of the same form with weights of their own. The backbone of Student is what a
// training is for.
const (
	Student = "student"
	Teacher = "teacher"
)

// Step is what a method builds the loss of a batch with.
type Step struct {
	In   []*Node // the parts of the batch, as the method's kind lists them
	Done *Node   // share of the training that is done, from 0 to 1, a scalar

	Labels *Node // [n], of the images, -1 where there is none; nil unless the method's card asks for them

	store    *model.Store
	network  backbone.Network
	training bool
	dtype    dtypes.DType // that networks compute in
	metrics  []metric
	frozen   map[string]bool   // branches that no gradient trains
	copies   map[string]string // branch → the one that it begins as
	also     []objective
	after    []func()
}

// objective is a loss that trains one branch.
type objective struct {
	branch string
	loss   *Node
	factor float64
}

type metric struct {
	name  string
	value *Node
}

// Graph is that of the step.
func (s *Step) Graph() *Graph { return s.In[0].Graph() }

// Scope is a place for variables of a branch.
func (s *Step) Scope(branch, name string) *model.Scope {
	return s.store.Scope(path.Join("/", branch, name))
}

// Map is what the network of a branch makes of images [n, H, W, C]: [n, h, w, channels]. It is float32, whatever the network computes in.
func (s *Step) Map(branch string, x *Node) *Node {
	return wide(s.network.Graph(s.Scope(branch, backboneName), s.narrow(x)))
}

// Pooled is the mean of Map over its places: [n, channels].
func (s *Step) Pooled(branch string, x *Node) *Node { return backbone.Pooled(s.Map(branch, x)) }

// MLP sends x [n, d] through layers of a branch, as backbone.MLP.
func (s *Step) MLP(branch, name string, x *Node, o backbone.MLPOptions) *Node {
	return backbone.MLP(s.Scope(branch, name), x, o)
}

// Metric shows a scalar along with the loss.
func (s *Step) Metric(name string, value *Node) {
	s.metrics = append(s.metrics, metric{name, StopGradient(value)})
}

// Memory is a variable that no gradient trains and that checkpoints keep. It begins with zeros.
func (s *Step) Memory(name string, dims ...int) *model.Variable {
	return s.memory(name, Zeros, dims...)
}

func (s *Step) memory(name string, begin model.VariableInitializer, dims ...int) *model.Variable {
	return s.Scope("memory", "").WithInitializer(begin).VariableWithShape(name, shapes.Make(dtypes.Float32, dims...)).SetTrainable(false)
}

// Also trains a branch by a loss of its own, and not by the method's, in steps of factor times the rate.
func (s *Step) Also(branch string, loss *Node, factor float64) {
	s.also = append(s.also, objective{branch, loss, factor})
}

// After is called once the weights have made their step, to add to the graph what follows from it.
func (s *Step) After(f func()) { s.after = append(s.after, f) }

// Follow makes a branch a slow copy of another: it begins with its weights, no gradient trains it, and after each step
//
//	w ← m·w + (1 - m)·w of the other
//
// m is a scalar. Running averages of normalisations are the branch's own. A branch that has parts which the other lacks is an error.
func (s *Step) Follow(branch, other string, m *Node) {
	s.frozen[branch], s.copies[branch] = true, other
	s.After(func() {
		g := s.Graph()
		for v := range s.store.IterVariables() {
			rest, ok := strings.CutPrefix(v.Path(), "/"+branch+"/")
			if !ok || !v.InUseByGraph(g) {
				continue
			}
			twin := s.store.GetVariable("/" + other + "/" + rest)
			if twin == nil {
				panic(fmt.Errorf("pretrain: %s has no twin in the branch %s", v.Path(), other))
			}
			if !twin.Trainable { // such as running averages
				continue
			}
			old := v.NodeValue(g)
			v.SetNodeValue(Add(Mul(old, m), Mul(twin.NodeValue(g), OneMinus(m))))
		}
	})
}

// freeze takes the variables of frozen branches, and memories, out of what is trained.
func (s *Step) freeze() {
	for v := range s.store.IterVariables() {
		if s.frozen[branchName(v.Path())] {
			v.SetTrainable(false)
		}
	}
}

// Scalar32 is a number in the graph.
func (s *Step) Scalar32(v float64) *Node { return Scalar(s.Graph(), dtypes.Float32, v) }
