package classify

import (
	"math"
	"testing"
)

func TestStandardByHand(t *testing.T) {
	var m moments
	for _, x := range [][]float32{{1, 1000}, {3, 1006}} {
		m.add(x)
	}
	mean, scale := m.standard() // deviations ±1 and ±3: the mean of the squares is 5
	if mean[0] != 2 || mean[1] != 1003 || scale[0] != scale[1] || math.Abs(float64(scale[0])-1/math.Sqrt(5)) > 1e-7 {
		t.Errorf("mean %v, scale %v; want 2 and 1003, and 1/√5 twice", mean, scale)
	}
	var one moments
	one.add([]float32{4, 5})
	if _, scale := one.standard(); scale[0] != 1 || scale[1] != 1 {
		t.Errorf("scale of a single row is %v, want 1: nothing is known about the spread", scale)
	}
}
