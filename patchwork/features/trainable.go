package features

import (
	"fmt"
	"image"
	"slices"
	"strings"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/onnx-gomlx/onnx"
)

// Trainable is a network in an ONNX file as a part of a graph that is trained. It is for one goroutine.
//
// What can be trained are the weights, biases, gains and shifts of its layers. Means and variances of normalisations stay as they
// are and are used as they are, so that the network is the same function in training and in use.
type Trainable struct {
	net     *network
	bytes   []byte // the file, for Write
	weights []Weight
}

// Weight is a variable that is trained.
type Weight struct {
	Path   string // in the store
	Name   string // in the file
	Kernel bool   // multiplied with features; weight decay acts on these
}

// OpenTrainable opens a network. With maps nil, its graph gives for an image what OpenONNX and Run keep, a vector of length one; else
// the maps of OpenMaps.
//
// Errors: those of OpenONNX and OpenMaps; a file that fixes the number of images; nothing that can be trained.
func OpenTrainable(file string, o ONNXOptions, maps *MapOptions) (*Trainable, error) {
	t, err := openTrainable(file, o, maps)
	if err != nil {
		return nil, fmt.Errorf("features: %s: %w", file, err)
	}
	return t, nil
}

func openTrainable(file string, o ONNXOptions, maps *MapOptions) (*Trainable, error) {
	e, err := openFile(file, o)
	if err != nil {
		return nil, err
	}
	if e.fixed {
		return nil, fmt.Errorf("it takes %d images at a time and training takes more; export it with an open number of images", e.batch)
	}
	t := &Trainable{net: e, bytes: e.file.data}
	if maps == nil {
		err = e.open()
	} else {
		err = e.openMaps(*maps)
	}
	if err == nil {
		err = e.file.foldPads()
	}
	if err != nil {
		return nil, err
	}
	store := model.NewStore()
	defer store.Finalize()
	if err := e.read(store); err != nil {
		return nil, err
	}
	t.find(store)
	if len(t.weights) == 0 {
		return nil, fmt.Errorf("none of its weights can be trained; want float32 weights of convolutions, products or normalisations")
	}
	return t, nil
}

// trainedInputs are by operator the inputs that are weights to be trained, if they are weights at all.
var trainedInputs = map[string][]int{
	"Conv": {1, 2}, "ConvTranspose": {1, 2}, "Gemm": {1, 2}, "MatMul": {0, 1}, "BatchNormalization": {1, 2}, "InstanceNormalization": {1, 2},
	"LayerNormalization": {1, 2}, "PRelu": {1}, "Add": {0, 1}, "Mul": {0, 1},
}

// find lists the weights that are trained, in the order of the network: those that what is read depends on.
func (t *Trainable) find(store *model.Store) {
	needed := map[string]bool{t.net.spec.Output: true}
	for _, tap := range t.net.spec.Taps {
		needed[tap.Name] = true
	}
	for _, n := range slices.Backward(t.net.file.nodes) {
		if slices.ContainsFunc(n.out, func(out string) bool { return needed[out] }) {
			for _, in := range n.in {
				needed[in] = true
			}
		}
	}
	for _, n := range t.net.file.nodes {
		if !slices.ContainsFunc(n.out, func(out string) bool { return needed[out] }) {
			continue
		}
		for _, i := range trainedInputs[n.op] {
			if i >= len(n.in) || !t.net.file.weights[n.in[i]] {
				continue
			}
			path := "/" + onnx.ModelScope + "/" + strings.ReplaceAll(n.in[i], "/", "|")
			v := store.GetVariable(path)
			known := slices.ContainsFunc(t.weights, func(w Weight) bool { return w.Path == path })
			if v == nil || known || v.DType() != dtypes.Float32 || v.Shape().Size() < 2 {
				continue
			}
			t.weights = append(t.weights, Weight{path, n.in[i], v.Shape().Rank() > 1})
		}
	}
}

// Spec describes the network as an extractor, before it is trained.
func (t *Trainable) Spec() Spec { return t.net.spec }

// Weights are the variables that can be trained. The slice is shared.
func (t *Trainable) Weights() []Weight { return t.weights }

// Put adds the network's variables to a store, below /ONNX. None is trainable: whoever trains makes them so.
func (t *Trainable) Put(store *model.Store) error {
	if err := t.net.read(store); err != nil {
		return fmt.Errorf("features: %s: %w", t.net.spec.File, err)
	}
	t.net.onnx.DisableFusion() // which would read copies of some weights
	for v := range store.IterVariables() {
		if strings.HasPrefix(v.Path(), "/"+onnx.ModelScope+"/") {
			v.SetTrainable(false)
		}
	}
	return nil
}

// Graph is the features of images, with the variables of the store that Put was called with last.
//
// Shapes: x is [n, height, width, 3] of the size of Spec, RGB in [0, 1]; the result is [n, Dim], of length one or maps one after the
// other.
func (t *Trainable) Graph(scope *model.Scope, x *graph.Node) *graph.Node {
	scope = scope.Store().RootScope()
	if t.net.spec.IsMaps() {
		return graph.Concatenate(t.net.maps(scope, x), 1)
	}
	y := t.net.vectors(scope, x)
	return graph.Div(y, graph.Sqrt(graph.AddScalar(graph.ReduceAndKeep(graph.Square(y), graph.ReduceSum, 1), 1e-24)))
}

// ExplainGradient makes of an error of a graph with gradients one that names the operator that has none.
func (t *Trainable) ExplainGradient(err error) error {
	if err == nil {
		return nil
	}
	if before, _, ok := strings.Cut(err.Error(), ", for which no gradient is defined"); ok {
		op := before[strings.LastIndex(before, "type ")+len("type "):]
		return fmt.Errorf("features: %s: its operator %s has no gradient, so what lies before it cannot be trained; export the network without it, or do not train the network",
			t.net.spec.File, strings.Trim(op, `"`))
	}
	return err
}

// Write is the ONNX file with the weights that the store has.
func (t *Trainable) Write(store *model.Store) ([]byte, error) {
	values := map[string][]float32{}
	for _, w := range t.weights {
		v, err := store.GetVariable(w.Path).Value()
		if err == nil {
			values[w.Name], err = tensors.CopyFlatData[float32](v)
		}
		if err != nil {
			return nil, fmt.Errorf("features: the weight %s: %w", w.Name, err)
		}
	}
	data, err := withWeights(t.bytes, values)
	if err != nil {
		return nil, fmt.Errorf("features: %s cannot be rewritten: %w", t.net.spec.File, err)
	}
	return data, nil
}

// Options say of a file that Write made what is known of the one that it was made of.
func (t *Trainable) Options() ONNXOptions {
	e := t.net
	o := ONNXOptions{Size: image.Pt(e.spec.Width, e.spec.Height), Mean: e.mean, Std: e.std, BGR: e.bgr, Layout: "NHWC", Output: e.spec.Output}
	if e.nchw {
		o.Layout = "NCHW"
	}
	return o
}
