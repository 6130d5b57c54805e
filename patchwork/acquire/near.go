package acquire

import (
	"fmt"
	"math"
	"strconv"
)

// nearOf prefers rows whose probability of one class is nearest a given one: what lies around a threshold, or what the
// model is rather sure of and not quite.
//
//	score = 1 - |p - target| of that class
//
// Its name is "near 0.8: CLASS" with any target from 0 to 1.
//
// Source: sampling by target score, as in perch-hoplite (Google), there by logit.
func nearOf(target float64, class string) Strategy {
	name := fmt.Sprintf("near %s: ", strconv.FormatFloat(target, 'g', -1, 64))
	return ByScore{
		About: Card{Name: name + class, About: "one class nearest a given probability", Needs: Probs | OneClass, Class: class},
		Score: func(p *Pool, row int) float64 { return 1 - math.Abs(p.Prob(row, p.Class)-target) },
		Reason: func(p *Pool, row int, _ float64) string {
			return fmt.Sprintf("%s%s at %.2f", name, class, p.Prob(row, p.Class))
		},
	}
}
