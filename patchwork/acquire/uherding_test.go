package acquire

import (
	"math"
	"math/rand/v2"
	"testing"
)

// Doubt by hand: the margin as a share of all probabilities where each image shows one class, else the mean entropy; classes that are
// known, or not learned, do not count.
func TestDoubt(t *testing.T) {
	nan := float32(math.NaN())
	tests := []struct {
		name   string
		probs  []float32
		label  [3]int8
		single bool
		want   float64
	}{
		{"one class each", []float32{0.5, 0.3, 0.2}, [3]int8{-1, -1, -1}, true, 0.8},
		{"sums to less than 1", []float32{0.1, 0.05, 0.05}, [3]int8{-1, -1, -1}, true, 0.75},
		{"the highest is known", []float32{0.5, 0.3, 0.2}, [3]int8{0, -1, -1}, true, 0.8},
		{"one is not learned", []float32{0.5, nan, 0.25}, [3]int8{-1, -1, -1}, true, 1 - 0.25/0.75},
		{"nothing is likely", []float32{0, 0, 0}, [3]int8{-1, -1, -1}, true, 1},
		{"not scored", nil, [3]int8{-1, -1, -1}, false, 1},
		{"overlapping", []float32{0.5, 0.5, 0.25}, [3]int8{-1, 1, -1}, false, (1 + 0.8112781) / 2},
	}
	for _, tt := range tests {
		p := &Pool{Classes: []string{"a", "b", "c"}, Probs: func(int) []float32 { return tt.probs }, Labels: func(_, class int) int8 { return tt.label[class] }}
		if got := doubtOver(p, 0, tt.single); math.Abs(got-tt.want) > 1e-6 {
			t.Errorf("%s: %.7f, want %.7f", tt.name, got, tt.want)
		}
	}
}

// With doubt alike everywhere the larger group comes first; where the model is sure of that, the smaller one does, and all of it.
func TestUHerdingGoesWhereTheDoubtIs(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	const known, larger, n = 0, 30, 45 // row 0 is known, then come 29 of the larger group and 15 of the smaller
	x := make([][]float32, n)
	for row := range x {
		x[row] = make([]float32, 8)
		for k := range x[row] {
			x[row][k] = float32(r.NormFloat64()) * 0.1
		}
		switch {
		case row == known:
			x[row][2]++
		case row < larger:
			x[row][0]++
		default:
			x[row][1]++
		}
	}
	for _, sure := range []bool{false, true} {
		p := &Pool{Known: []int{known}, Classes: []string{"a", "b"}, Rand: r, Features: func(row int) []float32 { return x[row] },
			Labels: func(row, class int) int8 { return []int8{int8(class), -1}[min(row, 1)] },
			Probs: func(row int) []float32 {
				if sure && row < larger {
					return []float32{1, 0}
				}
				return []float32{0.3, 0.2}
			}}
		for row := known + 1; row < n; row++ {
			p.Rows = append(p.Rows, row)
		}
		picks, err := Select(uHerding{}, p, 4)
		if err != nil || len(picks) != 4 {
			t.Fatal(picks, err)
		}
		of := 0
		for _, k := range picks {
			if k.Row < larger {
				of++
			}
		}
		if sure && of > 0 || !sure && (picks[0].Row >= larger || of == 4) {
			t.Errorf("sure of the larger group: %v; of it come %d of %v", sure, of, picks)
		}
	}
}

// A reason counts images, and names what the model wavers between.
func TestReasonsOfUHerding(t *testing.T) {
	p := &Pool{Classes: []string{"river", "forest", "road"}}
	probs := []float32{0.43, 0.51, 0.02}
	for _, tt := range []struct {
		model, single bool
		probs         []float32
		images        float64
		want          string
	}{
		{false, false, nil, 39.7, "stands for about 40 images that nothing labelled looks like"},
		{false, false, nil, 1.2, "nothing labelled looks like it"},
		{true, true, probs, 12.3, "stands for about 12 images that the model is unsure of; here forest at 0.51, river at 0.43"},
		{true, true, probs, 0.4, "the model is unsure of it; forest at 0.51, river at 0.43"},
		{true, false, probs, 12.3, "stands for about 12 images that the model is unsure of; here forest at 0.51"},
		{true, true, nil, 12.3, "the model says nothing of it"},
	} {
		p.Probs = nil
		if tt.model {
			p.Probs = func(int) []float32 { return tt.probs }
		}
		if got := standsFor(p, 0, tt.images, tt.single); got != tt.want {
			t.Errorf("model %v, one class each %v, %g images: %q; want %q", tt.model, tt.single, tt.images, got, tt.want)
		}
	}
}
