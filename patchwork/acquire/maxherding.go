package acquire

import "fmt"

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
	var picks []Pick
	newHerding(q, closeness).pick(n, p.Rand.Uint64(), func(i int, gain float64) {
		picks = append(picks, Pick{Row: q.rows[i], Score: gain, Reason: fmt.Sprintf("maxherding: raises the coverage by %.2g", gain)})
	})
	return fillUp(p, picks, n, "maxherding: drawn at random from those not looked at")
}
