package jit

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/compute/cpu/kernel"
)

// widths are the vectors of this processor.
func widths(t *testing.T) []int {
	t.Helper()
	var list []int
	for _, w := range []int{8, 16} {
		if w <= width() {
			list = append(list, w)
		}
	}
	if len(list) == 0 {
		t.Skip("no code is made on this system and processor")
	}
	return list
}

func random(n int, seed uint64) []float32 {
	r := rand.New(rand.NewPCG(seed, 1))
	x := make([]float32, n)
	special := []float32{0, float32(math.Copysign(0, -1)), float32(math.Inf(1)), float32(math.Inf(-1)), float32(math.NaN()), 1, -1, 0.5, 1e-40, -1e-40, 89, -90, 1e30}
	for i := range x {
		x[i] = float32(r.NormFloat64() * math.Exp(r.NormFloat64()*3))
		if r.IntN(10) == 0 {
			x[i] = special[r.IntN(len(special))]
		}
	}
	return x
}

func same(a, b float32) bool {
	return math.Float32bits(a) == math.Float32bits(b) || a != a && b != b
}

// TestElements holds each operation to package kernel's, bit by bit.
func TestElements(t *testing.T) {
	const n = 1000
	x, y, z := random(n, 1), random(n, 2), random(n, 3)
	want := make([]float32, n)
	unary := map[Unary]kernel.UnaryOp{Copy: kernel.Copy, Neg: kernel.Neg, Abs: kernel.Abs, Sqrt: kernel.Sqrt, Rsqrt: kernel.Rsqrt, Sign: kernel.Sign,
		Exp: kernel.Exp, Log: kernel.Log, Tanh: kernel.Tanh, Erf: kernel.Erf, Logistic: kernel.Logistic}
	binary := map[Binary]kernel.BinaryOp{Add: kernel.Add, Sub: kernel.Sub, Mul: kernel.Mul, Div: kernel.Div, Maximum: kernel.Max, Minimum: kernel.Min,
		Equal: kernel.Equal, NotEqual: kernel.NotEqual, Less: kernel.Less, LessOrEqual: kernel.LessOrEqual, Greater: kernel.Greater, GreaterOrEqual: kernel.GreaterOrEqual}
	ternary := map[Ternary]kernel.FusedOp{MulAdd: kernel.Fused, MulSub: kernel.FusedLess, NegMul: kernel.FusedFrom}
	plain := map[Unary]func(float32) float32{
		Floor: func(v float32) float32 { return float32(math.Floor(float64(v))) }, Ceil: func(v float32) float32 { return float32(math.Ceil(float64(v))) },
		Round: func(v float32) float32 { return float32(math.RoundToEven(float64(v))) }, Not: func(v float32) float32 { return 1 - v },
		Nonzero: func(v float32) float32 {
			if v != 0 {
				return 1
			}
			return 0
		}}
	check := func(name string, build func(p *Program, x, y, z Value) Value) {
		for _, lanes := range widths(t) {
			p := NewProgram()
			slots := []int{p.Slot(), p.Slot(), p.Slot(), p.Slot()}
			p.Store(slots[3], build(p, p.Stream(slots[0]), p.Stream(slots[1]), p.Stream(slots[2])))
			f, err := p.compile(lanes)
			if err != nil {
				t.Fatal(err)
			}
			got := make([]float32, n+1)
			got[n] = 7
			frame := f.NewFrame()
			for i, m := range [][]float32{x, y, z, got} {
				frame.Set(slots[i], &m[0])
			}
			f.Run(frame, 1, n)
			for i := range want {
				if !same(got[i], want[i]) {
					t.Errorf("%s with %d lanes: of %g, %g, %g got %g (%x), want %g (%x)", name, lanes, x[i], y[i], z[i], got[i], math.Float32bits(got[i]), want[i], math.Float32bits(want[i]))
					break
				}
			}
			if got[n] != 7 {
				t.Errorf("%s with %d lanes wrote behind the end", name, lanes)
			}
		}
	}
	for f, k := range unary {
		kernel.Unary(k, want, x)
		check(fmt.Sprintf("unary %d", f-Unary(firstUnary)), func(p *Program, x, y, z Value) Value { return p.Unary(f, x) })
	}
	for f, g := range plain {
		for i := range want {
			want[i] = g(x[i])
		}
		check(fmt.Sprintf("unary %d", f-Unary(firstUnary)), func(p *Program, x, y, z Value) Value { return p.Unary(f, x) })
	}
	for f, k := range binary {
		kernel.Binary(k, want, x, y)
		check(fmt.Sprintf("binary %d", f-Binary(firstBinary)), func(p *Program, x, y, z Value) Value { return p.Binary(f, x, y) })
		for i := range want {
			kernel.Binary(k, want[i:i+1], x[i:], []float32{0.5})
		}
		check(fmt.Sprintf("binary %d with a constant", f-Binary(firstBinary)), func(p *Program, x, y, z Value) Value { return p.Binary(f, x, p.Constant(0.5)) })
		for i := range want {
			kernel.Binary(k, want[i:i+1], []float32{0.5}, x[i:])
		}
		check(fmt.Sprintf("binary %d of a constant", f-Binary(firstBinary)), func(p *Program, x, y, z Value) Value { return p.Binary(f, p.Constant(0.5), x) })
	}
	for f, k := range ternary {
		kernel.Ternary(k, want, x, y, z)
		check(fmt.Sprintf("ternary %d", f-Ternary(firstTernary)), func(p *Program, x, y, z Value) Value { return p.Ternary(f, x, y, z) })
	}
	kernel.Select(want, x, y, z)
	check("select", func(p *Program, x, y, z Value) Value { return p.Ternary(Select, x, y, z) })
	kernel.AddClamp(want, x, y, &[2]float32{0, 6})
	check("clamp", func(p *Program, x, y, z Value) Value {
		return p.Binary(AtMost, p.Binary(AtLeast, p.Binary(Add, x, y), p.Constant(0)), p.Constant(6))
	})
}

// TestRandomPrograms compares random programs with their evaluation in Go: more values than there are registers, rows,
// columns, reductions, and sizes that are no multiples of a vector.
func TestRandomPrograms(t *testing.T) {
	for _, lanes := range widths(t) {
		for seed := range uint64(300) {
			randomProgram(t, lanes, seed)
		}
	}
}

func randomProgram(t *testing.T, lanes int, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 2))
	rows, cols := 1+r.IntN(7), 1+r.IntN(70)
	p := NewProgram()
	var memory [][]float32
	slot := func(n int) int {
		m := make([]float32, n+1)
		for i := range m {
			m[i] = float32(r.NormFloat64())
		}
		memory = append(memory, m)
		return p.Slot()
	}
	type eval func(i, j int) float32
	var values []Value
	var evals []eval
	push := func(v Value, e eval) { values, evals = append(values, v), append(evals, e) }
	for range 1 + r.IntN(12) {
		switch r.IntN(5) {
		case 0:
			s := slot(cols)
			push(p.Row(s), func(i, j int) float32 { return memory[s][j] })
		case 1:
			s := slot(rows)
			push(p.Column(s), func(i, j int) float32 { return memory[s][i] })
		case 2:
			s := slot(1)
			push(p.Scalar(s), func(i, j int) float32 { return memory[s][0] })
		default:
			s := slot(rows * cols)
			push(p.Stream(s), func(i, j int) float32 { return memory[s][i*cols+j] })
		}
	}
	for range r.IntN(60) {
		a, b, c := r.IntN(len(values)), r.IntN(len(values)), r.IntN(len(values))
		x, y, z := evals[a], evals[b], evals[c]
		switch r.IntN(6) {
		case 0:
			push(p.Binary(Maximum, values[a], values[b]), func(i, j int) float32 { return max(x(i, j), y(i, j)) })
		case 1:
			push(p.Binary(Sub, values[a], values[b]), func(i, j int) float32 { return x(i, j) - y(i, j) })
		case 2:
			push(p.Ternary(Select, p.Binary(Less, values[a], values[b]), values[b], values[c]), func(i, j int) float32 {
				if x(i, j) < y(i, j) {
					return y(i, j)
				}
				return z(i, j)
			})
		case 3:
			push(p.Unary(Abs, values[a]), func(i, j int) float32 { return float32(math.Abs(float64(x(i, j)))) })
		case 4:
			h := p.Constant(0.5)
			push(p.Ternary(MulAdd, values[a], h, values[b]), func(i, j int) float32 { return float32(0.5*float64(x(i, j)) + float64(y(i, j))) })
		default:
			h := p.Constant(0.25)
			push(p.Binary(Mul, p.Binary(Add, values[a], values[b]), h), func(i, j int) float32 { return (x(i, j) + y(i, j)) * 0.25 })
		}
		// Evaluations call one another: keep their results.
		e := evals[len(evals)-1]
		table := map[[2]int]float32{}
		evals[len(evals)-1] = func(i, j int) float32 {
			if v, ok := table[[2]int{i, j}]; ok {
				return v
			}
			v := e(i, j)
			table[[2]int{i, j}] = v
			return v
		}
	}
	type check struct {
		slot int
		want []float32
		near float64
	}
	var checks []check
	for range 1 + r.IntN(3) {
		k := r.IntN(len(values))
		e := evals[k]
		f := Reduction(r.IntN(3))
		join := [...]func(a, b float64) float64{func(a, b float64) float64 { return a + b }, math.Max, math.Min}[f]
		switch r.IntN(3) {
		case 0:
			s := slot(rows * cols)
			want := make([]float32, rows*cols)
			for i := range want {
				want[i] = e(i/cols, i%cols)
			}
			p.Store(s, values[k])
			checks = append(checks, check{s, want, 0})
		case 1:
			s := slot(rows)
			want := make([]float32, rows)
			for i := range want {
				sum := identities[f]
				for j := range cols {
					sum = join(sum, float64(e(i, j)))
				}
				want[i] = float32(sum)
			}
			p.ReduceRow(f, s, values[k])
			checks = append(checks, check{s, want, 1e-5})
		default:
			s := slot(cols)
			want := make([]float32, cols)
			for j := range want {
				sum := float64(memory[s][j])
				for i := range rows {
					sum = join(sum, float64(e(i, j)))
				}
				want[j] = float32(sum)
			}
			p.ReduceColumn(f, s, values[k])
			checks = append(checks, check{s, want, 1e-5})
		}
	}
	f, err := p.compile(lanes)
	if err != nil {
		t.Fatalf("seed %d with %d lanes: %v", seed, lanes, err)
	}
	frame := f.NewFrame()
	behind := make([]float32, len(memory))
	for s, m := range memory {
		frame.Set(s, &m[0])
		behind[s] = m[len(m)-1]
	}
	f.Run(frame, rows, cols)
	for _, c := range checks {
		got := memory[c.slot]
		for i, want := range c.want {
			size := 1 + math.Abs(float64(want))
			if c.near == 0 && !same(got[i], want) && math.Abs(float64(got[i]-want)) > 1e-6*size || math.Abs(float64(got[i]-want)) > 1e-5*float64(rows+cols)*size && c.near > 0 {
				t.Fatalf("seed %d with %d lanes, %d×%d, slot %d, element %d: got %g, want %g", seed, lanes, rows, cols, c.slot, i, got[i], want)
			}
		}
		if got[len(got)-1] != behind[c.slot] {
			t.Fatalf("seed %d with %d lanes, %d×%d: slot %d was written behind its end", seed, lanes, rows, cols, c.slot)
		}
	}
}
