package acquire

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// What top leaves out is what sorting everything would put behind the first n, ties and infinities included, and the
// order in which rows come does not matter.
func TestTopIsTheHeadOfASort(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, size := range []int{0, 1, 255, 256, 257, 3000} {
		for _, n := range []int{0, 1, 16, 200, 2999, 4000} {
			for _, distinct := range []int{1, 3, 1 << 30} {
				all := make([]ranked, size)
				for i := range all {
					all[i] = ranked{row: i, rank: float64(r.IntN(distinct)), draw: mix(77, i)}
					if r.IntN(4) == 0 {
						all[i].rank = math.Inf(r.IntN(2)*2 - 1)
					}
				}
				for range 2 {
					best := top{n: n}
					for _, a := range all {
						best.add(a.row, a.rank)
					}
					want := slices.Clone(all)
					slices.SortFunc(want, func(a, b ranked) int { return cmp.Or(cmp.Compare(b.rank, a.rank), cmp.Compare(a.draw, b.draw)) })
					if got := best.sorted(77); !slices.Equal(got, want[:min(n, size)]) {
						t.Fatalf("the first %d of %d with %d distinct ranks differ", n, size, distinct)
					}
					r.Shuffle(size, func(i, j int) { all[i], all[j] = all[j], all[i] })
				}
			}
		}
	}
}

// Of equal rows each is drawn equally often, also when those that come last are many.
func TestTiesAreDrawnFairly(t *testing.T) {
	const rows, n, draws = 1000, 16, 5000
	count := make([]int, rows)
	r := rand.New(rand.NewPCG(1, 1))
	for range draws {
		best := top{n: n}
		for row := range rows {
			best.add(row, 0.5)
		}
		for _, b := range best.sorted(r.Uint64()) {
			count[b.row]++
		}
	}
	// Each count is binomial with mean 80 and standard deviation 8.9; six of these in 1,000 rows happen once in 500,000 runs.
	for row, c := range count {
		if math.Abs(float64(c)-80) > 6*8.9 {
			t.Errorf("row %d was drawn %d times of %d, want about 80", row, c, draws)
		}
	}
}

// The first outputs of SplitMix64 from seed 1234567, as Rosetta Code lists them under Splitmix64.
func TestMixIsSplitMix64(t *testing.T) {
	for row, want := range []uint64{6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821} {
		if got := mix(1234567, row); got != want {
			t.Errorf("output %d is %d, want %d", row, got, want)
		}
	}
}
