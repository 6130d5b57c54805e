package features

import (
	"errors"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gopatchwork/patchwork/patchwork/compute"
	"github.com/gopatchwork/patchwork/patchwork/imageset"
)

// gradients are those of the sum of squares of what a network gives, averaged over its 64 places, by weight.
func gradients(t *testing.T, n Trainable, pix []float32) (loss float64, by map[string][]float32, err error) {
	t.Helper()
	store := model.NewStore()
	t.Cleanup(store.Finalize)
	if err := n.Put(store); err != nil {
		t.Fatal(err)
	}
	backend, err := compute.Backend()
	if err != nil {
		t.Fatal(err)
	}
	exec, err := model.NewExec(backend, store, func(scope *model.Scope, x *graph.Node) []*graph.Node {
		maps := graph.Reshape(n.Graph(scope, x), 2, 64, 8)
		loss := graph.ReduceAllSum(graph.Square(graph.ReduceMean(maps, 1)))
		var by []*graph.Node
		for _, w := range n.Weights() {
			by = append(by, store.GetVariable(w.Path).NodeValue(x.Graph()))
		}
		return append([]*graph.Node{loss}, graph.Gradient(loss, by...)...)
	})
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Exec(tensors.FromFlatDataAndDimensions(slices.Clone(pix), 2, 16, 16, 3))
	if err != nil {
		return 0, nil, err
	}
	by = map[string][]float32{}
	for i, w := range n.Weights() {
		by[w.Name] = tensors.MustCopyFlatData[float32](out[i+1])
	}
	return float64(tensors.ToScalar[float32](out[0])), by, nil
}

// TestTrainableGradients compares with PyTorch (testdata/small.py): a Pad before a convolution, a depthwise convolution, a
// normalisation with its kept mean and variance.
func TestTrainableGradients(t *testing.T) {
	g := readSmall(t)
	n, err := OpenTrainable("testdata/small.onnx", plain, &MapOptions{})
	if err != nil {
		t.Fatal(err)
	}
	loss, by, err := gradients(t, n, g.Images)
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(loss-g.Loss) > 1e-5 {
		t.Errorf("the loss is %g, PyTorch has %g", loss, g.Loss)
	}
	for name, want := range g.Gradients {
		if off := farthest(by[name], want); off > 1e-4 {
			t.Errorf("the gradient by %s is off by %g", name, off)
		}
	}
	var names []string
	for _, w := range n.Weights() {
		names = append(names, w.Name)
		if w.Kernel != strings.HasSuffix(w.Name, "_w") {
			t.Errorf("%+v", w)
		}
	}
	if want := []string{"first_w", "gain", "shift", "deep_w", "deep_b", "point_w", "point_b"}; !slices.Equal(names, want) {
		t.Errorf("trained are %v, want %v", names, want)
	}
}

// Write gives a file whose network computes with the weights of the store.
func TestTrainableWrite(t *testing.T) {
	g := readSmall(t)
	n, err := OpenTrainable("testdata/small.onnx", plain, nil)
	if err != nil {
		t.Fatal(err)
	}
	store := model.NewStore()
	defer store.Finalize()
	if err := n.Put(store); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "tuned.onnx")
	write := func() Extractor {
		tuned, err := n.Tuned(store)
		if err == nil {
			err = tuned.Save(file)
		}
		if err != nil {
			t.Fatal(err)
		}
		return open(t, file, n.Options())
	}
	b := imageset.Batch{N: 2, H: 16, W: 16, Pix: g.Images}
	if got := extract(t, write(), b); farthest(got, g.Means) > 1e-5 {
		t.Errorf("the same weights give vectors that are off by %g", farthest(got, g.Means))
	}
	bias := store.GetVariable("/ONNX/point_b")
	bias.MustSetValue(tensors.FromFlatDataAndDimensions(slices.Repeat([]float32{2}, 8), 8))
	old := readWeight(t, "point_b")
	got := extract(t, write(), b)
	for i, v := range got {
		if want := g.Means[i] - old[i%8] + 2; math.Abs(float64(v-want)) > 1e-5 {
			t.Errorf("number %d is %g, want %g", i, v, want)
		}
	}
	normed, err := model.CallOnce(must(compute.Backend()), store, func(scope *model.Scope, x *graph.Node) *graph.Node { return n.Graph(scope, x) },
		tensors.FromFlatDataAndDimensions(slices.Clone(g.Images), 2, 16, 16, 3))
	if err != nil {
		t.Fatal(err)
	}
	normalise(got[:8])
	normalise(got[8:])
	if off := farthest(tensors.MustCopyFlatData[float32](normed), got); off > 1e-5 {
		t.Errorf("the graph's vectors differ from those that are kept by %g", off)
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// readWeight is a weight of small.onnx.
func readWeight(t *testing.T, name string) []float32 {
	t.Helper()
	e, err := openFile("testdata/small.onnx", plain)
	if err != nil {
		t.Fatal(err)
	}
	all, err := e.file.tensors()
	if err != nil {
		t.Fatal(err)
	}
	x := make([]float32, 8)
	vector(8).readRow(x, all[name])
	return x
}

func TestTrainableErrors(t *testing.T) {
	fixed := tiny()
	fixed.inputs = [][]byte{value("pixels", 1, 1, 3, 2, 2)}
	if _, err := OpenTrainable(fixed.write(t, "fixed.onnx"), plain, nil); err == nil || !strings.Contains(err.Error(), "it takes 1 images at a time") {
		t.Errorf("a fixed number of images: %v", err)
	}
	bare := tiny()
	bare.weights = nil
	bare.nodes = [][]byte{node("GlobalAveragePool", []string{"pixels"}, []string{"pool"}), node("Flatten", []string{"pool"}, []string{"logits"}, integer("axis", 1))}
	if _, err := OpenTrainable(bare.write(t, "bare.onnx"), plain, nil); err == nil || !strings.Contains(err.Error(), "none of its weights can be trained") {
		t.Errorf("no weights: %v", err)
	}
	text := (&trainableONNX{net: &network{spec: Spec{File: "n.onnx"}}}).ExplainGradient(errNoGradient).Error()
	if !strings.Contains(text, "n.onnx: its operator Pad has no gradient") {
		t.Error(text)
	}
}

// errNoGradient is what GoMLX says of a Pad that nothing takes up.
var errNoGradient = errors.New(`panicked: graph has node Node #28 Pad(x=[#25]) -> [(Float32)[16, 8, 17, 17]] with type "Pad", for which no gradient is defined yet`)
