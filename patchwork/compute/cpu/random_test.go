package cpu

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
)

// author writes a random graph: the same one for every function that it is given, as all choices come from the seed.
// It uses what all backends have, so that GoMLX's Go backend can be the reference.
type author struct {
	t      testing.TB
	r      *rand.Rand
	f      compute.Function
	params [][]float32
	dims   [][]int
	floats []compute.Value // float32
	bools  []compute.Value // computed from parameters alone, so that rounding cannot turn one over
}

func newAuthor(t testing.TB, seed uint64) *author {
	a := &author{t: t, r: rand.New(rand.NewPCG(seed, 7))}
	shape := make([]int, 1+a.r.IntN(4))
	for i := range shape {
		shape[i] = 1 + a.r.IntN(7)
	}
	if a.r.IntN(4) == 0 {
		shape[len(shape)-1] = 300 + a.r.IntN(3000) // several blocks
	}
	for range 3 {
		dims := slices.Clone(shape)
		for i := range dims {
			if a.r.IntN(4) == 0 {
				dims[i] = 1
			}
		}
		a.dims = append(a.dims, dims)
	}
	a.dims[0] = shape
	for _, dims := range a.dims {
		data := make([]float32, product(dims))
		for i := range data {
			data[i] = float32(a.r.IntN(33)-16) / 8
		}
		a.params = append(a.params, data)
	}
	return a
}

func (a *author) ok(v compute.Value, err error) compute.Value {
	a.t.Helper()
	if err != nil {
		a.t.Fatal(err)
	}
	return v
}

func (a *author) shape(v compute.Value) shapes.Shape {
	s, err := a.f.Shape(v)
	if err != nil {
		a.t.Fatal(err)
	}
	return s
}

func (a *author) pick() compute.Value { return a.floats[a.r.IntN(len(a.floats))] }

// mate finds a value that can be combined with x by broadcasting, or makes a constant.
func (a *author) mate(x compute.Value) compute.Value {
	d := a.shape(x).Dimensions
	var fit []compute.Value
	for _, v := range a.floats {
		s := a.shape(v)
		if _, ok := broadcastAccess(d, s.Dimensions); ok && (s.Rank() == len(d) || s.Rank() == 0) {
			fit = append(fit, v)
		}
	}
	if len(fit) == 0 || a.r.IntN(3) == 0 {
		return a.ok(a.f.Constant([]float32{float32(a.r.IntN(9)-4) / 4}))
	}
	return fit[a.r.IntN(len(fit))]
}

// tame keeps values near 1, so that errors do not grow.
func (a *author) tame(x compute.Value) compute.Value { return a.ok(a.f.Tanh(x)) }

func (a *author) write(n int) {
	for i, dims := range a.dims {
		a.floats = append(a.floats, a.ok(a.f.Parameter(fmt.Sprint("p", i), shapes.Make(dtypes.Float32, dims...), nil)))
	}
	zero := a.ok(a.f.Constant([]float32{0.25}))
	for _, p := range a.floats {
		a.bools = append(a.bools, a.ok(a.f.GreaterThan(p, zero)), a.ok(a.f.LessOrEqual(p, zero)), a.ok(a.f.NotEqual(p, zero)))
	}
	for range n {
		if v := a.step(); a.shape(v).Size() < 1<<16 {
			a.floats = append(a.floats, v)
		}
	}
}

// step adds one random operation, or a few.
func (a *author) step() compute.Value {
	f, x := a.f, a.pick()
	s := a.shape(x)
	d, rank := s.Dimensions, s.Rank()
	switch a.r.IntN(28) {
	case 0:
		return a.ok(f.Neg(x))
	case 1:
		return a.ok(f.Sqrt(a.ok(f.Abs(x))))
	case 2:
		return a.ok(f.Exp(a.tame(x)))
	case 3:
		return a.ok(f.Logistic(x))
	case 4:
		return a.tame(a.ok(f.Add(x, a.mate(x))))
	case 5:
		return a.tame(a.ok(f.Mul(x, a.mate(x))))
	case 6:
		return a.tame(a.ok(f.Sub(a.mate(x), x)))
	case 7:
		return a.ok(f.Max(x, a.mate(x)))
	case 8:
		return a.tame(a.ok(f.Div(x, a.ok(f.Exp(a.tame(a.mate(x)))))))
	case 9: // choose by a truth value of the same shape
		for _, c := range a.bools {
			if slices.Equal(a.shape(c).Dimensions, d) {
				y := a.mate(x)
				if ys := a.shape(y).Dimensions; len(ys) > 0 && !slices.Equal(ys, d) {
					continue
				}
				return a.ok(f.Where(c, x, y))
			}
		}
	case 10, 11: // reduce some axes, and bring the result back to full size
		if rank > 0 {
			return a.reduced(x, d)
		}
	case 12:
		perm := a.r.Perm(rank)
		return a.ok(f.Transpose(x, perm...))
	case 13:
		if rank > 1 {
			flat := append([]int{d[0] * d[1]}, d[2:]...)
			return a.ok(f.Reshape(x, flat...))
		}
		return a.ok(f.Reshape(x, append([]int{1}, d...)...))
	case 14:
		if rank > 0 {
			starts, limits, strides := make([]int, rank), slices.Clone(d), make([]int, rank)
			for i := range d {
				starts[i] = a.r.IntN(d[i])
				strides[i] = 1 + a.r.IntN(2)
			}
			return a.ok(f.Slice(x, starts, limits, strides))
		}
	case 15:
		config := make([]compute.PadAxis, rank)
		for i := range config {
			config[i] = compute.PadAxis{Start: a.r.IntN(3), End: a.r.IntN(2), Interior: a.r.IntN(2)}
		}
		return a.ok(f.Pad(x, a.ok(f.Constant([]float32{0.5})), config...))
	case 16:
		if rank > 0 {
			axis := a.r.IntN(rank)
			return a.ok(f.Concatenate(axis, x, a.ok(f.Reverse(x, axis))))
		}
	case 17: // product with itself along one axis
		if rank > 0 && s.Size() < 1000 {
			axis := a.r.IntN(rank)
			y := a.ok(f.DotGeneral(x, []int{axis}, nil, x, []int{axis}, nil, compute.DotGeneralConfig{}))
			return a.tame(y)
		}
	case 18:
		c := a.bools[a.r.IntN(len(a.bools))]
		return a.ok(f.ConvertDType(c, dtypes.Float32))
	case 19: // through another type
		whole := a.ok(f.Round(a.ok(f.Mul(a.floats[a.r.IntN(3)], a.ok(f.Constant([]float32{8}))))))
		t := []dtypes.DType{dtypes.Int32, dtypes.Int64, dtypes.Float64}[a.r.IntN(3)]
		return a.ok(f.ConvertDType(a.ok(f.ConvertDType(whole, t)), dtypes.Float32))
	case 20, 21: // a convolution and what follows one
		if rank == 4 && s.Size() < 20000 {
			y := a.tame(a.convolution(x, d))
			return a.ok(f.Max(y, a.mate(y)))
		}
	case 22: // a product and what follows one
		if rank == 2 && s.Size() < 20000 {
			w := a.weights(d[1], 8)
			y := a.ok(f.DotGeneral(x, []int{1}, nil, w, []int{0}, nil, compute.DotGeneralConfig{}))
			return a.tame(a.ok(f.Add(y, a.mate(y))))
		}
	case 23, 24: // arithmetic of another type
		return a.typed()
	case 27: // a product in a sum, and a sum that is cut off: what passes compute in one instruction
		p, y := a.ok(f.Mul(x, a.mate(x))), a.mate(x)
		switch a.r.IntN(4) {
		case 0:
			return a.tame(a.ok(f.Add(p, y)))
		case 1:
			return a.tame(a.ok(f.Sub(p, y)))
		case 2:
			return a.tame(a.ok(f.Sub(y, p)))
		}
		low, high := a.ok(f.Constant([]float32{-0.25})), a.ok(f.Constant([]float32{0.75}))
		return a.ok(f.Min(a.ok(f.Max(a.ok(f.Add(x, y)), low)), high))
	case 25: // rows of a value, and back to rows of another
		if rank > 1 {
			return a.rows(x, d)
		}
	case 26: // the place of an extreme, of a parameter, so that rounding cannot move it
		p := a.floats[a.r.IntN(3)]
		axis := a.r.IntN(a.shape(p).Rank())
		at := a.ok(f.ArgMinMax(p, axis, dtypes.Int32, a.r.IntN(2) == 0))
		return a.tame(a.ok(f.ConvertDType(at, dtypes.Float32)))
	}
	return a.ok(f.Abs(x))
}

// typed computes with whole numbers of some type, made from a parameter, and returns them as float32 near 1. The numbers are
// small, so that no type rounds or overflows.
func (a *author) typed() compute.Value {
	f := a.f
	whole := func() compute.Value {
		return a.ok(f.Round(a.ok(f.Abs(a.floats[a.r.IntN(3)])))) // 0 to 2
	}
	t := []dtypes.DType{dtypes.Int32, dtypes.Int64, dtypes.Float64, dtypes.Uint8, dtypes.BFloat16}[a.r.IntN(5)]
	p := whole()
	x := a.ok(f.ConvertDType(p, t))
	y := a.ok(f.Add(x, a.ok(f.ConvertDType(a.ok(f.Constant([]float32{1})), t))))
	switch a.r.IntN(6) {
	case 0:
		y = a.ok(f.Mul(x, y))
	case 1:
		y = a.ok(f.Max(x, y))
	case 2:
		y = a.ok(f.Where(a.ok(f.LessThan(x, y)), y, x))
	case 3:
		y = a.ok(f.Transpose(y, a.r.Perm(a.shape(y).Rank())...))
	case 4:
		if axis := a.r.IntN(a.shape(y).Rank()); a.shape(y).Dimensions[axis] < 8 {
			y = a.ok(f.ReduceSum(y, axis))
		}
	default:
		y = a.ok(f.Concatenate(0, x, a.ok(f.Min(x, y))))
	}
	return a.tame(a.ok(f.Mul(a.ok(f.ConvertDType(y, dtypes.Float32)), a.ok(f.Constant([]float32{0.125})))))
}

// rows gathers rows of x and adds, or takes the larger or smaller of, all that belong to one of some other rows.
func (a *author) rows(x compute.Value, d []int) compute.Value {
	f, n := a.f, 1+a.r.IntN(12)
	index := func(rows int) compute.Value {
		at := make([]int32, n)
		for i := range at {
			at[i] = int32(a.r.IntN(rows))
		}
		return a.ok(f.Constant(at, n, 1))
	}
	windows := make([]int, len(d)-1)
	for i := range windows {
		windows[i] = i + 1
	}
	sizes := append([]int{1}, d[1:]...)
	picked := a.ok(f.Gather(x, index(d[0]), 1, windows, []int{0}, []int{0}, sizes, false))
	to := append([]int{1 + a.r.IntN(5)}, d[1:]...)
	zeros := a.ok(f.BroadcastInDim(a.ok(f.Constant([]float32{0})), shapes.Make(dtypes.Float32, to...), nil))
	switch a.r.IntN(3) {
	case 0:
		return a.tame(a.ok(f.ScatterSum(zeros, index(to[0]), picked, 1, windows, []int{0}, []int{0}, false, false)))
	case 1:
		return a.ok(f.ScatterMax(zeros, index(to[0]), picked, 1, windows, []int{0}, []int{0}, false, false))
	}
	return a.ok(f.ScatterMin(zeros, index(to[0]), picked, 1, windows, []int{0}, []int{0}, false, false))
}

func (a *author) weights(dims ...int) compute.Value {
	data := make([]float32, product(dims))
	for i := range data {
		data[i] = float32(a.r.NormFloat64()) / 4
	}
	return a.ok(a.f.Constant(data, dims...))
}

// convolution has a random order of axes, stride, padding and dilation.
func (a *author) convolution(x compute.Value, d []int) compute.Value {
	in, out := a.r.Perm(4), a.r.Perm(4)
	if a.r.IntN(2) == 0 {
		in, out = []int{0, 1, 2, 3}, []int{0, 1, 2, 3}
	}
	axes := compute.ConvolveAxesConfig{
		InputBatch: in[0], InputSpatial: in[1:3], InputChannels: in[3],
		KernelSpatial: []int{0, 1}, KernelInputChannels: 2, KernelOutputChannels: 3,
		OutputBatch: out[0], OutputSpatial: out[1:3], OutputChannels: out[3],
	}
	k := [2]int{1 + a.r.IntN(3), 1 + a.r.IntN(3)}
	w := a.weights(k[0], k[1], d[in[3]], 1+a.r.IntN(5))
	stride := []int{1 + a.r.IntN(2), 1 + a.r.IntN(2)}
	pads := [][2]int{{k[0] - 1, a.r.IntN(2)}, {a.r.IntN(2), k[1] - 1}}
	dilation := []int{1, 1}
	if a.r.IntN(3) == 0 {
		dilation[0], stride[0], stride[1] = 2, 1, 1
	}
	return a.ok(a.f.ConvGeneral(x, w, axes, stride, pads, dilation, nil, 1, 1))
}

func (a *author) reduced(x compute.Value, d []int) compute.Value {
	f := a.f
	var axes, kept, wide []int
	for i := range d {
		if a.r.IntN(2) == 0 {
			axes = append(axes, i)
			wide = append(wide, 1)
		} else {
			kept = append(kept, i)
			wide = append(wide, d[i])
		}
	}
	if len(axes) == 0 {
		axes, kept, wide[0] = []int{0}, kept[1:], 1
	}
	var y compute.Value
	switch a.r.IntN(3) {
	case 0:
		y = a.tame(a.ok(f.ReduceSum(x, axes...)))
	case 1:
		y = a.ok(f.ReduceMax(x, axes...))
	default:
		y = a.ok(f.ReduceMin(x, axes...))
	}
	switch a.r.IntN(3) {
	case 0:
		return y
	case 1:
		return a.tame(a.ok(f.Sub(x, a.ok(f.Reshape(y, wide...)))))
	}
	return a.tame(a.ok(f.Mul(x, a.ok(f.BroadcastInDim(y, shapes.Make(dtypes.Float32, d...), kept)))))
}

// perform writes the graph on a backend and runs it; every value is a result with the given chance.
func perform(t testing.TB, b compute.Backend, seed uint64, steps int) [][]float32 {
	t.Helper()
	a := newAuthor(t, seed)
	builder := b.Builder(fmt.Sprint("random ", seed))
	a.f = builder.Main()
	a.write(steps)
	var outs []compute.Value
	for _, v := range a.floats[3:] {
		if a.r.IntN(4) == 0 {
			outs = append(outs, v)
		}
	}
	outs = append(outs, a.floats[len(a.floats)-1])
	if err := a.f.Return(outs, nil); err != nil {
		t.Fatal(err)
	}
	exec, err := builder.Compile()
	if err != nil {
		t.Fatal(err)
	}
	var last [][]float32
	for turn := range 2 { // the second run finds used memory, and may write over its inputs
		in := make([]compute.Buffer, 3)
		donate := make([]bool, 3)
		for i, data := range a.params {
			if in[i], err = b.BufferFromFlatData(0, data, shapes.Make(dtypes.Float32, a.dims[i]...)); err != nil {
				t.Fatal(err)
			}
			donate[i] = turn == 1
		}
		results, err := exec.Execute(in, donate, 0)
		if err != nil {
			t.Fatal(err)
		}
		var all [][]float32
		for _, r := range results {
			s, err := r.Shape()
			if err != nil {
				t.Fatal(err)
			}
			data := make([]float32, s.Size())
			if err := r.ToFlatData(data); err != nil {
				t.Fatal(err)
			}
			all = append(all, data)
			if err := r.Finalize(); err != nil {
				t.Fatal(err)
			}
		}
		if turn == 1 && b.Name() == Name && !equalBits(last, all) {
			t.Errorf("seed %d: a second run with donated inputs gives other bits", seed)
		}
		last = all
	}
	return last
}

func equalBits(a, b [][]float32) bool {
	return slices.EqualFunc(a, b, func(x, y []float32) bool {
		return slices.EqualFunc(x, y, func(u, v float32) bool { return u == v || u != u && v != v })
	})
}

func wider(x [][]float32) [][]float64 {
	var all [][]float64
	for _, v := range x {
		var w []float64
		for _, y := range v {
			w = append(w, float64(y))
		}
		all = append(all, w)
	}
	return all
}

// TestRandomGraphs compares random graphs with GoMLX's Go backend, and one worker with four. Values are of the order of
// one and pass up to 40 operations that do not enlarge errors much; 2e-4 leaves room for sums of 3000 in float32.
func TestRandomGraphs(t *testing.T) {
	ref := reference(t)
	one, four, plain := testBackend(t, Options{Workers: 1}), testBackend(t, Options{Workers: 4}), testBackend(t, Options{Interpret: true})
	n := uint64(400)
	if testing.Short() {
		n = 60
	}
	for seed := range n {
		steps := 5 + int(seed%36)
		got := perform(t, four, seed, steps)
		if !equalBits(got, perform(t, one, seed, steps)) {
			t.Errorf("seed %d: one worker gives other bits than four", seed)
		}
		want := wider(perform(t, ref, seed, steps))
		compare(t, fmt.Sprint("seed ", seed), wider(got), want, 2e-4)
		compare(t, fmt.Sprint("seed ", seed, " without machine code"), wider(perform(t, plain, seed, steps)), want, 2e-4)
		if t.Failed() {
			return
		}
	}
}
