package kernel

import (
	"math"
	"math/rand/v2"
	"testing"
)

// eachVariant runs f once with every variant that this processor has.
func eachVariant(t *testing.T, f func(t *testing.T)) {
	t.Helper()
	for v := portable; v <= detect(); v++ {
		t.Run(v.String(), func(t *testing.T) {
			defer use(v)()
			f(t)
		})
	}
}

func newRand(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 7)) }

// guard is what stands behind the slices of the tests, and must still stand there afterwards.
const guard = float32(-12345.5)

// normals returns n normally distributed numbers, at an odd address, with guards behind.
func normals(r *rand.Rand, n int) []float32 {
	s := make([]float32, n+20)[1:]
	for i := range s {
		if s[i] = guard; i < n {
			s[i] = float32(r.NormFloat64())
		}
	}
	return s[:n]
}

// checkGuard fails if the floats behind s have changed.
func checkGuard(t *testing.T, what string, s []float32) {
	t.Helper()
	for i, v := range s[len(s):cap(s)] {
		if v != guard {
			t.Fatalf("%s: wrote %g at %d floats behind the end", what, v, i)
		}
	}
}

// checkClose compares got with want; the allowed difference is tol times the scale of want at that place.
func checkClose(t *testing.T, what string, got []float32, want, scale []float64, tol float64) {
	t.Helper()
	checkGuard(t, what, got)
	if len(got) != len(want) {
		t.Fatalf("%s: %d elements, want %d", what, len(got), len(want))
	}
	for i, w := range want {
		s := 1.0
		if scale != nil {
			s = scale[i]
		}
		if d := math.Abs(float64(got[i]) - w); !(d <= tol*(s+1e-3)) && float64(got[i]) != w {
			t.Fatalf("%s: element %d is %g, want %g (difference %g, allowed %g)", what, i, got[i], w, d, tol*(s+1e-3))
		}
	}
}

// tolerance of sums of products, relative to the sum of their magnitudes.
const sumTolerance = 1e-6

// sameBits fails unless both slices hold the same bits.
func sameBits(t *testing.T, what string, a, b []float32) {
	t.Helper()
	for i := range a {
		if math.Float32bits(a[i]) != math.Float32bits(b[i]) {
			t.Fatalf("%s: element %d is %g in one run and %g in the other", what, i, a[i], b[i])
		}
	}
}
