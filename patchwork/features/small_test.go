package features

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/imageset"
)

// small is what PyTorch makes of testdata/small.onnx.
type small struct {
	Images, Add, Means []float32
	Loss               float64
	Gradients          map[string][]float32
}

func readSmall(t *testing.T) (g small) {
	t.Helper()
	text, err := os.ReadFile("testdata/small.json")
	if err == nil {
		err = json.Unmarshal(text, &g)
	}
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// TestSmall compares maps, and the vectors that they are averaged to, with PyTorch (testdata/small.py).
func TestSmall(t *testing.T) {
	g := readSmall(t)
	b := imageset.Batch{N: 2, H: 16, W: 16, Pix: g.Images}
	e, err := OpenMaps("testdata/small.onnx", plain, MapOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if got := extract(t, e, b); farthest(got, g.Add) > 1e-5 {
		t.Errorf("the last map is off by %g", farthest(got, g.Add))
	}
	if got := extract(t, open(t, "testdata/small.onnx", plain), b); farthest(got, g.Means) > 1e-5 {
		t.Errorf("the vectors are off by %g", farthest(got, g.Means))
	}
}
