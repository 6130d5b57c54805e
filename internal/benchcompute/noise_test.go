package main

import (
	"math"
	"slices"
	"testing"
)

// TestNoise holds the numbers to what Python draws, in plain integers (a loop over the formula) and in worker.py.
func TestNoise(t *testing.T) {
	want := []float32{-0.5224384069442749, 0.8269864320755005, 0.22498321533203125, 0.8539628982543945}
	if got := noise(7, 4); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v (Python 3.11)", got, want)
	}
	d := digestOf(noise(1, 1000))
	if math.Abs(d[0]-22.156053066253662) > 1e-9 || math.Abs(d[1]-338.22090638350727) > 1e-9 {
		t.Errorf("1,000 numbers have the sum %v and the sum of squares %v; want 22.156053066253662 and 338.22090638350727 (Python 3.11)", d[0], d[1])
	}
	if len(noise(1, 0)) != 0 {
		t.Error("no numbers were asked for")
	}
}

func TestCompareDigests(t *testing.T) {
	values := noise(3, 5000)
	changed := func(f func(v []float32)) []digest {
		v := slices.Clone(values)
		f(v)
		return []digest{digestOf(v)}
	}
	want := []digest{digestOf(values)}
	for _, tt := range []struct {
		name string
		got  []digest
		same bool
	}{
		{"the same", want, true},
		{"rounded", changed(func(v []float32) {
			for i := range v {
				v[i] *= 1 + 1e-6
			}
		}), true},
		{"larger by a hundredth", changed(func(v []float32) {
			for i := range v {
				v[i] *= 1.01
			}
		}), false},
		{"moved by one", changed(func(v []float32) { copy(v, values[1:]) }), false},
		{"not a number", changed(func(v []float32) { v[0] = float32(math.NaN()) }), false},
		{"one too many", append(slices.Clone(want), want...), false},
	} {
		if err := compareDigests(tt.got, want); (err == nil) != tt.same {
			t.Errorf("%s: got %v", tt.name, err)
		}
	}
}
