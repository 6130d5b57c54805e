package network

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	gomlx "github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gopatchwork/patchwork/patchwork/compute"
)

type array struct {
	Dims   []int
	Values []float64
}

// golden is a case of testdata/network.py.
type golden struct {
	Layers, Pooling             string
	Shape                       []int
	Kernel, Batch               int
	Norm, Separable             bool
	Batches, Trained            [][]float64
	Inference                   []float64
	Weights, Gradient, Averages map[string]array
	Parameters                  int
}

func (g golden) options() Options {
	return Options{Layers: g.Layers, Kernel: g.Kernel, BatchNorm: g.Norm, Separable: g.Separable, Pooling: Pooling(g.Pooling)}
}

func (g golden) in() Shape {
	if len(g.Shape) == 1 {
		return Vector(g.Shape[0])
	}
	return Shape{g.Shape[0], g.Shape[1], g.Shape[2]}
}

func backend(t testing.TB) gomlx.Backend {
	t.Helper()
	b, err := compute.Backend()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func fresh(t testing.TB, n *Net, put func(v Variable, s *model.Store)) *model.Store {
	t.Helper()
	s := model.NewStore()
	t.Cleanup(s.Finalize)
	for _, v := range n.Variables() {
		put(v, s)
	}
	return s
}

func call(t testing.TB, e *model.Exec, in ...any) []*tensors.Tensor {
	t.Helper()
	out, err := e.Exec(in...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func near(t *testing.T, what string, got, want []float64, tolerance float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d numbers, want %d", what, len(got), len(want))
		return
	}
	for i := range want {
		if d := math.Abs(got[i] - want[i]); !(d <= tolerance*(1+math.Abs(want[i]))) {
			t.Errorf("%s: number %d is %.10g, torch has %.10g (testdata/network.py)", what, i, got[i], want[i])
			return
		}
	}
}

// TestGolden compares with torch in float64, with its weights: what two steps of training put out, their running
// averages, the gradients of a sum of squares, and what comes out of inference afterwards.
func TestGolden(t *testing.T) {
	text, err := os.ReadFile("testdata/network.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []golden
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		t.Run(fmt.Sprintf("%s on %v kernel %d norm %v separable %v", c.Layers, c.Shape, c.Kernel, c.Norm, c.Separable), func(t *testing.T) {
			n, err := New(c.options(), c.in())
			if err != nil {
				t.Fatal(err)
			}
			if n.Parameters() != c.Parameters {
				t.Errorf("%d parameters, torch has %d", n.Parameters(), c.Parameters)
			}
			s := fresh(t, n, func(v Variable, s *model.Store) {
				w, ok := c.Weights[v.Path]
				switch {
				case !ok && v.Role == Running:
					w = array{v.Dims, make([]float64, v.Size())}
				case v.Path[strings.LastIndex(v.Path, "/")+1:] == "depthwise":
					w.Dims = v.Dims // torch has the channels third, where a group has its one input
				}
				if !slices.Equal(w.Dims, v.Dims) {
					t.Fatalf("%s is %v, torch has %v", v.Path, v.Dims, w.Dims)
				}
				s.VariableWithValue("/net/"+v.Path, tensors.FromFlatDataAndDimensions(w.Values, v.Dims...)).SetTrainable(v.Role != Running)
			})
			var trained []string
			for _, v := range n.Variables() {
				if v.Role != Running {
					trained = append(trained, v.Path)
				}
			}
			b := backend(t)
			step, err := model.NewExec(b, s, func(scope *model.Scope, x *Node) []*Node {
				s.SetTraining(x.Graph(), true)
				y := n.Graph(s, "/net", x)
				var over []*Node
				for _, path := range trained {
					over = append(over, s.GetVariable("/net/"+path).NodeValue(x.Graph()))
				}
				return append([]*Node{y}, Gradient(ReduceAllSum(Square(y)), over...)...)
			})
			if err != nil {
				t.Fatal(err)
			}
			batchOf := func(i int) *tensors.Tensor {
				return tensors.FromFlatDataAndDimensions(c.Batches[i], append([]int{c.Batch}, c.Shape...)...)
			}
			flat := func(x *tensors.Tensor) []float64 { return tensors.MustCopyFlatData[float64](x) }
			var out []*tensors.Tensor
			for i := range c.Batches {
				out = call(t, step, batchOf(i))
				near(t, fmt.Sprintf("output of step %d", i), flat(out[0]), c.Trained[i], 1e-9)
			}
			for i, path := range trained {
				near(t, "gradient of "+path, flat(out[1+i]), c.Gradient[path].Values, 1e-8)
			}
			checkAverages(t, s, c)
			use, err := model.NewExec(b, s, func(scope *model.Scope, x *Node) *Node { return n.Graph(s, "/net", x) })
			if err != nil {
				t.Fatal(err)
			}
			near(t, "inference", flat(call(t, use, batchOf(0))[0]), c.Inference, 1e-9)
			inFloat32(t, n, c)
		})
	}
}

// checkAverages compares the running averages after all steps.
func checkAverages(t *testing.T, s *model.Store, c golden) {
	t.Helper()
	for path, want := range c.Averages {
		near(t, path, tensors.MustCopyFlatData[float64](s.GetVariable("/net/"+path).MustValue()), want.Values, 1e-10)
		steps := s.GetVariable("/net/" + path[:strings.LastIndex(path, "/")] + "/steps").MustValue()
		if got := tensors.ToScalar[float64](steps); got != float64(len(c.Batches)) {
			t.Errorf("%s counts %g steps, want %d", path, got, len(c.Batches))
		}
	}
}

// inFloat32 is the first step of training again in the numbers that trainings use, weights put in by Set.
func inFloat32(t *testing.T, n *Net, c golden) {
	t.Helper()
	narrow := func(x []float64) []float32 {
		out := make([]float32, len(x))
		for i := range x {
			out[i] = float32(x[i])
		}
		return out
	}
	s := fresh(t, n, func(v Variable, s *model.Store) {
		w := make([]float32, v.Size())
		copy(w, narrow(c.Weights[v.Path].Values))
		Set(s, "/net", v, w)
	})
	step, err := model.NewExec(backend(t), s, func(scope *model.Scope, x *Node) *Node {
		s.SetTraining(x.Graph(), true)
		return n.Graph(s, "/net", x)
	})
	if err != nil {
		t.Fatal(err)
	}
	y := call(t, step, tensors.FromFlatDataAndDimensions(narrow(c.Batches[0]), append([]int{c.Batch}, c.Shape...)...))[0]
	var got []float64
	for _, v := range tensors.MustCopyFlatData[float32](y) {
		got = append(got, float64(v))
	}
	near(t, "output in float32", got, c.Trained[0], 1e-5)
}
