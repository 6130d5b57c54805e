package acquire

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// What top leaves out is what sorting everything would put behind the first n, ties and infinities included.
func TestTopIsTheHeadOfAStableSort(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, size := range []int{0, 1, 255, 256, 257, 3000} {
		for _, n := range []int{0, 1, 16, 200, 2999, 4000} {
			for _, distinct := range []int{1, 3, 1 << 30} {
				picks := make([]Pick, size)
				for i := range picks {
					picks[i] = Pick{Row: i, Score: float64(r.IntN(distinct))}
					if r.IntN(4) == 0 {
						picks[i].Score = math.Inf(r.IntN(2)*2 - 1)
					}
				}
				want := slices.Clone(picks)
				slices.SortStableFunc(want, func(a, b Pick) int { return cmp.Compare(b.Score, a.Score) })
				if got := top(picks, n); !slices.Equal(got, want[:min(n, size)]) {
					t.Fatalf("the first %d of %d with %d distinct scores differ", n, size, distinct)
				}
			}
		}
	}
}
