package represent

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// blobs are rows about a centre for each kind; noise is how far.
func blobs(each []int, dim int, noise float64) (x [][]float32, kinds []int) {
	rng := rand.New(rand.NewPCG(5, 5))
	for kind, n := range each {
		centre := make([]float64, dim)
		for d := range centre {
			centre[d] = rng.NormFloat64()
		}
		for range n {
			row := make([]float32, dim)
			for d := range row {
				row[d] = float32(centre[d] + noise*rng.NormFloat64())
			}
			x, kinds = append(x, row), append(kinds, kind)
		}
	}
	return x, kinds
}

func TestCrossedGolden(t *testing.T) {
	g := read(t)
	byDraw, mean := crossed(g.Right)
	sum := 0.0
	for _, v := range byDraw {
		sum += v / float64(len(byDraw))
	}
	near(t, "mean", float64(mean.Value), sum, 1e-12)
	near(t, "half of the interval", float64(mean.High-mean.Value), g.Half, 1e-9)
}

func TestSampleSizes(t *testing.T) {
	x, kinds := blobs([]int{60, 60, 12}, 8, 1.5)
	x, kinds = append(x, make([]float32, 8)), append(kinds, -1)
	test, err := Stratified(kinds, 1./3, 1)
	if err != nil {
		t.Fatal(err)
	}
	points, err := SampleSizes(t.Context(), x, kinds, test, SizeOptions{Draws: 4, Seed: 2})
	if err != nil {
		t.Fatal(err)
	}
	var labels, images []int
	for _, p := range points {
		labels, images = append(labels, p.Labels), append(images, p.Images)
		if a := p.Accuracy; len(p.Draws) != 4 || !(a.Low < a.Value && a.Value < a.High) || a.Low < 0 || a.High > 1 {
			t.Errorf("the point is %+v", p)
		}
	}
	// 40, 40 and 8 rows are not for testing; the sizes beyond are one that takes all.
	if !slices.Equal(labels, []int{1, 2, 5, 10, 25, 40}) || !slices.Equal(images, []int{3, 6, 15, 28, 58, 88}) {
		t.Errorf("labels a kind %v, images %v", labels, images)
	}
	first, last := points[0], points[len(points)-1]
	whole, err := Probe(x, kinds, test)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range last.Draws {
		near(t, "accuracy of all rows", d, float64(whole.Accuracy.Value), 1e-12)
	}
	if first.Accuracy.Value > last.Accuracy.Value-0.05 {
		t.Errorf("accuracy is %v with one label a kind and %v with all", first.Accuracy, last.Accuracy)
	}
	again, err := SampleSizes(t.Context(), x, kinds, test, SizeOptions{Sizes: []int{1, 5}, Draws: 4, Seed: 2})
	if err != nil || !slices.Equal(again[1].Draws, points[2].Draws) {
		t.Errorf("with other sizes, 5 labels a kind gave %v and then %v, %v", points[2].Draws, again[1].Draws, err)
	}
}

// Features that say nothing but which rows are for testing tell nothing, however many rows are learned from: no test row is among them.
func TestSampleSizesDoNotLeak(t *testing.T) {
	const n = 120
	x, kinds := make([][]float32, n), make([]int, n)
	rng := rand.New(rand.NewPCG(9, 9))
	for i := range x {
		x[i], kinds[i] = make([]float32, n), rng.IntN(2)
		x[i][i] = 1 // a row knows only itself
	}
	test := ThirdIsTest(n)
	points, err := SampleSizes(t.Context(), x, kinds, test, SizeOptions{Sizes: []int{10, 100}, Draws: 3})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range points {
		if p.Accuracy.Value > 0.75 {
			t.Errorf("with %d labels a kind, accuracy is %v; all that could tell the test rows is to have learned from them", p.Labels, p.Accuracy)
		}
	}
}

func TestSampleSizesBadInput(t *testing.T) {
	x, kinds := blobs([]int{9, 9}, 3, 1)
	test := ThirdIsTest(18)
	for says, o := range map[string]SizeOptions{"Sizes is [5 1]": {Sizes: []int{5, 1}}, "Sizes is [0 1]": {Sizes: []int{0, 1}}, "Draws is 1": {Draws: 1}} {
		if _, err := SampleSizes(t.Context(), x, kinds, test, o); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("error %v, want %q", err, says)
		}
	}
	if _, err := SampleSizes(t.Context(), x, kinds, make([]bool, 18), SizeOptions{}); err == nil || !strings.Contains(err.Error(), "0 are for testing") {
		t.Errorf("nothing to test on: %v", err)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := SampleSizes(ctx, x, kinds, test, SizeOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}
