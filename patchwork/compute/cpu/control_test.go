package cpu

import (
	"slices"
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
	{"two values sorted by what is outside", func(t *testing.T, _ compute.Builder, f compute.Function, x []compute.Value) compute.Value {
		ok := must(t)
		scale := ok(f.ReduceSum(ok(f.Tanh(x[1]))))
		far := closure(t, f, shapes.Make(dtypes.Float32), 4, func(c compute.Function, x []compute.Value) []compute.Value {
			return []compute.Value{ok(c.GreaterThan(ok(c.Mul(x[0], scale)), ok(c.Mul(x[1], scale))))}
		})
		out, err := f.Sort(far, 0, true, x[0], x[1])
		if err != nil {
			t.Fatal(err)
		}
		return ok(f.Sub(out[0], ok(f.Exp(out[1]))))
	}},
	{"a branch that reads a constant and a transposed value", func(t *testing.T, _ compute.Builder, f compute.Function, x []compute.Value) compute.Value {
		ok := must(t)
		two, turned := ok(f.Constant([]float32{2})), ok(f.Transpose(x[0], 1, 0)) // [6, 4]
		yes := closure(t, f, shapes.Make(dtypes.Float32), 0, func(c compute.Function, _ []compute.Value) []compute.Value {
			ok(c.Add(x[1], x[1])) // nobody needs it
			return []compute.Value{ok(c.Mul(turned, ok(c.BroadcastInDim(two, shapes.Make(dtypes.Float32, 6, 4), nil))))}
		})
		no := closure(t, f, shapes.Make(dtypes.Float32), 0, func(c compute.Function, _ []compute.Value) []compute.Value {
			return []compute.Value{turned}
		})
		out, err := f.If(ok(f.Constant([]bool{true})), yes, no)
		if err != nil {
			t.Fatal(err)
		}
		return ok(f.Tanh(ok(f.Transpose(out[0], 1, 0))))
	}},
	{"functions that call functions, in a loop that begins with a constant", func(t *testing.T, b compute.Builder, f compute.Function, x []compute.Value) compute.Value {
		ok := must(t)
		s := shapes.Make(dtypes.Float32)
		var last compute.Function
		for i := range 6 { // 64 calls of the first
			g, err := b.NewFunction("twice")
			if err != nil {
				t.Fatal(err)
			}
			define(t, g, s, 1, func(c compute.Function, x []compute.Value) []compute.Value {
				if i == 0 {
					return []compute.Value{ok(c.Add(x[0], ok(c.Constant([]float32{0.125}))))}
				}
				for range 2 {
					if x, err = c.Call(last, x...); err != nil {
						t.Fatal(err)
					}
				}
				return x
			})
			last = g
		}
		low := closure(t, f, s, 1, func(c compute.Function, x []compute.Value) []compute.Value {
			return []compute.Value{ok(c.LessThan(x[0], ok(c.Constant([]float32{9}))))}
		})
		grow := closure(t, f, s, 1, func(c compute.Function, x []compute.Value) []compute.Value {
			out, err := c.Call(last, x...)
			if err != nil {
				t.Fatal(err)
			}
			return out
		})
		out, err := f.While(low, grow, ok(f.Constant([]float32{1})))
		if err != nil {
			t.Fatal(err)
		}
		return ok(f.Mul(ok(f.Tanh(x[0])), out[0])) // 1 + 64/8 = 9
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
			control := false
			for _, s := range b.Stats() {
				switch {
				case slices.Contains([]string{"inner:Sort", "inner:While", "inner:If", "inner:Call"}, s.Kind):
					control = true
				case strings.HasPrefix(s.Kind, "inner:"):
					t.Errorf("%s ran on the inner backend", s.Name)
				}
			}
			if !control {
				t.Errorf("the steps are %v; want one with control flow", b.Stats())
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

// TestControlErrors: what does not fit is an error when it is recorded or when it runs, never a crash.
func TestControlErrors(t *testing.T) {
	b := testBackend(t, Options{})
	ok := must(t)
	s := shapes.Make(dtypes.Float32, 2)
	builder := b.Builder("control")
	f := builder.Main()
	x := ok(f.Parameter("x", s, nil))
	truth := func(c compute.Function, _ []compute.Value) []compute.Value {
		return []compute.Value{ok(c.Constant([]bool{true}))}
	}
	same := func(_ compute.Function, x []compute.Value) []compute.Value { return x }
	always, keep := closure(t, f, s, 1, truth), closure(t, f, s, 1, same)
	open, err := f.Closure()
	if err != nil {
		t.Fatal(err)
	}
	inside := closure(t, open, s, 1, same)
	named, err := builder.NewFunction("named")
	if err != nil {
		t.Fatal(err)
	}
	foreign := closure(t, b.Builder("foreign").Main(), s, 1, same)
	shrink := closure(t, f, s, 1, func(c compute.Function, x []compute.Value) []compute.Value {
		return []compute.Value{ok(c.ReduceSum(x[0]))}
	})
	while := func(cond, body compute.Function) func() error {
		return func() error { _, err := f.While(cond, body, x); return err }
	}
	for _, c := range []struct {
		name, want string
		do         func() error
	}{
		{"shapes inside", "Add", func() error { _, err := open.Add(x, ok(open.Constant([]float32{1, 2, 3}, 3))); return err }},
		{"no function", "function 1 is a <nil>, not a function of this backend", while(always, nil)},
		{"without results", "must have Return() called", while(always, open)},
		{"of another function", "must be a closure of the current function", while(always, inside)},
		{"of another graph", "must be a closure of the current function", while(always, foreign)},
		{"another shape", "must match initialState", while(always, shrink)},
		{"no condition", "must return a scalar boolean", while(keep, keep)},
		{"a call too early", "must have Return() called", func() error { _, err := f.Call(named, x); return err }},
		{"a named function that reads a value outside", "different function scope", func() error { _, err := named.Neg(x); return err }},
		{"a comparison of too few", "comparator must have 2 parameters", func() error { _, err := f.Sort(always, 0, false, x); return err }},
		{"branches with parameters", "trueBranch must have no parameters", func() error {
			_, err := f.If(ok(f.Constant([]bool{true})), keep, keep)
			return err
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := c.do(); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want an error with %q", err, c.want)
			}
		})
	}
	e := build(t, b, [][]int{{4}}, func(f compute.Function, x []compute.Value) compute.Value {
		far := closure(t, f, s, 0, func(c compute.Function, _ []compute.Value) []compute.Value {
			at, update := ok(c.Constant([]int32{9}, 1, 1)), ok(c.Constant([]float32{1}, 1))
			return []compute.Value{ok(c.ScatterSum(x[0], at, update, 1, nil, []int{0}, []int{0}, false, false))}
		})
		near := closure(t, f, s, 0, func(_ compute.Function, _ []compute.Value) []compute.Value { return x })
		out, err := f.If(ok(f.GreaterThan(ok(f.ReduceSum(x[0])), ok(f.Constant([]float32{0})))), far, near)
		if err != nil {
			t.Fatal(err)
		}
		return out[0]
	})
	for _, v := range []float32{1, -1} { // the second run shows that the first did no harm
		in, err := b.BufferFromFlatData(0, []float32{v, v, v, v}, shapes.Make(dtypes.Float32, 4))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := e.Execute([]compute.Buffer{in}, nil, 0); (err != nil) != (v > 0) {
			t.Errorf("an index outside in a branch that is taken: %v: got %v", v > 0, err)
		}
	}
}

// TestResultTwice: a function may return one value several times, which GoMLX's Go backend cannot run.
func TestResultTwice(t *testing.T) {
	b := testBackend(t, Options{})
	e := build(t, b, [][]int{{2}}, func(f compute.Function, x []compute.Value) compute.Value {
		twice := closure(t, f, shapes.Make(dtypes.Float32), 0, func(c compute.Function, _ []compute.Value) []compute.Value {
			y := must(t)(c.Add(x[0], x[0]))
			return []compute.Value{y, y, x[0], y}
		})
		out, err := f.If(must(t)(f.Constant([]bool{true})), twice, twice)
		if err != nil {
			t.Fatal(err)
		}
		return must(t)(f.Concatenate(0, out...))
	})
	in, err := b.BufferFromFlatData(0, []float32{1, 3}, shapes.Make(dtypes.Float32, 2))
	if err != nil {
		t.Fatal(err)
	}
	out, err := e.Execute([]compute.Buffer{in}, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	got := make([]float32, 8)
	if err := out[0].ToFlatData(got); err != nil || !slices.Equal(got, []float32{2, 6, 2, 6, 1, 3, 2, 6}) {
		t.Errorf("got %v, %v, want x doubled three times, and x in the third place", got, err)
	}
}
