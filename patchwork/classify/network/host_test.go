package network

import (
	"reflect"
	"testing"
)

func TestVector(t *testing.T) {
	x := []float32{1, 10, -3, 30, 5, 20, 2, 40} // 2x2x2
	s := Shape{2, 2, 2}
	for p, want := range map[Pooling][]float32{"": {7, 5, 40}, MaxPooling: {7, 5, 40}, AveragePooling: {7, 1.25, 25}, Flatten: append([]float32{7}, x...)} {
		if got := p.Vector([]float32{7}, x, s); !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %v, want %v", p, got, want)
		}
		if p.Width(s) != len(want)-1 {
			t.Errorf("%q: width %d", p, p.Width(s))
		}
	}
	if got := MaxPooling.Vector(nil, []float32{3, 1}, Vector(2)); !reflect.DeepEqual(got, []float32{3, 1}) {
		t.Errorf("a vector became %v", got)
	}
}
