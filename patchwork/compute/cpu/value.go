package cpu

import (
	"fmt"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/shapes"
)

// operation is what an operation needs besides its inputs. apply gives it to any function, the inner one or a new one.
type operation interface {
	apply(f compute.Function, inputs []compute.Value) ([]compute.Value, error)
}

// node is one recorded operation.
type node struct {
	id   int // place in the order of building: inputs have smaller ones
	op   compute.OpType
	attr operation // nil for parameters and constants
	in   []*value
	out  []*value

	function *function // that it was recorded in
	plan     nodePlan
}

// value is one result of a node.
type value struct {
	node     *node
	index    int // which result of the node
	shape    shapes.Shape
	inner    compute.Value // the same in the inner builder
	constant *block        // its content, if it is known when the graph is built

	plan valuePlan
}

func (v *value) String() string { return fmt.Sprintf("%s#%d:%s", v.node.op, v.node.id, v.shape) }

func (v *value) dims() []int { return v.shape.Dimensions }
func (v *value) size() int   { return v.shape.Size() }

// shaper is an operation that the inner backend lacks. It says itself what shapes it gives.
type shaper interface {
	operation
	outputShapes(in []shapes.Shape) ([]shapes.Shape, error)
}
