package cpu

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/compute/support/testutil"
)

func TestConfiguration(t *testing.T) {
	if _, err := New("stats, inner, direct"); err != nil {
		t.Error(err)
	}
	want := `cpu: option "warp" of the configuration "stats,warp" is unknown; want stats, inner, direct, interpret or nothing`
	if _, err := New("stats,warp"); err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	b, err := compute.NewWithConfig("cpu")
	if err != nil || b.Name() != "cpu" || b.NumDevices() != 1 || !strings.Contains(b.Description(), "workers") {
		t.Errorf("registered as cpu: got %v, %v", b, err)
	}
}

// build makes an executable of one function of float32 parameters.
func build(t *testing.T, b *Backend, dims [][]int, f func(f compute.Function, x []compute.Value) compute.Value) compute.Executable {
	t.Helper()
	builder := b.Builder("test")
	main := builder.Main()
	var params []compute.Value
	for _, d := range dims {
		v, err := main.Parameter("x", shapes.Make(dtypes.Float32, d...), nil)
		if err != nil {
			t.Fatal(err)
		}
		params = append(params, v)
	}
	if err := main.Return([]compute.Value{f(main, params)}, nil); err != nil {
		t.Fatal(err)
	}
	e, err := builder.Compile()
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func must(t *testing.T) func(v compute.Value, err error) compute.Value {
	return func(v compute.Value, err error) compute.Value {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// TestErrors: what does not fit is an error that says so, never a crash, and the backend goes on working.
func TestErrors(t *testing.T) {
	b, other := testBackend(t, Options{}), testBackend(t, Options{})
	ok := must(t)
	e := build(t, b, [][]int{{2, 3}}, func(f compute.Function, x []compute.Value) compute.Value { return ok(f.Neg(x[0])) })
	buffer := func(b *Backend, dims ...int) compute.Buffer {
		r, err := b.BufferFromFlatData(0, make([]float32, product(dims)), shapes.Make(dtypes.Float32, dims...))
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	gone := buffer(b, 2, 3)
	if err := gone.Finalize(); err != nil {
		t.Fatal(err)
	}
	if err := gone.Finalize(); err != nil {
		t.Errorf("a second Finalize: %v", err)
	}
	run := func(in ...compute.Buffer) func() error {
		return func() error { _, err := e.Execute(in, nil, 0); return err }
	}
	builder := b.Builder("errors")
	main := builder.Main()
	x := ok(main.Parameter("x", shapes.Make(dtypes.Float32, 2, 3), nil))
	foreign := ok(b.Builder("foreign").Main().Parameter("y", shapes.Make(dtypes.Float32, 2, 3), nil))
	for _, c := range []struct {
		name, want string
		do         func() error
	}{
		{"too few inputs", "takes 1 inputs, not 0", run()},
		{"another shape", "has shape (Float32)[3, 2], want (Float32)[2, 3]", run(buffer(b, 3, 2))},
		{"another instance", "belongs to another instance of this backend", run(buffer(other, 2, 3))},
		{"finalized", "has been finalized or donated before", run(gone)},
		{"no buffer", "is a <nil> of another backend", run(nil)},
		{"device 1", "there is no device 1", func() error { _, err := e.Execute([]compute.Buffer{buffer(b, 2, 3)}, nil, 1); return err }},
		{"short donate", "2 are marked as donated", func() error {
			_, err := e.Execute([]compute.Buffer{buffer(b, 2, 3)}, []bool{true, false}, 0)
			return err
		}},
		{"flat data of another type", "cannot copy 6 values of int32 to 6 of float32", func() error {
			_, err := b.BufferFromFlatData(0, make([]int32, 6), shapes.Make(dtypes.Float32, 2, 3))
			return err
		}},
		{"too little flat data", "cannot copy 5 values", func() error {
			_, err := b.BufferFromFlatData(0, make([]float32, 5), shapes.Make(dtypes.Float32, 2, 3))
			return err
		}},
		{"no slice", "not from int", func() error { _, err := b.BufferFromFlatData(0, 7, shapes.Make(dtypes.Float32)); return err }},
		{"nil value", "input 0 is a <nil>, not a value of this backend", func() error { _, err := main.Neg(nil); return err }},
		{"shapes that do not fit", "Add", func() error {
			_, err := main.Add(x, ok(main.Constant([]float32{1, 2, 3, 4}, 2, 2)))
			return err
		}},
		{"axis out of range", "Reverse", func() error { _, err := main.Reverse(x, 9); return err }},
		{"a permutation that is none", "Transpose", func() error { _, err := main.Transpose(x, 0, 0); return err }},
		{"feature axis", "the feature axis 2 is not an axis", func() error {
			_, _, _, err := main.BatchNormForTraining(x, x, x, 1e-3, 2)
			return err
		}},
		{"slice too large", "does not fit into", func() error {
			zero := ok(main.Constant([]int32{0}))
			_, err := main.DynamicSlice(x, []compute.Value{zero, zero}, []int{1, 9})
			return err
		}},
		{"windows that do not fit", "as many as there are windows", func() error {
			_, err := main.SelectAndScatterMax(x, x, []int{2, 3}, []int{1, 1}, nil)
			return err
		}},
		{"value of another graph", "", func() error { _, err := main.Add(x, foreign); return err }},
		{"no results", "call Return", func() error { _, err := b.Builder("empty").Compile(); return err }},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := c.do()
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want an error with %q", err, c.want)
			}
		})
	}
	if err := run(buffer(b, 2, 3))(); err != nil {
		t.Errorf("after all errors: %v", err)
	}
}

// TestMemoryLimit: too much is an error, what was taken is given back, and smaller values still fit.
func TestMemoryLimit(t *testing.T) {
	b := testBackend(t, Options{MemoryLimit: 1 << 20})
	ok := must(t)
	grow := func(n int) error {
		e := build(t, b, [][]int{{n, 1}}, func(f compute.Function, x []compute.Value) compute.Value {
			y := ok(f.DotGeneral(x[0], []int{1}, nil, x[0], []int{1}, nil, compute.DotGeneralConfig{}))
			return ok(f.ReduceSum(y, 0))
		})
		x, err := b.BufferFromFlatData(0, make([]float32, n), shapes.Make(dtypes.Float32, n, 1))
		if err != nil {
			return err
		}
		out, err := e.Execute([]compute.Buffer{x}, []bool{true}, 0)
		if err != nil {
			return err
		}
		return out[0].Finalize()
	}
	if err := grow(100); err != nil {
		t.Errorf("100 × 100: %v", err)
	}
	if err := grow(1000); !errors.Is(err, ErrMemory) || !strings.Contains(err.Error(), "the limit is 1048576") {
		t.Errorf("1000 × 1000: got %v, want ErrMemory", err)
	}
	if err := grow(100); err != nil {
		t.Errorf("100 × 100 afterwards: %v", err)
	}
	if b.memory.used != 0 {
		t.Errorf("%d bytes are still taken", b.memory.used)
	}
	if _, err := b.BufferFromFlatData(0, make([]float32, 1), shapes.Make(dtypes.Float32, 1<<40)); !errors.Is(err, ErrMemory) {
		t.Errorf("a shape of 4 TB: got %v, want ErrMemory", err)
	}
}

// TestSteadyState: from the second run on, no memory is asked of the system, and donated inputs become results.
func TestSteadyState(t *testing.T) {
	b := testBackend(t, Options{})
	ok := must(t)
	e := build(t, b, [][]int{{64, 64}, {64, 64}}, func(f compute.Function, x []compute.Value) compute.Value {
		y := x[0]
		for range 10 {
			y = ok(f.DotGeneral(y, []int{1}, nil, x[1], []int{0}, nil, compute.DotGeneralConfig{}))
			y = ok(f.Tanh(ok(f.Add(y, x[0]))))
			sum := ok(f.Reshape(ok(f.ReduceSum(y, 1)), 64, 1))
			y = ok(f.Sub(y, sum)) // a chain
			p := ok(f.Reshape(y, 1, 8, 8, 64))
			w := ok(f.Reshape(x[1], 1, 1, 64, 64))
			axes := compute.ConvolveAxesConfig{InputBatch: 0, InputSpatial: []int{1, 2}, InputChannels: 3, KernelSpatial: []int{0, 1},
				KernelInputChannels: 2, KernelOutputChannels: 3, OutputBatch: 0, OutputSpatial: []int{1, 2}, OutputChannels: 3}
			p = ok(f.Max(ok(f.ConvGeneral(p, w, axes, nil, nil, nil, nil, 1, 1)), ok(f.Constant([]float32{0}))))
			y = ok(f.Reshape(p, 64, 64))
		}
		return y
	})
	in := make([]compute.Buffer, 2)
	for i := range in {
		in[i], _ = b.BufferFromFlatData(0, make([]float32, 64*64), shapes.Make(dtypes.Float32, 64, 64))
	}
	once := func() {
		out, err := e.Execute(in, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		if err := out[0].Finalize(); err != nil {
			t.Fatal(err)
		}
	}
	once()
	idle, used := b.memory.idle, b.memory.used
	// The result and its buffer are new each time; none of the 40 steps may add to them.
	if n := testing.AllocsPerRun(50, once); n > 10 && !raceDetector {
		t.Errorf("%v allocations a run, want those of a result alone", n)
	}
	if b.memory.idle != idle || b.memory.used != used {
		t.Errorf("idle and used memory went from %d, %d to %d, %d", idle, used, b.memory.idle, b.memory.used)
	}
}

// TestSlowPathIsReportedOnce: an operation without a kernel that takes long is logged once with its shapes.
func TestSlowPathIsReportedOnce(t *testing.T) {
	var said []string
	b := testBackend(t, Options{Logger: func(m string) { said = append(said, m) }})
	for range 2 {
		builder := b.Builder("slow")
		f := builder.Main()
		ok := must(t)
		x := ok(f.Parameter("x", shapes.Make(dtypes.Float64, 4096, 2048), nil))
		if err := f.Return([]compute.Value{ok(f.Sin(x))}, nil); err != nil {
			t.Fatal(err)
		}
		if _, err := builder.Compile(); err != nil {
			t.Fatal(err)
		}
	}
	if len(said) != 1 || !strings.Contains(said[0], "Sin((Float64)[4096, 2048])") {
		t.Errorf("got %q, want one line about Sin of float64", said)
	}
}

// TestDynamicSlices: positions outside are moved inside, by hand.
func TestDynamicSlices(t *testing.T) {
	b := testBackend(t, Options{})
	x := [][]float32{{1, 2, 3, 4}, {5, 6, 7, 8}, {9, 10, 11, 12}}
	got, err := testutil.Exec1(b, []any{x, int32(1), int32(9)}, func(f compute.Function, p []compute.Value) (compute.Value, error) {
		return f.DynamicSlice(p[0], p[1:], []int{2, 2})
	})
	if same, diff := testutil.IsEqual([][]float32{{7, 8}, {11, 12}}, got); err != nil || !same {
		t.Errorf("slice at 1, 9: %v %s", err, diff)
	}
	got, err = testutil.Exec1(b, []any{x, [][]float32{{-1, -2}}, int32(-3), int32(1)}, func(f compute.Function, p []compute.Value) (compute.Value, error) {
		return f.DynamicUpdateSlice(p[0], p[1], p[2:])
	})
	if same, diff := testutil.IsEqual([][]float32{{1, -1, -2, 4}, {5, 6, 7, 8}, {9, 10, 11, 12}}, got); err != nil || !same {
		t.Errorf("update at -3, 1: %v %s", err, diff)
	}
}

// TestControlFlow: a graph that is nothing but a loop.
func TestControlFlow(t *testing.T) {
	b := testBackend(t, Options{})
	got, err := testutil.Exec1(b, []any{int32(1)}, func(f compute.Function, p []compute.Value) (compute.Value, error) {
		ok := must(t)
		condition, err := f.Closure()
		if err != nil {
			return nil, err
		}
		x := ok(condition.Parameter("x", shapes.Make(dtypes.Int32), nil))
		if err := condition.Return([]compute.Value{ok(condition.LessThan(x, ok(condition.Constant([]int32{100}))))}, nil); err != nil {
			return nil, err
		}
		body, err := f.Closure()
		if err != nil {
			return nil, err
		}
		y := ok(body.Parameter("y", shapes.Make(dtypes.Int32), nil))
		if err := body.Return([]compute.Value{ok(body.Add(y, y))}, nil); err != nil {
			return nil, err
		}
		out, err := f.While(condition, body, p[0])
		if err != nil {
			return nil, err
		}
		return out[0], nil
	})
	if err != nil || got != int32(128) {
		t.Errorf("doubling 1 until it is at least 100: got %v, %v, want 128", got, err)
	}
}

// TestManyGoroutines runs one executable from several goroutines.
func TestManyGoroutines(t *testing.T) {
	b := testBackend(t, Options{Workers: 2})
	ok := must(t)
	e := build(t, b, [][]int{{300, 40}}, func(f compute.Function, x []compute.Value) compute.Value {
		y := ok(f.DotGeneral(x[0], []int{1}, nil, x[0], []int{1}, nil, compute.DotGeneralConfig{}))
		return ok(f.ReduceSum(ok(f.Exp(ok(f.Neg(y)))), 1))
	})
	var results [8][]float32
	var wg sync.WaitGroup
	for i := range results {
		wg.Go(func() {
			data := make([]float32, 300*40)
			for k := range data {
				data[k] = float32(k%17)/17 - 0.5
			}
			for range 5 {
				x, err := b.BufferFromFlatData(0, data, shapes.Make(dtypes.Float32, 300, 40))
				if err != nil {
					t.Error(err)
					return
				}
				out, err := e.Execute([]compute.Buffer{x}, []bool{i%2 == 0}, 0)
				if err != nil {
					t.Error(err)
					return
				}
				results[i] = make([]float32, 300)
				if err := out[0].ToFlatData(results[i]); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	for i := range results {
		if !slices.Equal(results[i], results[0]) {
			t.Errorf("goroutine %d got other values than goroutine 0", i)
		}
	}
}

// FuzzPlan builds random graphs from seeds and holds them to GoMLX's Go backend.
func FuzzPlan(f *testing.F) {
	f.Add(uint64(1), uint8(10))
	f.Add(uint64(99), uint8(40))
	ref, b := reference(f), testBackend(f, Options{Workers: 3})
	f.Fuzz(func(t *testing.T, seed uint64, steps uint8) {
		n := 1 + int(steps)%64
		compare(t, "random graph", wider(perform(t, b, seed, n)), wider(perform(t, ref, seed, n)), 5e-4)
	})
}
