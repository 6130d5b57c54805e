package optimise

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gopatchwork/patchwork/patchwork/compute"
)

// Steps of AdamW, and of Adam with gradients that are clipped, are those of torch (testdata/adamw.py). Those of the others are compared where heads
// use them, in package classify.
func TestAdamW(t *testing.T) {
	text, err := os.ReadFile("testdata/adamw.json")
	if err != nil {
		t.Fatal(err)
	}
	var golden struct {
		X, Y, W [][]float64
		B       []float64
		Rates   []float64
		Cases   []struct {
			Optimiser   Optimiser
			Decay, Clip float64
			W           [][]float64
			B           []float64
			Norms       []float64
		}
	}
	if err := json.Unmarshal(text, &golden); err != nil {
		t.Fatal(err)
	}
	backend, err := compute.Backend()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range golden.Cases {
		store := model.NewStore()
		store.VariableWithValue("/w", narrow(golden.W))
		store.VariableWithValue("/b", narrow([][]float64{golden.B})[0])
		of := []Variable{{"/w", true}, {"/b", false}}
		step, err := model.NewExec(backend, store, func(_ *model.Scope, x, y, rate *Node) *Node {
			g := x.Graph()
			value := func(path string) *Node { return store.GetVariable(path).NodeValue(g) }
			loss := ReduceAllSum(Square(Sub(Add(MatMul(x, value("/w")), ExpandAxes(value("/b"), 0)), y)))
			gradients := Gradients(store, loss, of)
			norm := Norm(gradients)
			if c.Clip > 0 {
				gradients = ClipNorm(gradients, norm, c.Clip)
			}
			c.Optimiser.Step(store, of, gradients, rate, c.Decay)
			return norm
		})
		if err != nil {
			t.Fatal(err)
		}
		for i, rate := range golden.Rates {
			out := step.MustCall(narrow(golden.X), narrow(golden.Y), float32(rate))
			if norm := float64(tensors.ToScalar[float32](out[0])); c.Clip > 0 && math.Abs(norm-c.Norms[i]) > 1e-3*c.Norms[i] {
				t.Errorf("%s: the gradients have the norm %g at step %d, want %g", c.Optimiser, norm, i, c.Norms[i])
			}
		}
		near(t, string(c.Optimiser)+" w", store.GetVariable("/w"), c.W)
		near(t, string(c.Optimiser)+" b", store.GetVariable("/b"), [][]float64{c.B})
	}
	if len(golden.Cases) != 3 {
		t.Errorf("%d cases were compared", len(golden.Cases))
	}
}

func narrow(m [][]float64) [][]float32 {
	out := make([][]float32, len(m))
	for i, row := range m {
		for _, v := range row {
			out[i] = append(out[i], float32(v))
		}
	}
	return out
}

func near(t *testing.T, what string, v *model.Variable, want [][]float64) {
	t.Helper()
	got := tensors.MustCopyFlatData[float32](v.MustValue())
	for i, row := range want {
		for k, w := range row {
			if g := float64(got[i*len(row)+k]); math.Abs(g-w) > 2e-5 {
				t.Errorf("%s: number %d,%d is %.6f, torch has %.6f", what, i, k, g, w)
			}
		}
	}
}

// A gradient that is short already stays as it is.
func TestClipNormLeavesShortOnes(t *testing.T) {
	backend, err := compute.Backend()
	if err != nil {
		t.Fatal(err)
	}
	exec := MustNewExec(backend, func(a, b *Node) []*Node {
		norm := Norm([]*Node{a, b})
		return append(ClipNorm([]*Node{a, b}, norm, 5), norm)
	})
	for _, c := range []struct {
		a, b []float32
		want []float32
	}{{[]float32{3}, []float32{4}, []float32{3, 4, 5}}, {[]float32{6}, []float32{8}, []float32{3, 4, 10}}, {[]float32{0}, []float32{0}, []float32{0, 0, 0}}} {
		for i, out := range exec.MustCall(c.a, c.b) {
			if got := tensors.MustCopyFlatData[float32](out)[0]; math.Abs(float64(got-c.want[i])) > 1e-5 {
				t.Errorf("of %v and %v: %d is %g, want %g", c.a, c.b, i, got, c.want[i])
			}
		}
	}
}
