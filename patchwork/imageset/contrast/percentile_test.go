package contrast

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestRanksAreThoseOfSortedValues compares with sorting: values of both signs, many of them equal, one channel of three,
// with no data among them.
func TestRanksAreThoseOfSortedValues(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 0))
	for _, steps := range []int{1, 3, 256, 1 << 20} {
		pix := make([]float32, 3*2000)
		for i := range pix {
			pix[i] = float32(random.IntN(steps)-steps/3) / float32(steps)
			if random.IntN(50) == 0 {
				pix[i] = float32(math.NaN())
			}
		}
		pix[1], pix[4] = float32(math.Inf(1)), float32(math.Inf(-1))
		var sorted []float32
		for i := 1; i < len(pix); i += 3 {
			if pix[i] == pix[i] {
				sorted = append(sorted, pix[i])
			}
		}
		slices.Sort(sorted)
		r := rankedOf(pix, 1, 3)
		if r.n != len(sorted) {
			t.Fatalf("%d values are counted; there are %d", r.n, len(sorted))
		}
		for rank := 0; rank < r.n; rank += 37 {
			if got := r.at(rank); got != sorted[rank] {
				t.Fatalf("of %d steps the value at rank %d is %v; want %v", steps, rank, got, sorted[rank])
			}
		}
		if got := r.at(r.n - 1); got != sorted[r.n-1] {
			t.Errorf("the last value is %v; want %v", got, sorted[r.n-1])
		}
	}
	nothing := rankedOf([]float32{float32(math.NaN())}, 0, 1)
	if got := nothing.percentile(50); got != 0 {
		t.Errorf("of no values the middle is %v; want 0", got)
	}
	for p, want := range map[float64]float64{0: 1, 50: 2.5, 100: 4, 10: 1.3} {
		if got := rankedOf([]float32{4, 2, 1, 3}, 0, 1).percentile(p); math.Abs(got-want) > 1e-9 {
			t.Errorf("percentile %v is %v; want %v", p, got, want)
		}
	}
}
