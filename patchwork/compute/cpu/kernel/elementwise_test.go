package kernel

import (
	"math"
	"testing"
)

// reference gives each function in float64, and the allowed error of a result y: relative·|y| + absolute.
var reference = map[UnaryOp]struct {
	name               string
	f                  func(x float64) float64
	relative, absolute float64
}{
	Copy:     {"copy", func(x float64) float64 { return x }, 0, 0},
	Neg:      {"neg", func(x float64) float64 { return -x }, 0, 0},
	Abs:      {"abs", math.Abs, 0, 0},
	Sqrt:     {"sqrt", math.Sqrt, ulp / 2, 0},
	Rsqrt:    {"rsqrt", func(x float64) float64 { return 1 / math.Sqrt(x) }, 1.5 * ulp, 0},
	Sign:     {"sign", sign, 0, 0},
	Exp:      {"exp", math.Exp, 1e-7, 0},
	Log:      {"log", math.Log, 1e-7, 0},
	Tanh:     {"tanh", math.Tanh, 3e-7, 0},
	Erf:      {"erf", math.Erf, 4e-7, 0},
	Logistic: {"logistic", func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }, 2e-7, 1.2e-38},
}

// ulp is the distance of float32 values at 1.
const ulp = 1.0 / (1 << 23)

func sign(x float64) float64 {
	if x == 0 || x != x {
		return x
	}
	return math.Copysign(1, x)
}

// probes returns numbers of every size and sign, dense where the functions bend, then random bits.
func probes() []float32 {
	var x []float32
	for v := -110.0; v <= 110; v += 0.0137 {
		x = append(x, float32(v))
	}
	for v := 1e-45; v < 3e38; v *= 1.21 {
		x = append(x, float32(v), float32(-v))
	}
	for v := -3.0; v < 3; v += 0.00021 {
		x = append(x, float32(v), 1+float32(v)*1e-3)
	}
	r := newRand(4)
	for range 20000 {
		x = append(x, math.Float32frombits(r.Uint32()))
	}
	inf := float32(math.Inf(1))
	return append(x, 0, float32(math.Copysign(0, -1)), inf, -inf, float32(math.NaN()), math.MaxFloat32, 88.72283, 88.72284, -87.33, -87.3301)
}

func TestUnary(t *testing.T) {
	x := probes()
	eachVariant(t, func(t *testing.T) {
		for op := range unaryOps {
			ref := reference[op]
			got := normals(newRand(1), len(x))
			Unary(op, got, x)
			checkGuard(t, ref.name, got)
			worst := 0.0
			for i, v := range x {
				want := ref.f(float64(v))
				if op == Exp && v < expLow {
					want = 0
				}
				g := float64(got[i])
				if g == want || g != g && want != want || float64(float32(want)) == g {
					continue
				}
				size := math.Max(math.Abs(want), 0x1p-126)
				if err := math.Abs(g-want) - ref.absolute; !(err <= ref.relative*size) {
					t.Fatalf("%s(%g) is %g, want %g", ref.name, v, g, want)
				} else {
					worst = math.Max(worst, err/size)
				}
			}
			t.Logf("%s: relative error at most %.3g", ref.name, worst)
		}
	})
}

// naiveBinary is Go's arithmetic, which the variants have to match bit for bit.
func naiveBinary(op BinaryOp, a, b float32) float32 {
	truth := func(v bool) float32 {
		if v {
			return 1
		}
		return 0
	}
	switch op {
	case Add:
		return a + b
	case Sub:
		return a - b
	case Mul:
		return a * b
	case Div:
		return a / b
	case Max:
		return max(a, b)
	case Min:
		return min(a, b)
	case Equal:
		return truth(a == b)
	case NotEqual:
		return truth(a != b)
	case Less:
		return truth(a < b)
	case LessOrEqual:
		return truth(a <= b)
	case Greater:
		return truth(a > b)
	}
	return truth(a >= b)
}

// special returns n numbers of which some are NaN, infinite, zero or repeated.
func special(seed uint64, n int) []float32 {
	r := newRand(seed)
	s := normals(r, n)
	odd := []float32{float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1)), 0, 1, -1}
	for i := range s {
		if r.IntN(3) == 0 {
			s[i] = odd[r.IntN(len(odd))]
		}
	}
	return s
}

// equalOrNaN compares bit for bit but for the payload of NaN and the sign of a zero.
func equalOrNaN(t *testing.T, what string, got, want []float32) {
	t.Helper()
	checkGuard(t, what, got)
	for i, w := range want {
		if g := got[i]; g != w && (g == g || w == w) {
			t.Fatalf("%s: element %d of %d is %g, want %g", what, i, len(want), g, w)
		}
	}
}

func TestBinary(t *testing.T) {
	eachVariant(t, func(t *testing.T) {
		for _, n := range []int{0, 1, 3, 7, 8, 9, 15, 16, 17, 31, 33, 64, 65, 127, 200} {
			a, b := special(1, n), special(2, n)
			want, got := make([]float32, n), normals(newRand(3), n)
			for op := range binaryOps {
				check := func(what string, f func(i int) float32) {
					for i := range want {
						want[i] = f(i)
					}
					equalOrNaN(t, what, got, want)
				}
				Binary(op, got, a, b)
				check("Binary", func(i int) float32 { return naiveBinary(op, a[i], b[i]) })
				for _, s := range []float32{0.5, 0, float32(math.NaN()), 1} {
					BinaryScalar(op, got, a, s)
					check("BinaryScalar", func(i int) float32 { return naiveBinary(op, a[i], s) })
					ScalarBinary(op, got, s, b)
					check("ScalarBinary", func(i int) float32 { return naiveBinary(op, s, b[i]) })
				}
				copy(got, a)
				Binary(op, got, got, b)
				check("Binary in place", func(i int) float32 { return naiveBinary(op, a[i], b[i]) })
			}
			Select(got, a, b, a)
			for i := range want {
				if want[i] = a[i]; a[i] != 0 {
					want[i] = b[i]
				}
			}
			equalOrNaN(t, "Select", got, want)
		}
	})
}

func TestBroadcasts(t *testing.T) {
	eachVariant(t, func(t *testing.T) {
		r := newRand(8)
		const rows, cols = 5, 19
		a, column := normals(r, rows*cols), normals(r, rows)
		got, want := normals(r, rows*cols), make([]float32, rows*cols)
		for _, swap := range []bool{false, true} {
			for op := range binaryOps {
				BinaryColumn(op, got, a, column, swap)
				for r, v := range column {
					if swap {
						scalarBinaryPortable(op, cols, &want[r*cols], v, &a[r*cols])
					} else {
						binaryScalarPortable(op, cols, &want[r*cols], &a[r*cols], v)
					}
				}
				equalOrNaN(t, "BinaryColumn", got, want)
			}
		}
		b, c := normals(r, rows*cols), normals(r, rows*cols)
		for op := range unaryOps {
			same, next := normals(r, rows*cols), normals(r, rows*cols)
			before := append([]float32{}, next...)
			Unary(op, want, a)
			UnaryAhead(op, same, a, next, next[:len(next)/2])
			equalOrNaN(t, "UnaryAhead", same, want)
			equalOrNaN(t, "what comes next", next, before)
			checkGuard(t, "UnaryAhead", same)
		}
		for op := range fusedOps {
			Ternary(op, got, a, b, c)
			exact := make([]float64, rows*cols)
			for i := range exact {
				x, y, z := float64(a[i]), float64(b[i]), float64(c[i])
				exact[i] = [...]float64{Fused: x*y + z, FusedLess: x*y - z, FusedFrom: z - x*y}[op]
			}
			checkClose(t, "Ternary", got, exact, nil, 1e-6)
		}
		limits := [2]float32{-0.5, 0.75}
		b[0] = float32(math.NaN())
		AddClamp(got, a, b, &limits)
		for i := range want {
			want[i] = min(max(a[i]+b[i], limits[0]), limits[1])
		}
		equalOrNaN(t, "AddClamp", got, want)
	})
}
