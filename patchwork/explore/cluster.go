package explore

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
)

// draws is how many candidates stand for the seed of a cluster. More find denser places and purer pages, and cost more.
const draws = 16

// Cluster chooses a page of candidates that look alike: a seed, which comes first with cosine 1, and the up to n-1 most
// like it, best first.
//
// The seed is, of 16 candidates drawn from r, the one whose last companion on the page is most like it, of equal ones the
// one drawn first. So a page comes from where there are many alike, and an image unlike all others becomes a seed only where
// nothing better was drawn. The same candidates and the same r give the same page; the order of the candidates does not
// matter. The result is empty if no candidate has features.
//
// Errors: n below 1; no r; ctx is done.
func (v *Vectors) Cluster(ctx context.Context, among []int, n int, r *rand.Rand) ([]Match, error) {
	switch {
	case n < 1:
		return nil, fmt.Errorf("explore: asked for a page of %d images; want 1 or more", n)
	case r == nil:
		return nil, errors.New("explore: Cluster needs a source of randomness; give rand.New(rand.NewPCG(seed, stream))")
	}
	among = v.usable(among)
	if len(among) == 0 {
		return nil, nil
	}
	return v.densest(ctx, draw(among, draws, r), among, n)
}

// draw takes up to n of rows, each once, in an order drawn from r. Rows may be many.
func draw(rows []int, n int, r *rand.Rand) []int {
	drawn := make([]int, 0, n)
	for len(drawn) < min(n, len(rows)) {
		if row := rows[r.IntN(len(rows))]; !slices.Contains(drawn, row) {
			drawn = append(drawn, row)
		}
	}
	return drawn
}

// densest is the page of the seed whose last companion is most like it. It reads each candidate once for all seeds.
func (v *Vectors) densest(ctx context.Context, seeds, among []int, n int) ([]Match, error) {
	each := make([][]*best, len(seeds)) // by seed, then by core
	err := v.compare(ctx, seeds, among, func() func(row int, cosines []float32) {
		mine := make([]*best, len(seeds))
		for s := range seeds {
			mine[s] = &best{n: n} // the seed itself included
			each[s] = append(each[s], mine[s])
		}
		return func(row int, cosines []float32) {
			for s, c := range cosines {
				if row == seeds[s] {
					c = 2 // before all others, also before those of the same vector
				}
				mine[s].add(Match{row, seeds[s], float64(c)})
			}
		}
	})
	if err != nil {
		return nil, err
	}
	var page []Match
	for s := range seeds {
		if p := merge(n, each[s]); page == nil || p[len(p)-1].Cosine > page[len(page)-1].Cosine {
			page = p
		}
	}
	page[0].Cosine = 1
	return page, nil
}
