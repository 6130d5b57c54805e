package represent

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
)

// ThirdIsTest says of n rows which are for testing: row i where i mod 3 = 0, as the original splits.
func ThirdIsTest(n int) []bool {
	test := make([]bool, n)
	for i := 0; i < n; i += 3 {
		test[i] = true
	}
	return test
}

// Stratified says which rows are for testing: of each kind a share, rounded, drawn by the seed, but at least one, and one left, where there are two
// or more. The same seed draws the same rows.
//
// Errors: share is not within (0, 1).
func Stratified(kinds []int, share float64, seed uint64) ([]bool, error) {
	if !(share > 0 && share < 1) {
		return nil, fmt.Errorf("represent: the share of test rows is %g; want more than 0 and less than 1", share)
	}
	test := make([]bool, len(kinds))
	rng := rand.New(rand.NewPCG(seed, 0x73706c6974)) // "split"
	for _, of := range rowsByKind(kinds, nil) {
		rng.Shuffle(len(of), func(a, b int) { of[a], of[b] = of[b], of[a] })
		count := int(share*float64(len(of)) + 0.5)
		if len(of) > 1 {
			count = min(max(count, 1), len(of)-1)
		}
		for _, i := range of[:min(count, len(of))] {
			test[i] = true
		}
	}
	return test, nil
}

// rowsByKind are the rows of each kind that there is, by kind, without those that are left out.
func rowsByKind(kinds []int, without []bool) (list [][]int) {
	rows := map[int][]int{}
	for i, k := range kinds {
		if k >= 0 && (without == nil || !without[i]) {
			rows[k] = append(rows[k], i)
		}
	}
	for _, k := range slices.Sorted(maps.Keys(rows)) {
		list = append(list, rows[k])
	}
	return list
}
