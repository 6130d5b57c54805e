package cpu

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/gobackend"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// reference is GoMLX's Go backend, in the mode that cannot hang.
func reference(t testing.TB) compute.Backend {
	t.Helper()
	b, err := gobackend.New("ops_sequential")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// randomTensor is standard normal.
func randomTensor(r *rand.Rand, dims ...int) *tensors.Tensor {
	data := make([]float32, product(dims))
	for i := range data {
		data[i] = float32(r.NormFloat64())
	}
	return tensors.FromFlatDataAndDimensions(data, dims...)
}

// run builds and runs a graph on one backend and returns the results as float64.
func evaluate(t testing.TB, b compute.Backend, f func(x []*graph.Node) []*graph.Node, in []*tensors.Tensor) [][]float64 {
	t.Helper()
	exec, err := graph.NewExec(b, f)
	if err != nil {
		t.Fatal(err)
	}
	defer exec.Finalize()
	args := make([]any, len(in))
	for i, x := range in {
		local, err := x.LocalClone()
		if err != nil {
			t.Fatal(err)
		}
		args[i] = local
	}
	out, err := exec.Call(args...)
	if err != nil {
		t.Fatalf("%s: %v", b.Name(), err)
	}
	var all [][]float64
	for _, o := range out {
		all = append(all, numbers(t, o))
		if err := o.FinalizeAll(); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// numbers returns the values of a tensor.
func numbers(t testing.TB, x *tensors.Tensor) []float64 {
	t.Helper()
	var list []float64
	err := x.ConstFlatData(func(flat any) {
		switch v := flat.(type) {
		case []float32:
			for _, y := range v {
				list = append(list, float64(y))
			}
		case []float64:
			list = append(list, v...)
		case []int32:
			for _, y := range v {
				list = append(list, float64(y))
			}
		case []int64:
			for _, y := range v {
				list = append(list, float64(y))
			}
		case []uint8:
			for _, y := range v {
				list = append(list, float64(y))
			}
		case []bool:
			for _, y := range v {
				list = append(list, float64(truth(y)))
			}
		default:
			t.Fatalf("no numbers in %T", flat)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// compare fails unless got and want differ by at most tolerance times the largest value of want, or 1.
func compare(t testing.TB, name string, got, want [][]float64, tolerance float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d results, want %d", name, len(got), len(want))
	}
	for i := range want {
		if len(got[i]) != len(want[i]) {
			t.Fatalf("%s: result %d has %d values, want %d", name, i, len(got[i]), len(want[i]))
		}
		scale := 1.0
		for _, v := range want[i] {
			if !math.IsInf(v, 0) && !math.IsNaN(v) {
				scale = max(scale, math.Abs(v))
			}
		}
		for k, w := range want[i] {
			g := got[i][k]
			same := g == w || math.IsNaN(g) && math.IsNaN(w) || math.Abs(g-w) <= tolerance*scale
			if !same {
				t.Fatalf("%s: result %d, value %d of %d: got %g, want %g", name, i, k, len(want[i]), g, w)
			}
		}
	}
}

// withGradients adds to a scalar-valued or other result the gradients of all inputs, each weighted so that no two
// positions count the same.
func withGradients(f func(x []*graph.Node) *graph.Node) func(x []*graph.Node) []*graph.Node {
	return func(x []*graph.Node) []*graph.Node {
		y := f(x)
		g := y.Graph()
		weight := graph.Sin(graph.AddScalar(graph.ConvertDType(graph.Reshape(graph.Iota(g, shapeOf(dtypes.Int32, y.Shape().Size()), 0), y.Shape().Dimensions...), y.DType()), 0.5))
		loss := graph.ReduceAllSum(graph.Mul(y, weight))
		return append([]*graph.Node{y}, graph.Gradient(loss, x...)...)
	}
}
