package acquire

import "fmt"

// diversity draws rows unlike each other and unlike what is known.
//
//	P(row) ∝ min over known and drawn rows of |x - y|²        x, y features of length one
//	score  = that squared distance, 2 - 2·cosine; of the very first row, where nothing is known, 1
//
// Rows are in the order of the draws, so scores need not fall. The first of all is drawn uniformly.
//
// Source: k-means++ (Arthur and Vassilvitskii 2007); "diversity" of the original, which projects the features first.
type diversity struct{}

// Card implements Strategy.
func (diversity) Card() Card {
	return Card{Name: "diversity", About: "unlike each other and what is labelled", Paper: "Arthur and Vassilvitskii 2007", Needs: Features}
}

// Pick implements Strategy.
func (diversity) Pick(p *Pool, n int) []Pick {
	q := unitPoints(p)
	var picks []Pick
	for _, s := range q.plusplus(n, p.Rand, func() int { return p.Rand.IntN(q.open) }) {
		reason := fmt.Sprintf("diversity: cosine %.2f with the nearest that is labelled or chosen", 1-s.far/2)
		if s.first {
			reason = "diversity: drawn at random, as the first"
		}
		picks = append(picks, Pick{Row: q.rows[s.point], Score: s.far, Reason: reason})
	}
	return picks
}
