package represent

import (
	"fmt"
	"math"
)

// NMI is the mutual information of two ways of dividing rows, such as clusters and kinds, divided by the mean of their entropies: 1 where they are
// the same up to names, 0 where one says nothing of the other. Rows where either is negative take no part.
//
// Source: Strehl and Ghosh 2002, JMLR 3:583-617, normalised by the arithmetic mean, as scikit-learn's normalized_mutual_info_score.
//
// Errors: not as many of both; no row.
func NMI(a, b []int) (float64, error) {
	if len(a) != len(b) {
		return 0, fmt.Errorf("represent: %d rows on one side and %d on the other; want as many", len(a), len(b))
	}
	both, first, second, n := map[[2]int]float64{}, map[int]float64{}, map[int]float64{}, 0.0
	for i := range a {
		if a[i] >= 0 && b[i] >= 0 {
			both[[2]int{a[i], b[i]}]++
			first[a[i]]++
			second[b[i]]++
			n++
		}
	}
	if n == 0 {
		return 0, fmt.Errorf("represent: no row has a group on both sides")
	}
	entropy := func(counts map[int]float64) (h float64) {
		for _, c := range counts {
			h -= c / n * math.Log(c/n)
		}
		return h
	}
	h := entropy(first) + entropy(second)
	if h == 0 {
		return 1, nil // one group on either side
	}
	mutual := 0.0
	for pair, c := range both {
		mutual += c / n * math.Log(c*n/(first[pair[0]]*second[pair[1]]))
	}
	return max(0, 2*mutual/h), nil
}
