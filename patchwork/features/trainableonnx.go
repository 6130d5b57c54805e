package features

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	"slices"
	"strings"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/onnx-gomlx/onnx"
	"github.com/gopatchwork/patchwork/internal/atomicfile"
)

// trainableONNX is a Trainable in an ONNX file.
type trainableONNX struct {
	net     *network
	bytes   []byte // the file, for Tuned
	weights []Weight
}

func openTrainableONNX(file string, o ONNXOptions, maps *MapOptions) (*trainableONNX, error) {
	e, err := openFile(file, o)
	if err != nil {
		return nil, err
	}
	if e.fixed {
		return nil, fmt.Errorf("it takes %d images at a time and training takes more; export it with an open number of images", e.batch)
	}
	t := &trainableONNX{net: e, bytes: e.file.data}
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
	if err := e.read(store.RootScope()); err != nil {
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
func (t *trainableONNX) find(store *model.Store) {
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

// Spec implements Trainable.
func (t *trainableONNX) Spec() Spec { return t.net.spec }

// Weights implements Trainable.
func (t *trainableONNX) Weights() []Weight { return t.weights }

// Put implements Trainable, with variables below /ONNX.
func (t *trainableONNX) Put(store *model.Store) error {
	return t.putBelow(store.RootScope())
}

// putBelow is Put at a scope.
func (t *trainableONNX) putBelow(scope *model.Scope) error {
	if err := t.net.read(scope); err != nil {
		return fmt.Errorf("features: %s: %w", t.net.spec.File, err)
	}
	t.net.onnx.DisableFusion() // which would read copies of some weights
	below := scope.At(onnx.ModelScope).Scope() + "/"
	for v := range scope.Store().IterVariables() {
		if strings.HasPrefix(v.Path(), below) {
			v.SetTrainable(false)
		}
	}
	return nil
}

// Graph implements Trainable.
func (t *trainableONNX) Graph(scope *model.Scope, x *graph.Node) *graph.Node {
	scope = scope.Store().RootScope()
	if t.net.spec.IsMaps() {
		return graph.Concatenate(t.net.maps(scope, x), 1)
	}
	return unitLength(t.net.vectors(scope, x))
}

// ExplainGradient implements Trainable.
func (t *trainableONNX) ExplainGradient(err error) error {
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

// Tuned implements Trainable.
func (t *trainableONNX) Tuned(store *model.Store) (*Tuned, error) {
	return t.tunedBelow(store.RootScope())
}

// tunedBelow is Tuned at a scope.
func (t *trainableONNX) tunedBelow(scope *model.Scope) (*Tuned, error) {
	values, err := valuesOf(scope, t.weights)
	if err != nil {
		return nil, err
	}
	data, err := withWeights(t.bytes, values)
	if err == nil {
		o := t.Options()
		data, err = withPixels(data, pixels{Mean: o.Mean, Std: o.Std, BGR: o.BGR, Layout: o.Layout, Output: o.Output, Width: o.Size.X, Height: o.Size.Y})
	}
	if err != nil {
		return nil, fmt.Errorf("features: %s cannot be rewritten: %w", t.net.spec.File, err)
	}
	sum := sha256.Sum256(data)
	return &Tuned{Sum: hex.EncodeToString(sum[:]), Ending: ".onnx", save: func(path string) error {
		return atomicfile.Write(path, data, 0o644, atomicfile.Durable)
	}}, nil
}

// Options implements Trainable.
func (t *trainableONNX) Options() ONNXOptions {
	e := t.net
	o := ONNXOptions{Size: image.Pt(e.spec.Width, e.spec.Height), Mean: e.mean, Std: e.std, BGR: e.bgr, Layout: "NHWC", Output: e.spec.Output}
	if e.nchw {
		o.Layout = "NCHW"
	}
	return o
}
