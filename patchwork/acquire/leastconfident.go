package acquire

import (
	"fmt"
	"math"
)

// leastConfident prefers rows for which the model has no good answer.
//
//	score = 1 - max over the unknown classes of p
//
// It is for classes of which each image shows one. An image that may show nothing at all scores high too: other than for
// entropy, a sure "none of them" is no confidence.
//
// Source: Lewis and Gale 1994, with the highest of all classes as the answer (Culotta and McCallum 2005).
var leastConfident = ByScore{
	About: Card{Name: "least confident", About: "no class fits well", Paper: "Culotta and McCallum 2005", Needs: Probs},
	Score: func(p *Pool, row int) float64 {
		_, q := likeliest(p, row)
		return 1 - q
	},
	Reason: func(p *Pool, row int, _ float64) string {
		c, q := likeliest(p, row)
		return fmt.Sprintf("least confident: %s at %.2f is the best answer", p.Classes[c], q)
	},
}

// likeliest finds the unknown class of the highest probability, the first of equal ones; -1 and NaN without any.
func likeliest(p *Pool, row int) (class int, prob float64) {
	class, prob = -1, math.NaN()
	for c, q := range p.Probs(row) {
		if (class < 0 || float64(q) > prob) && q == q && p.Unknown(row, c) {
			class, prob = c, float64(q)
		}
	}
	return class, prob
}
