package cpu

import (
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
)

// closure builds a function inside of f whose parameters have the shape s.
func closure(t *testing.T, f compute.Function, s shapes.Shape, params int, body func(c compute.Function, x []compute.Value) []compute.Value) compute.Function {
	t.Helper()
	c, err := f.Closure()
	if err != nil {
		t.Fatal(err)
	}
	define(t, c, s, params, body)
	return c
}

func define(t *testing.T, c compute.Function, s shapes.Shape, params int, body func(c compute.Function, x []compute.Value) []compute.Value) {
	t.Helper()
	var x []compute.Value
	for i := range params {
		x = append(x, must(t)(c.Parameter(string(rune('a'+i)), s, nil)))
	}
	if err := c.Return(body(c, x), nil); err != nil {
		t.Fatal(err)
	}
}

// sorted sorts x along an axis, rising.
func sorted(t *testing.T, f compute.Function, x compute.Value, axis int) compute.Value {
	t.Helper()
	rising := closure(t, f, shapes.Make(dtypes.Float32), 2, func(c compute.Function, x []compute.Value) []compute.Value {
		return []compute.Value{must(t)(c.LessThan(x[0], x[1]))}
	})
	out, err := f.Sort(rising, axis, true, x)
	if err != nil {
		t.Fatal(err)
	}
	return out[0]
}

// controlCases use control flow beside what runs here. Parameters are [4, 6].
var controlCases = []struct {
	name string
	f    func(t *testing.T, b compute.Builder, f compute.Function, x []compute.Value) compute.Value
}{
	{"sort between products", func(t *testing.T, _ compute.Builder, f compute.Function, x []compute.Value) compute.Value {
		y := must(t)(f.DotGeneral(x[0], []int{1}, nil, x[1], []int{1}, nil, compute.DotGeneralConfig{})) // [4, 4]
		y = sorted(t, f, must(t)(f.Tanh(y)), 1)
		return must(t)(f.DotGeneral(y, []int{1}, nil, x[0], []int{0}, nil, compute.DotGeneralConfig{}))
	}},
	{"loop that reads a value outside", func(t *testing.T, _ compute.Builder, f compute.Function, x []compute.Value) compute.Value {
		ok := must(t)
		step := ok(f.Exp(ok(f.Neg(ok(f.Mul(x[1], x[1]))))))
		s := shapes.Make(dtypes.Float32, 4, 6)
		low := closure(t, f, s, 1, func(c compute.Function, x []compute.Value) []compute.Value {
			return []compute.Value{ok(c.LessThan(ok(c.ReduceMax(x[0])), ok(c.Constant([]float32{5}))))}
		})
		grow := closure(t, f, s, 1, func(c compute.Function, y []compute.Value) []compute.Value {
			return []compute.Value{ok(c.Add(y[0], step))}
		})
		out, err := f.While(low, grow, x[0])
		if err != nil {
			t.Fatal(err)
		}
		return ok(f.Sqrt(ok(f.Abs(out[0]))))
	}},
	{"branches, one with a loop in it", func(t *testing.T, _ compute.Builder, f compute.Function, x []compute.Value) compute.Value {
		ok := must(t)
		double := ok(f.Add(x[0], x[0]))
		s := shapes.Make(dtypes.Float32, 4, 6)
		yes := closure(t, f, s, 0, func(c compute.Function, _ []compute.Value) []compute.Value {
			low := closure(t, c, s, 1, func(c compute.Function, y []compute.Value) []compute.Value {
				return []compute.Value{ok(c.LessThan(ok(c.ReduceMax(y[0])), ok(c.Constant([]float32{9}))))}
			})
			grow := closure(t, c, s, 1, func(c compute.Function, y []compute.Value) []compute.Value {
				return []compute.Value{ok(c.Add(y[0], ok(c.Abs(x[1]))))} // two functions away
			})
			out, err := c.While(low, grow, double)
			if err != nil {
				t.Fatal(err)
			}
			return out
		})
		no := closure(t, f, s, 0, func(c compute.Function, _ []compute.Value) []compute.Value { return []compute.Value{x[1]} })
		out, err := f.If(ok(f.GreaterThan(ok(f.ReduceMax(x[0])), ok(f.Constant([]float32{0})))), yes, no)
		if err != nil {
			t.Fatal(err)
		}
		return ok(f.Mul(out[0], double))
	}},
	{"a function called twice", func(t *testing.T, b compute.Builder, f compute.Function, x []compute.Value) compute.Value {
		g, err := b.NewFunction("half of the sum")
		if err != nil {
			t.Fatal(err)
		}
		define(t, g, shapes.Make(dtypes.Float32, 4, 6), 2, func(c compute.Function, x []compute.Value) []compute.Value {
			return []compute.Value{must(t)(c.Mul(must(t)(c.Add(x[0], x[1])), must(t)(c.Constant([]float32{0.5}))))}
		})
		once, err := f.Call(g, x[0], x[1])
		if err != nil {
			t.Fatal(err)
		}
		twice, err := f.Call(g, once[0], x[1])
		if err != nil {
			t.Fatal(err)
		}
		return must(t)(f.Tanh(twice[0]))
	}},
}

// TestControl compares graphs with control flow with the inner backend, and expects it alone to run there.
func TestControl(t *testing.T) {
	for _, c := range controlCases {
		t.Run(c.name, func(t *testing.T) {
			run := func(b compute.Backend) []float32 {
				builder := b.Builder("control")
				main := builder.Main()
				var x []compute.Value
				var in []compute.Buffer
				for i := range 2 {
					x = append(x, must(t)(main.Parameter(string(rune('x'+i)), shapes.Make(dtypes.Float32, 4, 6), nil)))
					data := make([]float32, 24)
					for k := range data {
						data[k] = float32((k*7+i*5)%11)/5 - 1
					}
					buffer, err := b.BufferFromFlatData(0, data, shapes.Make(dtypes.Float32, 4, 6))
					if err != nil {
						t.Fatal(err)
					}
					in = append(in, buffer)
				}
				if err := main.Return([]compute.Value{c.f(t, builder, main, x)}, nil); err != nil {
					t.Fatal(err)
				}
				e, err := builder.Compile()
				if err != nil {
					t.Fatal(err)
				}
				out, err := e.Execute(in, nil, 0)
				if err != nil {
					t.Fatal(err)
				}
				data := make([]float32, 24)
				if err := out[0].ToFlatData(data); err != nil {
					t.Fatal(err)
				}
				return data
			}
			b := testBackend(t, Options{Stats: true})
			compare(t, c.name, wider([][]float32{run(b)}), wider([][]float32{run(reference(t))}), 1e-5)
			for _, s := range b.Stats() {
				if strings.HasPrefix(s.Kind, "inner:") && !strings.Contains("inner:Sort inner:While inner:If inner:Call", s.Kind) {
					t.Errorf("%s ran on the inner backend", s.Name)
				}
			}
			if len(b.Stats()) < 2 {
				t.Errorf("the steps are %v; want some of our own", b.Stats())
			}
		})
	}
}

// TestBatchNormBesideSort: what the inner backend lacks goes together with what only it has, but not inside of it.
func TestBatchNormBesideSort(t *testing.T) {
	b := testBackend(t, Options{})
	build(t, b, [][]int{{8, 3}, {3}, {3}}, func(f compute.Function, x []compute.Value) compute.Value {
		y, _, _, err := f.BatchNormForTraining(x[0], x[1], x[2], 1e-5, 1)
		if err != nil {
			t.Fatal(err)
		}
		return sorted(t, f, y, 0)
	})
	f := b.Builder("inside").Main()
	c, err := f.Closure()
	if err != nil {
		t.Fatal(err)
	}
	x := must(t)(c.Parameter("x", shapes.Make(dtypes.Float32, 8, 8), nil))
	if _, err := c.DynamicSlice(x, []compute.Value{must(t)(c.Constant([]int32{1})), must(t)(c.Constant([]int32{1}))}, []int{2, 2}); err == nil ||
		!strings.Contains(err.Error(), "inside a closure") {
		t.Errorf("got %v, want an error that says that it is inside a closure", err)
	}
}
