package acquire

import (
	"fmt"
	"math"
)

// badge draws rows that would change the model, each in another way: by the gradient that the last layer would have if
// the model's answer were the truth.
//
//	g_c    = h·(p_c - [p_c ≥ ½]) / C, for each class c that is unknown; 0 for others         h = x - Pool.Mean
//	P(row) ∝ min over known and drawn rows of |g - g'|²
//	score  = the distance |g - g'|; of the very first row |g|
//
// A known row has the gradients of all classes. h is what a linear head multiplies with its weights, up to one factor
// that is the same for all rows and changes no probability. Where nothing is known the first row is the one of the
// longest gradient, as in the code of the paper: there most is to be learned, and a uniform draw, as in the original, mostly
// meets rows that the model is sure of. Rows without probabilities for an unknown class are left out; a class that the
// model does not know has no gradient.
//
// Source: Ash et al. 2020, arXiv:1906.03671, algorithm 1, for classes judged apart as in the original: the gradient of the
// mean over classes of the cross-entropy of [p ≥ ½] and p.
type badge struct{}

// Card implements Strategy.
func (badge) Card() Card {
	return Card{Name: "badge", About: "would change the model most, each in another way", Paper: "Ash et al. 2020", Needs: Probs | Features}
}

// badgeOf is badge by the gradient of one class, not divided by C; rows where it is known are the centres.
type badgeOf struct{ class string }

// Card implements Strategy.
func (b badgeOf) Card() Card {
	return Card{Name: "badge: " + b.class, About: "would change the model of one class most, each in another way", Paper: "Ash et al. 2020",
		Needs: Probs | Features | OneClass, Class: b.class}
}

// Pick implements Strategy.
func (badge) Pick(p *Pool, n int) []Pick {
	return drawGradients(p, gradients(p, 0, len(p.Classes)), n, func(row int) int { c, _ := p.Uncertain(row); return c })
}

// Pick implements Strategy.
func (badgeOf) Pick(p *Pool, n int) []Pick {
	return drawGradients(p, gradients(p, p.Class, p.Class+1), n, func(int) int { return p.Class })
}

// drawGradients draws among points that are gradients; class is what the reason names.
func drawGradients(p *Pool, q *points, n int, class func(row int) int) []Pick {
	longest := func() int {
		best := top{n: 1}
		for i, s := range q.size[:q.open] {
			best.add(i, s)
		}
		return best.sorted(p.Rand.Uint64())[0].row
	}
	var picks []Pick
	for _, s := range q.plusplus(n, p.Rand, longest) {
		row, far := q.rows[s.point], math.Sqrt(s.far)
		c := class(row)
		text := "badge %.2g from the nearest gradient that is labelled or chosen: %s at %.2f"
		if s.first {
			text = "badge %.2g, the longest gradient: %s at %.2f"
		}
		picks = append(picks, Pick{Row: row, Score: far, Reason: fmt.Sprintf(text, far, p.Classes[c], p.Prob(row, c))})
	}
	return picks
}

// gradients are the gradients of the classes from first to end, as points. Rows that the model cannot judge are no points.
func gradients(p *Pool, first, end int) *points {
	all := newPoints(p, p.Mean)
	q := &points{vector: all.vector, mean: all.mean, dim: all.dim, width: end - first}
	weights := make([]float32, q.width)
	for i, row := range all.rows {
		known, judged, sum := i >= all.open, false, 0.0
		clear(weights)
		for c, prob := range p.Probs(row) {
			if c < first || c >= end || prob != prob || !known && !p.Unknown(row, c) {
				continue
			}
			judged = true
			if prob >= 0.5 {
				prob--
			}
			weights[c-first] = prob / float32(q.width)
			sum += float64(weights[c-first]) * float64(weights[c-first])
		}
		if !judged {
			continue
		}
		q.rows, q.scale, q.weights = append(q.rows, row), append(q.scale, 1), append(q.weights, weights...)
		q.size = append(q.size, sum*all.size[i])
		if !known {
			q.open++
		}
	}
	return q
}
