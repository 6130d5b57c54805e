package classify

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// imbalanced has 90 rows without and 10 with the first class, and 5 rows with only the second.
func imbalanced() []int8 {
	var labels []int8
	for i := range 105 {
		switch {
		case i < 90:
			labels = append(labels, 0, -1)
		case i < 100:
			labels = append(labels, 1, -1)
		default:
			labels = append(labels, -1, 1)
		}
	}
	return labels
}

func TestSamplingShares(t *testing.T) {
	root := math.Sqrt(90) + math.Sqrt(10) + math.Sqrt(5)
	for _, tt := range []struct {
		s      Sampling
		want   float64
		source string
	}{
		{ByClass, 1.0 / 3, "three lists; the original's 0.34 of a random draw"},
		{ByInstance, 10.0 / 105, "by hand; the original's 0.10"},
		{BySquareRoot, math.Sqrt(10) / root, "by hand; the original's 0.21"},
		{ByEffective, 0.13058946, "numpy: w = n*(1-b)/(1-b**n), w/sum(w) of 90, 10, 5 at b = 0.9"},
	} {
		m := newSampler(imbalanced(), 2, tt.s, 0.9, rand.New(rand.NewPCG(1, 1)))
		const draws = 40000
		var counts [105]int
		for range draws {
			counts[m.draw()]++
		}
		positives := 0
		for _, c := range counts[90:100] {
			positives += c
		}
		if got := float64(positives) / draws; math.Abs(got-tt.want) > 0.01 {
			t.Errorf("%s: %.3f of the draws have the first class present, want %.3f (%s)", tt.s, got, tt.want, tt.source)
		}
		if slices.Min(counts[:]) == 0 {
			t.Errorf("%s: a labelled row was never drawn", tt.s)
		}
	}
}

// A row without labels is never drawn, and a row with several labels stands in several lists.
func TestSamplingLists(t *testing.T) {
	m := newSampler([]int8{-1, -1, 1, 0, 1, -1}, 2, ByClass, 0, rand.New(rand.NewPCG(1, 1)))
	if want := [][]int{{1, 2}, {1}}; !slices.EqualFunc(m.lists, want, slices.Equal) {
		t.Errorf("lists %v, want %v: first class present, second absent", m.lists, want)
	}
	for range 100 {
		if m.draw() == 0 {
			t.Fatal("drew a row without labels")
		}
	}
}

func TestSharesOfPresent(t *testing.T) {
	m := newSampler(imbalanced(), 2, ByClass, 0, nil)
	got := m.shares(imbalanced(), 2)
	// 105 draws: 35 from each list. First class: 35 present and 35 absent; second: 35 present; one more of each.
	if math.Abs(got[0]-36.0/72) > 1e-12 || math.Abs(got[1]-36.0/37) > 1e-12 {
		t.Errorf("shares %v, want 36/72 and 36/37", got)
	}
}

// Near its ends the effective number is one of the other samplings.
func TestEffectiveNumberEnds(t *testing.T) {
	for _, n := range []int{1, 7, 400} {
		if got := ByEffective.weight(n, 1e-9); math.Abs(got-ByInstance.weight(n, 0)) > 1e-5 {
			t.Errorf("beta 0: a list of %d weighs %g, want as in proportion to its length", n, got)
		}
		if got := ByEffective.weight(n, 0.999999); math.Abs(got-1) > 1e-3 {
			t.Errorf("beta 1: a list of %d weighs %g, want 1 as every list", n, got)
		}
	}
}
