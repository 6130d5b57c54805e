package features

import (
	"fmt"
	"slices"
	"strings"
)

// imageInput finds the one input that takes images: float32, four axes, three channels.
func (f *onnxFile) imageInput(layout string) (v onnxValue, nchw bool, err error) {
	var found []onnxValue
	for _, in := range f.inputs {
		if in.kind == 1 && len(in.dims) == 4 && (could(in.dims[1], 3) || could(in.dims[3], 3)) {
			found = append(found, in)
		}
	}
	if len(found) == 0 {
		return v, false, fmt.Errorf("it has no image input; want one float32 input of four axes with 3 channels, [N,3,H,W] or [N,H,W,3]. "+
			"Its inputs: %s", describe(f.inputs))
	}
	if len(f.inputs) > 1 {
		return v, false, fmt.Errorf("it needs more than one image; export it with a single input. Its inputs: %s", describe(f.inputs))
	}
	v = found[0]
	switch {
	case layout == "NCHW" && could(v.dims[1], 3), layout == "" && v.dims[1] == 3:
		return v, true, nil
	case layout == "NHWC" && could(v.dims[3], 3), layout == "" && v.dims[3] == 3:
		return v, false, nil
	case layout == "":
		return v, false, fmt.Errorf("its input %s does not say where the channels are; set ONNXOptions.Layout to NCHW or NHWC", v)
	}
	return v, false, fmt.Errorf("its input %s cannot be %s; leave ONNXOptions.Layout empty to take what the file says", v, layout)
}

// could says whether a dimension may have a size.
func could(dim, size int64) bool { return dim == size || dim < 0 }

// hasTensor says whether a name can be asked for as output.
func (f *onnxFile) hasTensor(name string) bool {
	return slices.ContainsFunc(f.nodes, func(n onnxNode) bool { return name != "" && slices.Contains(n.out, name) })
}

// unknownOutput says which outputs there are.
func (f *onnxFile) unknownOutput(name string) error {
	var last []string
	for _, n := range slices.Backward(f.nodes) {
		if len(last) < 8 && len(n.out) > 0 {
			last = append(last, fmt.Sprintf("%s (%s)", n.out[0], n.op))
		}
	}
	return fmt.Errorf("it has no tensor %q; its outputs: %s. Any tensor inside can be named too; the last ones: %s",
		name, describe(f.outputs), strings.Join(last, ", "))
}

// follow are the operators that keep a feature map a feature map: they act on each place alone.
var follow = []string{"BatchNormalization", "Relu", "Clip", "LeakyRelu", "PRelu", "HardSwish", "HardSigmoid", "Sigmoid", "Elu", "Selu", "Mish",
	"Gelu", "Tanh", "Softplus", "Add", "Mul", "Sub", "Div", "Identity", "Dropout", "Concat", "Erf", "Max", "Min"}

// featureMaps lists the tensors that may be the last spatial feature map, best first: for each convolution, from the
// last to the first, what the point-wise operators after it make of it. Where four or more matrix products come after
// the last convolution the network is a transformer, whose convolution only cuts patches, and the list is empty.
func (f *onnxFile) featureMaps() []string {
	products := 0
	for _, n := range slices.Backward(f.nodes) {
		if n.op == "Conv" {
			break
		}
		if n.op == "MatMul" || n.op == "Gemm" {
			products++
		}
	}
	if products >= 4 {
		return nil
	}
	readers := map[string][]int{} // tensor to the nodes that read it
	for i, n := range f.nodes {
		for _, in := range n.in {
			readers[in] = append(readers[in], i)
		}
	}
	var maps []string
	for _, n := range slices.Backward(f.nodes) {
		if n.op != "Conv" || len(n.out) == 0 {
			continue
		}
		t := n.out[0]
		for {
			by := readers[t]
			if len(by) == 0 || slices.ContainsFunc(by, func(i int) bool { return !slices.Contains(follow, f.nodes[i].op) }) {
				break
			}
			t = f.nodes[slices.Max(by)].out[0] // the last reader has seen the others: x·sigmoid(x) ends in Mul
		}
		if !slices.Contains(maps, t) {
			maps = append(maps, t)
		}
	}
	return maps
}
