package explore

import (
	"context"
	"fmt"
	"slices"
)

// Nearest finds the up to n candidates most like any of the queries: a candidate's cosine is the highest with one of
// them, of equal ones the lower row. The best comes first. Queries are never in the result, and no row is in it twice; neither the order of the rows
// nor repeated ones change it.
//
// Each candidate's vector is read once: 100,000 vectors of 384 numbers take about 20 ms on two cores.
//
// Errors: n below 1; no query has features; ctx is done.
func (v *Vectors) Nearest(ctx context.Context, queries, among []int, n int) ([]Match, error) {
	if n < 1 {
		return nil, fmt.Errorf("explore: asked for the %d nearest; want 1 or more", n)
	}
	given := len(queries)
	queries = v.usable(queries)
	if len(queries) == 0 {
		return nil, fmt.Errorf("explore: none of the %d images to search by has features; compute them, or search by another image", given)
	}
	var each []*best
	err := v.compare(ctx, queries, v.usable(among), func() func(row int, cosines []float32) {
		mine := &best{n: n}
		each = append(each, mine)
		return func(row int, cosines []float32) {
			like := 0
			for q, c := range cosines {
				if c > cosines[like] {
					like = q
				}
			}
			m := Match{row, queries[like], float64(cosines[like])}
			if !mine.wants(m) {
				return
			}
			if _, self := slices.BinarySearch(queries, row); !self {
				mine.add(m)
			}
		}
	})
	if err != nil {
		return nil, err
	}
	return merge(n, each), nil
}

// merge is the best of what each core found.
func merge(n int, each []*best) []Match {
	all := best{n: n}
	for _, b := range each {
		for _, m := range b.list {
			all.add(m)
		}
	}
	return all.sorted()
}
