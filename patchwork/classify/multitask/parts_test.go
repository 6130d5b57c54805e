package multitask

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/classify/network"
)

// TestSampler: images come as often as the formula says, by hand.
func TestSampler(t *testing.T) {
	values := []int{0, Unknown, 1, Unknown, 0, 2, Unknown, 1} // four images, two tasks: 3 know the first, 2 the second
	for s, want := range map[Sampling][]float64{
		ByTask:  {1. / 6, 1. / 6, 1./6 + 1./4, 1. / 4},
		ByImage: {0.25, 0.25, 0.25, 0.25},
	} {
		m := newSampler(values, 2, s, rand.New(rand.NewPCG(1, 2)))
		counts := make([]float64, 4)
		const n = 40_000
		for range n {
			counts[m.draw()]++
		}
		for i, c := range counts { // five standard deviations are 0.012
			if math.Abs(c/n-want[i]) > 0.0125 {
				t.Errorf("%s: image %d comes in a share of %.4f, want %.4f", s, i, c/n, want[i])
			}
		}
	}
}

func TestHoldOut(t *testing.T) {
	table := &Table{Tasks: []Task{{"a", []string{"common", "rare", "single"}}, {"b", []string{"x", "y"}}}}
	for i := range 100 {
		a := 0
		switch {
		case i == 50:
			a = 2
		case i%10 == 0:
			a = 1
		}
		b := i % 2
		if i%3 == 0 {
			b = Unknown
		}
		table.Rows, table.Values = append(table.Rows, i), append(table.Values, a, b)
	}
	usable := func(i int) bool { return i != 0 }
	out := holdOut(table, usable, 0.25, 1)
	if !slices.Equal(out, holdOut(table, usable, 0.25, 1)) || slices.Equal(out, holdOut(table, usable, 0.25, 2)) {
		t.Error("the images do not depend on the seed alone")
	}
	count := map[[2]int]int{}
	total := 0
	for i, held := range out {
		if !held {
			continue
		}
		total++
		for k := range 2 {
			count[[2]int{k, table.Value(i, k)}]++
		}
	}
	// 8 of 99 images are rare, a quarter of which is 2; the single one has to teach.
	if out[0] || out[50] || total < 23 || total > 25 || count[[2]int{0, 1}] != 2 || count[[2]int{0, 2}] != 0 || count[[2]int{1, 0}] < 6 || count[[2]int{1, 1}] < 6 {
		t.Errorf("%d are held out: %v", total, count)
	}
	two := &Table{Tasks: []Task{{"a", []string{"x", "y"}}}, Rows: []int{0, 1, 2}, Values: []int{0, 0, 1}}
	if out := holdOut(two, func(int) bool { return true }, 0.9, 1); out[2] || out[0] && out[1] {
		t.Errorf("a category is held out as a whole: %v", out)
	}
}

// TestStandard: by hand, and the mean over places of a map.
func TestStandard(t *testing.T) {
	m := newMoments(network.Shape{Height: 1, Width: 2, Channels: 2})
	m.add([]float32{1, 10, 3, 10})
	m.add([]float32{5, 10, 7, 10})
	mean, scale := m.standard()
	// The first channel is 1 3 5 7 with a variance of 5, the second is constant: the mean square is 2.5.
	if mean[0] != 4 || mean[1] != 10 || math.Abs(float64(scale[0])-1/math.Sqrt(2.5)) > 1e-6 || scale[0] != scale[1] {
		t.Errorf("mean %v, scale %v; want 4 10 and twice 0.6325", mean, scale)
	}
	flat := newMoments(network.Vector(2))
	flat.add([]float32{3, 4})
	if mean, scale := flat.standard(); mean[1] != 4 || scale[1] != 1 {
		t.Errorf("without spread: %v, %v", mean, scale)
	}
}

func TestTallyByHand(t *testing.T) {
	var y tally
	ln := func(p ...float64) (out []float32) {
		for _, v := range p {
			out = append(out, float32(math.Log(v)))
		}
		return out
	}
	y.add(0, 1, ln(0.5, 0.3, 0.2), 1)
	y.add(1, 1, ln(0.6, 0.3, 0.1), 3)
	y.add(1, 1, ln(0.1, 0.8, 0.1), 3)
	f := y.figures()
	if f.Images != 3 || math.Abs(float64(f.Accuracy.Value)-2./3) > 1e-12 || math.Abs(float64(f.Guess)-2./3) > 1e-12 ||
		f.Recall[0].Value != 1 || f.Recall[1].Value != 0.5 || f.Recall[2].Value.Known() {
		t.Errorf("%+v", f)
	}
	if want := -(math.Log(0.5) + math.Log(0.3) + math.Log(0.8)) / 3; math.Abs(float64(f.Loss)-want) > 1e-6 {
		t.Errorf("the loss is %v, want %v", f.Loss, want)
	}
	if want := -(math.Log(0.5) + 3*math.Log(0.3) + 3*math.Log(0.8)) / 7; math.Abs(y.weighed/y.weight-want) > 1e-6 {
		t.Errorf("the weighed loss is %v, want %v", y.weighed/y.weight, want)
	}
}
