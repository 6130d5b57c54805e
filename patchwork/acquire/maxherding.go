package acquire

import (
	"fmt"
	"math"
)

// maxHerding takes, one after the other, the row that brings all candidates nearest to something known or taken, where
// near is a matter of degree.
//
//	score = how much it raises the mean over candidates x of max over known and taken rows y of exp(-|x - y|²)
//
// on features brought to length one. Equal rows come in an order drawn from the seed.
//
// Of more than 4,096 candidates so many drawn at random are looked at. Source: Bae, Noh and Sutherland 2024,
// arXiv:2407.12212, algorithm 1, with the Gaussian kernel at length 1.
type maxHerding struct{}

// Card implements Strategy.
func (maxHerding) Card() Card {
	return Card{Name: "maxherding", About: "brings all images nearest to something labelled", Paper: "Bae et al. 2024", Needs: Features}
}

// Pick implements Strategy.
func (maxHerding) Pick(p *Pool, n int) []Pick {
	q := sampled(p)
	kernel := q.cosines()
	for i, row := range kernel {
		for j, c := range row {
			row[j] = closeness(c)
		}
		row[i] = 1
	}
	cover := make([]float32, q.open) // by candidate, the closeness to the nearest that is known or taken
	for i, row := range q.cosinesWith(q.known()) {
		for _, c := range row {
			cover[i] = max(cover[i], closeness(c))
		}
	}
	var picks []Pick
	taken := make([]bool, q.open)
	seed := p.Rand.Uint64()
	gain := make([]float64, q.open)
	for len(picks) < min(n, q.open) {
		inBlocks(q.open, func(i int) {
			sum := 0.0
			for j, k := range kernel[i] {
				if d := k - cover[j]; d > 0 {
					sum += float64(d)
				}
			}
			gain[i] = sum / float64(q.open)
		})
		best := -1
		for i, g := range gain {
			if !taken[i] && (best < 0 || g > gain[best] || g == gain[best] && mix(seed, i) < mix(seed, best)) {
				best = i
			}
		}
		taken[best] = true
		for j, k := range kernel[best] {
			cover[j] = max(cover[j], k)
		}
		picks = append(picks, Pick{Row: q.rows[best], Score: gain[best], Reason: fmt.Sprintf("maxherding: raises the coverage by %.2g", gain[best])})
	}
	return fillUp(p, picks, n, "maxherding: drawn at random from those not looked at")
}

// closeness is exp(-|x - y|²) of unit vectors with this cosine.
func closeness(cosine float32) float32 { return float32(math.Exp(2*min(float64(cosine), 1) - 2)) }
