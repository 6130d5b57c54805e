package represent

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
)

// clusterings is how often rows are divided; the division with the least sum of squares counts.
const clusterings = 5

// Clusters is how well groups that nobody named are the kinds: NMI of the kinds and of as many clusters by KMeans of the rows that have one, brought
// to length 1. Of five divisions, drawn by the seed, that with the least sum of squares counts.
//
// Source: Caron et al. 2018, arXiv:1807.05520, section 4.1, measures clusters of features by their NMI with the classes.
//
// Errors: fewer than two kinds; ctx's.
func Clusters(ctx context.Context, features [][]float32, kinds []int, seed uint64) (float64, error) {
	if err := matching(features, kinds); err != nil {
		return 0, err
	}
	var x [][]float64
	var known []int
	for i, kind := range kinds {
		if kind >= 0 {
			x, known = append(x, unit(features[i])), append(known, kind)
		}
	}
	count := len(rowsByKind(kinds, nil))
	if count < 2 {
		return 0, fmt.Errorf("represent: %d rows have %d kinds; want two or more, to compare clusters with", len(x), count)
	}
	of, err := divide(ctx, x, count, clusterings, rand.New(rand.NewPCG(seed, 0x636c757374657273))) // "clusters"
	if err != nil {
		return 0, err
	}
	return NMI(known, of)
}

// divide is the division into k clusters with the least sum of squares of so many.
func divide(ctx context.Context, x [][]float64, k, times int, rng *rand.Rand) (best []int, err error) {
	least := math.Inf(1)
	for range times {
		of, err := KMeans(ctx, x, k, rng)
		if err != nil {
			return nil, err
		}
		if s := scatter(x, of, k); s < least {
			best, least = of, s
		}
	}
	return best, nil
}

// unit is a row brought to length 1, or zeros.
func unit(row []float32) []float64 {
	u, length := make([]float64, len(row)), 0.0
	for d, v := range row {
		u[d] = float64(v)
		length += u[d] * u[d]
	}
	if length > 0 {
		for d := range u {
			u[d] /= math.Sqrt(length)
		}
	}
	return u
}

// scatter is Σ |x - centre of its cluster|².
func scatter(x [][]float64, of []int, k int) (sum float64) {
	counts, centres := make([]float64, k), make([][]float64, k)
	for c := range centres {
		centres[c] = make([]float64, len(x[0]))
	}
	for i, row := range x {
		counts[of[i]]++
		for d, v := range row {
			centres[of[i]][d] += v
		}
	}
	for c, centre := range centres {
		for d := range centre {
			centre[d] /= max(counts[c], 1)
		}
	}
	for i, row := range x {
		sum += square64(row, centres[of[i]])
	}
	return sum
}
