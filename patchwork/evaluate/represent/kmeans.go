package represent

import (
	"context"
	"fmt"
	"math/rand/v2"
)

// KMeans divides rows x [n][d] into k clusters, from 0, at most one for each row: k-means++ (Arthur and Vassilvitskii 2007), then Lloyd's steps until
// nothing changes, 100 at most. A cluster that loses all rows begins again beside another: at its centre, with N(0, 0.1²) added.
//
// Errors: no rows; ctx's.
func KMeans(ctx context.Context, x [][]float64, k int, rng *rand.Rand) ([]int, error) {
	if len(x) == 0 || k < 1 {
		return nil, fmt.Errorf("represent: %d clusters of %d rows; want one or more of each", k, len(x))
	}
	k = min(k, len(x))
	centres := seeds(x, k, rng)
	of := make([]int, len(x))
	for round := range 100 {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		changed := 0
		for i, row := range x {
			best, least := 0, square64(row, centres[0])
			for c := 1; c < k; c++ {
				if d := square64(row, centres[c]); d < least {
					best, least = c, d
				}
			}
			if of[i] != best || round == 0 {
				of[i] = best
				changed++
			}
		}
		if changed == 0 {
			break
		}
		counts := make([]float64, k)
		sums := make([][]float64, k)
		for c := range sums {
			sums[c] = make([]float64, len(x[0]))
		}
		for i, row := range x {
			counts[of[i]]++
			for d, v := range row {
				sums[of[i]][d] += v
			}
		}
		for c := range k {
			from := sums[c]
			if counts[c] > 0 {
				for d := range from {
					centres[c][d] = from[d] / counts[c]
				}
				continue
			}
			beside := centres[of[rng.IntN(len(x))]]
			for d, v := range beside {
				centres[c][d] = v + 0.1*rng.NormFloat64()
			}
		}
	}
	return of, nil
}

// seeds are k rows, each drawn by the squared distance to the nearest of those before.
func seeds(x [][]float64, k int, rng *rand.Rand) [][]float64 {
	copied := func(i int) []float64 { return append([]float64{}, x[i]...) }
	list := [][]float64{copied(rng.IntN(len(x)))}
	far := make([]float64, len(x))
	for i := range x {
		far[i] = square64(x[i], list[0])
	}
	for len(list) < k {
		total := 0.0
		for _, d := range far {
			total += d
		}
		at, left := rng.IntN(len(x)), total*rng.Float64()
		for i, d := range far {
			if left -= d; left < 0 {
				at = i
				break
			}
		}
		list = append(list, copied(at))
		for i := range x {
			far[i] = min(far[i], square64(x[i], list[len(list)-1]))
		}
	}
	return list
}

func square64(a, b []float64) (d float64) {
	for i, v := range a {
		d += (v - b[i]) * (v - b[i])
	}
	return d
}
