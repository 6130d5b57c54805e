package features

import (
	"encoding/json"
	"math"
	"os"
	"testing"
)

// TestHalf compares with numpy (testdata/half.py).
func TestHalf(t *testing.T) {
	text, err := os.ReadFile("testdata/half.json")
	if err != nil {
		t.Fatal(err)
	}
	var g struct {
		Float32, Back []uint32
		Float16       []uint16
	}
	if err := json.Unmarshal(text, &g); err != nil {
		t.Fatal(err)
	}
	for i, bits := range g.Float32 {
		v := math.Float32frombits(bits)
		if got := toHalf(v); got != g.Float16[i] {
			t.Errorf("%g became %#04x, numpy has %#04x", v, got, g.Float16[i])
		}
		if got := math.Float32bits(halves()[g.Float16[i]]); got != g.Back[i] {
			t.Errorf("%#04x is read as %g, numpy has %g", g.Float16[i], math.Float32frombits(got), math.Float32frombits(g.Back[i]))
		}
		if _, yes := beyondHalf([]float32{1, v}); yes != (g.Float16[i]&0x7fff == 0x7c00) {
			t.Errorf("beyondHalf of %g is %v, and numpy makes %#04x of it", v, yes, g.Float16[i])
		}
	}
	if nan := halves()[toHalf(float32(math.NaN()))]; nan == nan {
		t.Errorf("NaN came back as %g", nan)
	}
}
