package features

import (
	"os"
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

// An ONNX file as a backbone gives what it gives as an extractor, in each place where it is put, with weights of that place; what is saved
// says how it wants its pixels.
func TestONNXBackbone(t *testing.T) {
	g := readSmall(t)
	n, err := OpenONNXBackbone("testdata/small.onnx", plain)
	if err != nil {
		t.Fatal(err)
	}
	if c := n.Card(); n.Side() != 16 || c.Channels != 8 || c.MinSide != 16 || c.Name != "small" {
		t.Errorf("card %+v", c)
	}
	store := model.NewStore()
	defer store.Finalize()
	backend, err := compute.Backend()
	if err != nil {
		t.Fatal(err)
	}
	exec, err := model.NewExec(backend, store, func(scope *model.Scope, x *graph.Node) []*graph.Node {
		return []*graph.Node{n.Graph(store.Scope("/a"), x), n.Graph(store.Scope("/b"), x)}
	})
	if err != nil {
		t.Fatal(err)
	}
	run := func() (a, b []float32) {
		out, err := exec.Exec(tensors.FromFlatDataAndDimensions(slices.Clone(g.Images), 2, 16, 16, 3))
		if err != nil {
			t.Fatal(err)
		}
		if d := out[0].Shape().Dimensions; !slices.Equal(d, []int{2, 1, 1, 8}) {
			t.Fatalf("a map of %v", d)
		}
		return tensors.MustCopyFlatData[float32](out[0]), tensors.MustCopyFlatData[float32](out[1])
	}
	if a, b := run(); farthest(a, g.Means) > 1e-5 || farthest(b, g.Means) > 1e-5 {
		t.Errorf("off by %g and %g", farthest(a, g.Means), farthest(b, g.Means))
	}
	for name, want := range map[string]bool{"/b/ONNX/point_w": true, "/b/ONNX/point_b": false, "/b/ONNX/mean": false} {
		if n.IsKernel(name) != want || store.GetVariable(name).Trainable != (name != "/b/ONNX/mean") {
			t.Errorf("%s: kernel %v, trainable %v", name, n.IsKernel(name), store.GetVariable(name).Trainable)
		}
	}
	store.GetVariable("/b/ONNX/point_b").MustSetValue(tensors.FromFlatDataAndDimensions(slices.Repeat([]float32{2}, 8), 8))
	a, b := run()
	if farthest(a, g.Means) > 1e-5 || farthest(b, g.Means) < 1 {
		t.Errorf("weights of one place are those of the other: off by %g and %g", farthest(a, g.Means), farthest(b, g.Means))
	}
	tuned, err := n.Tuned(store.Scope("/b"))
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "tuned.onnx")
	if err := tuned.Save(file); err != nil {
		t.Fatal(err)
	}
	e := open(t, file, ONNXOptions{}) // it says what plain says
	if got := extract(t, e, imageset.Batch{N: 2, H: 16, W: 16, Pix: g.Images}); farthest(got, b) > 1e-5 {
		t.Errorf("the saved network is off by %g", farthest(got, b))
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	again, err := withPixels(data, pixels{Mean: []float32{1}, Layout: "NCHW"})
	if err != nil || strings.Count(string(again), inputProperty) != 1 {
		t.Errorf("the property is there %d times, %v", strings.Count(string(again), inputProperty), err)
	}
	if err := os.WriteFile(file, again, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenONNX(file, ONNXOptions{}); err == nil || !strings.Contains(err.Error(), "it has 1 means, 0 deviations and images of 0×0 pixels") {
		t.Errorf("a property that is none: %v", err)
	}
}
