package backbone

import (
	"errors"
	"fmt"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
)

// NoNorm stands for layers of an MLP without normalisation.
const NoNorm Norm = "none"

// MLPOptions describes dense layers, as heads on a backbone have them.
type MLPOptions struct {
	Widths   []int // outputs of each layer
	Norm     Norm  // behind each but the last, before ReLU; "" means BatchNorm
	LastNorm bool  // behind the last too
	LastBias bool  // of the last; the others have none where they are normalised
	GELU     bool  // in place of ReLU
}

// Check refuses what MLP cannot make.
func (o MLPOptions) Check() error {
	var errs []error
	switch o.Norm {
	case "", BatchNorm, LayerNorm, NoNorm:
	default:
		errs = append(errs, fmt.Errorf("backbone: the norm of a head is %q; want %q, %q or %q", o.Norm, BatchNorm, LayerNorm, NoNorm))
	}
	for i, w := range o.Widths {
		if w < 1 {
			errs = append(errs, fmt.Errorf("backbone: layer %d of a head has %d outputs; want 1 or more", i+1, w))
		}
	}
	return errors.Join(errs...)
}

// MLP sends x [n, d] through dense layers: [n, last width]. Variables are below scope, in folders named 1, 2 and so on.
func MLP(scope *model.Scope, x *Node, o MLPOptions) *Node {
	norm := o.Norm
	if norm == "" {
		norm = BatchNorm
	}
	b := builder{store: scope.Store(), path: scope.Scope(), o: Options{Norm: norm}, training: scope.Store().IsTraining(x.Graph())}
	for i, width := range o.Widths {
		name, last := fmt.Sprint(i+1), i == len(o.Widths)-1
		normed := norm != NoNorm && (!last || o.LastNorm)
		x = MatMul(x, b.at(name).kernel(x, x.Shape().Dim(1), x.Shape().Dim(1), width))
		switch {
		case normed:
			x = b.norm(name, x)
		case !last || o.LastBias:
			x = b.bias(name, x)
		}
		switch {
		case last:
		case o.GELU:
			x = Mul(x, MulScalar(AddScalar(Erf(MulScalar(x, 0.7071067811865476)), 1), 0.5))
		default:
			x = relu(x)
		}
	}
	return x
}

// Kernels are trained vectors [rows, width], such as prototypes, named kernel below scope.
func Kernels(scope *model.Scope, rows, width int, g *Graph) *Node {
	b := builder{store: scope.Store(), path: scope.Scope()}
	return b.variable("kernel", he(width), rows, width).NodeValue(g)
}
