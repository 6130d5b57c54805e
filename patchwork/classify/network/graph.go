package network

import (
	"fmt"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
)

// Graph is the network's output for x, with the variables below path of the store. Dropout acts, and running averages
// move, only where the store is training (Store.SetTraining).
//
// Shapes: x is [batch, height, width, channels] or [batch, features] of the shape that the network was made for, in the
// dtype of the variables; the result is [batch, Out].
//
// It panics, as graph code does, when a variable is missing or x has another shape.
func (n *Net) Graph(s *model.Store, path string, x *Node) *Node {
	if want := append([]int{x.Shape().Dim(0)}, n.in.Dims()...); fmt.Sprint(want) != fmt.Sprint(x.Shape().Dimensions) {
		panic(fmt.Errorf("network: the input is %v; want [batch, %s]", x.Shape().Dimensions, n.in))
	}
	g := builder{n, s, path}
	for i, l := range n.layers {
		name := fmt.Sprint(i + 1)
		switch l.Kind {
		case Width:
			x = relu(g.unit(name, x, n.o.BatchNorm))
		case Residual:
			y := relu(g.unit(name+"/first", relu(x), n.o.BatchNorm))
			x = relu(Add(x, g.unit(name+"/second", y, false)))
		case Pool:
			x = halve(x)
		case Dropout:
			x = DropWhole(s, x, n.o.Dropout)
		}
	}
	return n.o.Pooling.Graph(x)
}

// builder is a network at its place in a store.
type builder struct {
	*Net
	store *model.Store
	path  string
}

// variable is one of a layer's.
func (b builder) variable(name string) *model.Variable {
	v := b.store.GetVariable(b.path + "/" + name)
	if v == nil {
		panic(fmt.Errorf("network: the store has no variable %s/%s; call Put or Set first", b.path, name))
	}
	return v
}

func (b builder) value(name string, g *Graph) *Node { return b.variable(name).NodeValue(g) }

// unit is one convolution or dense layer with its bias or normalisation.
func (b builder) unit(name string, x *Node, normed bool) *Node {
	g := x.Graph()
	kernel := b.value(name+"/kernel", g)
	if x.Rank() == 2 {
		x = MatMul(x, kernel)
	} else {
		if b.o.Separable {
			x = Convolve(x, b.value(name+"/depthwise", g)).ChannelGroupCount(x.Shape().Dim(3)).PadSame().Done()
		}
		x = Convolve(x, kernel).PadSame().Done()
	}
	if normed {
		return b.norm(name, x)
	}
	return Add(x, ExpandLeftToRank(b.value(name+"/bias", g), x.Rank()))
}

func relu(x *Node) *Node { return Max(x, ScalarZero(x.Graph(), x.DType())) }

// halve is the largest of each window of 2x2. It is written as a maximum over axes, because some backends have no
// gradient of a pooling.
func halve(x *Node) *Node {
	d := x.Shape().Dimensions
	h, w := d[1]/2, d[2]/2
	x = Slice(x, AxisRange(), AxisRange(0, 2*h), AxisRange(0, 2*w), AxisRange())
	return ReduceMax(Reshape(x, d[0], h, 2, w, 2, d[3]), 2, 4)
}

// DropWhole sets whole channels of a map [batch, height, width, channels], or single features of [batch, features], to 0
// with probability rate, for each image anew, and multiplies the others by 1/(1-rate). Outside of training it is x.
//
// Source: Tompson et al. 2015, arXiv:1411.4280, for maps; Srivastava et al. 2014 for vectors.
func DropWhole(s *model.Store, x *Node, rate float64) *Node {
	if !s.IsTraining(x.Graph()) || rate == 0 {
		return x
	}
	dims := append([]int(nil), x.Shape().Dimensions...)
	for i := 1; i < len(dims)-1; i++ {
		dims[i] = 1
	}
	keep := GreaterOrEqual(s.RandomUniform(x.Graph(), shapes.Make(dtypes.Float32, dims...)), Scalar(x.Graph(), dtypes.Float32, rate))
	return Mul(x, MulScalar(ConvertDType(keep, x.DType()), 1/(1-rate)))
}
