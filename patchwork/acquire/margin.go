package acquire

import (
	"fmt"
	"math"
)

// margin prefers rows with a class near the decision boundary.
//
//	score = 1 - 2·min over the unknown classes of |p - 1/2|
//
// The score lies in [0, 1]. For two outcomes |p - (1-p)| = 2·|p - 1/2| is the gap between the best and the second best
// answer, so this is margin sampling applied to each class on its own. Entropy falls with the same gap: wherever p lies
// within entropy's clipping, both strategies rank rows alike, and only the scale of the score differs.
//
// Source: Scheffer, Decomain and Wrobel 2001, for two outcomes a class.
var margin = ByScore{
	About: Card{Name: "margin", About: "the class nearest to one half", Paper: "Scheffer et al. 2001", Needs: Probs},
	Score: func(p *Pool, row int) float64 {
		_, q := p.Uncertain(row)
		return 1 - 2*math.Abs(q-0.5)
	},
	Rank: func(p *Pool, row int, least float64) float64 {
		_, q := p.uncertain(row, min(-least, math.MaxFloat64))
		return -math.Abs(q - 0.5)
	},
	Reason: func(p *Pool, row int, score float64) string {
		c, q := p.Uncertain(row)
		return fmt.Sprintf("margin %.2f: %s at %.2f", 1-score, p.Classes[c], q)
	},
}
