package acquire

import (
	"fmt"
	"math"
	"slices"
)

// purity is the share of balls that should hold one kind of image only.
const purity = 0.95

// probCover takes, one after the other, the row whose surroundings hold the most rows that are not yet covered.
//
//	score = share of the candidates within δ of the row and not within δ of one that is known or taken
//
// δ is the largest radius at which 95 % of the balls hold no row of another kind, where kinds are the clusters of k-means in
// as many clusters as there are classes, at least 2. Equal rows come in an order drawn from the seed; when all are
// covered, the rest is drawn uniformly.
//
// Of more than 4,096 candidates so many drawn at random are looked at. Source: Yehuda et al. 2022, arXiv:2205.11320,
// algorithm 1 and section 4.2; there δ is the best of a few values, here it is exact.
type probCover struct{}

// Card implements Strategy.
func (probCover) Card() Card {
	return Card{Name: "probcover", About: "surrounded by most that nothing labelled is near", Paper: "Yehuda et al. 2022", Needs: Features}
}

// Pick implements Strategy.
func (probCover) Pick(p *Pool, n int) []Pick {
	q := sampled(p)
	cosines := q.cosines()
	least := pureCosine(cosines, q.kMeans(max(2, len(p.Classes)), p.Rand).of)
	near := make([][]int, q.open) // by candidate, those in its ball
	inBlocks(q.open, func(i int) {
		for j, c := range cosines[i] {
			if c > least || i == j {
				near[i] = append(near[i], j)
			}
		}
	})
	covered := make([]bool, q.open)
	q.products(q.known(), func() func(int, []float32) {
		return func(i int, products []float32) {
			covered[i] = slices.ContainsFunc(products, func(c float32) bool { return c > least })
		}
	})
	gain := make([]int, q.open)
	for i := range gain {
		for _, j := range near[i] {
			if !covered[j] {
				gain[i]++
			}
		}
	}
	var picks []Pick
	seed := p.Rand.Uint64()
	for len(picks) < n {
		best := 0
		for i, g := range gain {
			if g > gain[best] || g == gain[best] && mix(seed, i) < mix(seed, best) {
				best = i
			}
		}
		if len(gain) == 0 || gain[best] == 0 {
			break
		}
		share := float64(gain[best]) / float64(q.open)
		picks = append(picks, Pick{Row: q.rows[best], Score: share, Reason: fmt.Sprintf("probcover: %.1f %% of the images are near it and near nothing labelled or chosen", 100*share)})
		for _, j := range near[best] {
			if !covered[j] {
				covered[j] = true
				for _, i := range near[j] { // who has j in its ball is in j's
					gain[i]--
				}
			}
		}
	}
	return fillUp(p, picks, n, "probcover: all is covered, drawn at random")
}

// pureCosine is the cosine above which two candidates are in each other's ball: so that the share purity of the balls
// holds no other kind.
func pureCosine(cosines [][]float32, kind []int) float32 {
	others := make([]float32, len(cosines)) // by candidate, the cosine with the nearest of another kind
	inBlocks(len(cosines), func(i int) {
		c := float32(math.Inf(-1))
		for j, v := range cosines[i] {
			if v > c && kind[i] != kind[j] {
				c = v
			}
		}
		others[i] = c
	})
	if len(others) == 0 {
		return 0
	}
	slices.Sort(others)
	return others[min(int(math.Ceil(purity*float64(len(others))))-1, len(others)-1)]
}
