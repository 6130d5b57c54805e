package backbone

import (
	"hash/crc32"
	"math"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// noise is n numbers in [-1, 1) that depend on a name alone. testdata/backbones.py has the same ones.
func noise(name string, n int) []float64 {
	start := crc32.ChecksumIEEE([]byte(name))
	out := make([]float64, n)
	for i := range out {
		u := uint32(i)*2654435761 + start
		u ^= u >> 16
		u *= 0x45d9f3b
		u ^= u >> 16
		u *= 0x45d9f3b
		u ^= u >> 16
		out[i] = float64(u)/(1<<31) - 1
	}
	return out
}

// filling is the value of a variable of a network in tests: all of them matter to the result, unlike first values.
func filling(v Variable) []float32 {
	base, spread := 0.0, 0.1
	switch v.Path[len(v.Path)-4:] {
	case "rnel":
		inputs := 1
		for _, d := range v.Dims[:len(v.Dims)-1] {
			inputs *= d
		}
		spread = 2 / math.Sqrt(float64(inputs))
	case "gain", "cale", "ance": // of gain, scale and variance
		base, spread = 1, 0.3
	case "teps":
		base, spread = 100, 0
	}
	out := make([]float32, v.size())
	for i, x := range noise(v.Path, v.size()) {
		out[i] = float32(base + spread*x)
	}
	return out
}

// fill gives the variables of n below /net of a new store their fillings.
func fill(t testing.TB, n Network) *model.Store {
	t.Helper()
	s := model.NewStore()
	t.Cleanup(s.Finalize)
	if err := Make(n, s, "/net"); err != nil {
		t.Fatal(err)
	}
	refill(t, s)
	return s
}

func refill(t testing.TB, s *model.Store) {
	t.Helper()
	for _, v := range below(s, "/net") {
		if err := s.GetVariable("/net/" + v.Path).SetValue(tensors.FromFlatDataAndDimensions(filling(v), v.Dims...)); err != nil {
			t.Fatal(err)
		}
	}
}

// near compares numbers in relation to the largest one.
func near(t testing.TB, what string, got []float32, want []float64, tolerance float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d numbers, want %d", what, len(got), len(want))
		return
	}
	scale := 1e-6
	for _, w := range want {
		scale = max(scale, math.Abs(w))
	}
	for i := range got {
		if d := math.Abs(float64(got[i]) - want[i]); !(d <= tolerance*scale) {
			t.Errorf("%s: number %d is %.7g, want %.7g", what, i, got[i], want[i])
			return
		}
	}
}

func wide(x []float32) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = float64(v)
	}
	return out
}
