package compute

import (
	"fmt"
	"reflect"

	gomlx "github.com/gomlx/compute"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
)

// GoMLX 0.28 puts the gradient of a convolution's input one pixel too early along an axis where the kernel has an even
// side, without saying so: in its convVJPWrtX the padding in front is 2·⌊(k−1)/2⌋ − p, where k − 1 − p is right. The table of
// gradients is open to changes, so that of convolutions is mended here for everyone who uses a backend of this package.
// Where p > k − 2, GoMLX's own panics, and still does.
func init() {
	original := graph.VJPRegistration[graph.NodeTypeConvGeneral]
	graph.VJPRegistration[graph.NodeTypeConvGeneral] = func(node *graph.Node, v []*graph.Node, shape shapes.Shape) []*graph.Node {
		gradients := original(node, v, shape)
		c := convolutionOf(node)
		even := make([]bool, len(c.axes.KernelSpatial))
		for i, axis := range c.axes.KernelSpatial {
			dilation := 1
			if len(c.kernelDilations) > 0 {
				dilation = c.kernelDilations[i]
			}
			even[i] = (node.Inputs()[1].Shape().Dim(axis)-1)*dilation%2 == 1
		}
		gradients[0] = moveBack(gradients[0], even, c.axes)
		return gradients
	}
}

// moveBack is the gradient of an input as it should be: a convolution, or with groups several of them side by side.
func moveBack(gradient *graph.Node, even []bool, of gomlx.ConvolveAxesConfig) *graph.Node {
	any := false
	for _, e := range even {
		any = any || e
	}
	switch {
	case !any:
		return gradient
	case gradient.Type() == graph.NodeTypeConcatenate:
		var parts []*graph.Node
		for _, part := range gradient.Inputs() {
			parts = append(parts, moveBack(part, even, of))
		}
		axis := of.InputChannels
		if parts[0].Shape().Dim(of.InputBatch) != gradient.Shape().Dim(of.InputBatch) { // groups of the batch
			axis = of.InputBatch
		}
		return graph.Concatenate(parts, axis)
	}
	c := convolutionOf(gradient)
	paddings := make([][2]int, len(even))
	for i, p := range c.paddings {
		paddings[i] = p
		if even[i] {
			paddings[i] = [2]int{p[0] + 1, p[1] - 1}
		}
	}
	in := gradient.Inputs()
	return graph.ConvGeneral(in[0], in[1], c.axes, c.strides, paddings, c.inputDilations, c.kernelDilations, 1, 1)
}

// convolution is what a node says of itself to GoMLX alone.
type convolution struct {
	axes                                     gomlx.ConvolveAxesConfig
	strides, inputDilations, kernelDilations []int
	paddings                                 [][2]int
}

// convolutionOf reads the private attributes of a convolution's node.
func convolutionOf(node *graph.Node) (c convolution) {
	if node.Type() != graph.NodeTypeConvGeneral {
		panic(fmt.Errorf("compute: the gradient of a convolution is a %s; GoMLX has changed, so convgradient.go must be looked at", node.Type()))
	}
	attributes := reflect.ValueOf(node).Elem().FieldByName("inputs").Elem().Elem()
	c.strides = ints(attributes.FieldByName("strides"))
	c.inputDilations = ints(attributes.FieldByName("inputDilations"))
	c.kernelDilations = ints(attributes.FieldByName("kernelDilations"))
	paddings := attributes.FieldByName("paddings")
	for i := range paddings.Len() {
		c.paddings = append(c.paddings, [2]int{int(paddings.Index(i).Index(0).Int()), int(paddings.Index(i).Index(1).Int())})
	}
	from, to := attributes.FieldByName("axes"), reflect.ValueOf(&c.axes).Elem()
	for i := range from.NumField() {
		if f := from.Field(i); f.Kind() == reflect.Slice {
			to.Field(i).Set(reflect.ValueOf(ints(f)))
		} else {
			to.Field(i).SetInt(f.Int())
		}
	}
	return c
}

func ints(v reflect.Value) (list []int) {
	for i := range v.Len() {
		list = append(list, int(v.Index(i).Int()))
	}
	return list
}
