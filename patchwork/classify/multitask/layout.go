package multitask

import (
	"fmt"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gopatchwork/patchwork/patchwork/classify/network"
)

// layout is the network of all tasks without its weights.
type layout struct {
	in      network.Shape
	trunk   *network.Net
	heads   []*network.Net // by task
	offset  []int          // by task, its first column of the outputs; one more at the end
	columns int            // categories of all tasks
	parts   []part
}

// part is some of the variables, at one path.
type part struct {
	path string
	vars []network.Variable
}

// Paths of the variables; head t is headPath(t), its output layer outPath(t).
const (
	standardPath = "/standard"
	trunkPath    = "/trunk"
)

func headPath(task int) string { return fmt.Sprintf("/head%d", task) }
func outPath(task int) string  { return fmt.Sprintf("/out%d", task) }

// standardVars hold what training measured of the features and does not train.
func standardVars(in network.Shape) []network.Variable {
	dims := []int{in.Channels}
	return []network.Variable{{Path: "mean", Role: network.Running, Dims: dims}, {Path: "scale", Role: network.Running, Dims: dims}}
}

// outVars are those of a task's output layer.
func outVars(in, categories int) []network.Variable {
	return []network.Variable{network.NewKernel("kernel", in, categories, 3), {Path: "bias", Role: network.Bias, Dims: []int{categories}}}
}

// newLayout fits trunk and heads to the input. o has its defaults.
func newLayout(o Options, in network.Shape, tasks []Task) (*layout, error) {
	net := network.Options{Layers: o.Trunk, Kernel: o.Kernel, BatchNorm: o.BatchNorm, Separable: o.Separable, Dropout: o.Dropout, Pooling: network.KeepMap}
	trunk, err := network.New(net, in)
	if err != nil {
		return nil, inPart("Trunk", err)
	}
	l := &layout{in: in, trunk: trunk, offset: []int{0}, parts: []part{{standardPath, standardVars(in)}, {trunkPath, trunk.Variables()}}}
	net.Layers, net.Pooling = o.Heads, o.Pooling
	for t, task := range tasks {
		head, err := network.New(net, trunk.Out())
		if err != nil {
			return nil, inPart("Heads", err)
		}
		l.heads = append(l.heads, head)
		l.columns += len(task.Categories)
		l.offset = append(l.offset, l.columns)
		l.parts = append(l.parts, part{headPath(t), head.Variables()}, part{outPath(t), outVars(head.Out().Channels, len(task.Categories))})
	}
	return l, nil
}

// parameters is how many numbers are trained.
func (l *layout) parameters() (n int) {
	for _, p := range l.parts {
		for _, v := range p.vars {
			if v.Role != network.Running {
				n += v.Size()
			}
		}
	}
	return n
}

// logits maps features [batch, in] to one node a task, [batch, categories].
func (l *layout) logits(s *model.Store, x *Node) []*Node {
	g := x.Graph()
	value := func(path string) *Node { return s.GetVariable(path).NodeValue(g) }
	wide := func(path string) *Node { return ExpandLeftToRank(value(path), x.Rank()) }
	x = Mul(Sub(x, wide(standardPath+"/mean")), wide(standardPath+"/scale"))
	shared := l.trunk.Graph(s, trunkPath, x)
	var out []*Node
	for t, head := range l.heads {
		y := head.Graph(s, headPath(t), shared)
		out = append(out, Add(MatMul(y, value(outPath(t)+"/kernel")), ExpandLeftToRank(value(outPath(t)+"/bias"), 2)))
	}
	return out
}

// halfSquares is ½·Σ w² over all kernels.
func (l *layout) halfSquares(s *model.Store, like *Node) *Node {
	sum := ScalarZero(like.Graph(), like.DType())
	for _, p := range l.parts {
		sum = Add(sum, network.HalfSquares(s, p.path, p.vars, like))
	}
	return sum
}

// weights are the numbers of all variables by their full path.
type weights map[string][]float32

// store is a fresh store with these weights.
func (l *layout) store(w weights) *model.Store {
	s := model.NewStore()
	for _, p := range l.parts {
		for _, v := range p.vars {
			network.Set(s, p.path, v, w[p.path+"/"+v.Path])
		}
	}
	return s
}

// read copies the weights out of a store.
func (l *layout) read(s *model.Store) (weights, error) {
	w := weights{}
	for _, p := range l.parts {
		for _, v := range p.vars {
			values, err := network.Get(s, p.path, v)
			if err != nil {
				return nil, err
			}
			w[p.path+"/"+v.Path] = values
		}
	}
	return w, nil
}

// first are the weights that training begins with: the bias of an output is the logarithm of the category's share of what
// labels count, with one label more for each, so that training need not find it.
func (l *layout) first(p *prepared, seed uint64) weights {
	w := weights{}
	for _, part := range l.parts {
		for _, v := range part.vars {
			w[part.path+"/"+v.Path] = v.First(part.path+"/"+v.Path, seed)
		}
	}
	w[standardPath+"/mean"], w[standardPath+"/scale"] = p.mean, p.scale
	for t, share := range p.shares() {
		w[outPath(t)+"/bias"] = share
	}
	return w
}
