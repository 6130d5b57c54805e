package acquire

import (
	"fmt"
	"math"
)

// weighted draws rows without replacement, each with a probability in proportion to its weight among those that are left.
// The draws are those of one row after the other: the row of the highest key comes first,
//
//	key = ln(u) / weight        u uniform in (0, 1), independent for each row
//
// so a row of weight 0 comes only when all others are used up; several such are drawn uniformly. Rows are in the order of
// the draws, so scores need not fall.
//
// Source: Efraimidis and Spirakis 2006, "Weighted random sampling with a reservoir", algorithm A, in logarithms.
type weighted struct {
	about  Card
	weight func(prob float64) float64
	score  func(prob float64) float64
}

// Card implements Strategy.
func (w weighted) Card() Card { return w.about }

// Pick implements Strategy.
func (w weighted) Pick(p *Pool, n int) []Pick {
	best := top{n: n}
	for _, row := range p.Rows {
		switch weight := w.weight(p.Prob(row, p.Class)); {
		case weight > 0:
			best.add(row, -p.Rand.ExpFloat64()/weight) // -ln(u) is exponential
		case weight == 0:
			best.add(row, math.Inf(-1))
		}
	}
	var picks []Pick
	for _, b := range best.sorted(p.Rand.Uint64()) {
		q := p.Prob(b.row, p.Class)
		picks = append(picks, Pick{Row: b.row, Score: w.score(q), Reason: fmt.Sprintf("%s at %.2f, drawn by it", w.about.Name, q)})
	}
	return picks
}

// highOf draws rows that likely show one class, others now and then.
//
//	weight = p⁴, score = p of that class
//
// Source: "high: c" of the original.
func highOf(class string) Strategy {
	return weighted{
		about: Card{Name: "high: " + class, About: "drawn, more often the likelier one class", Paper: "Efraimidis and Spirakis 2006",
			Needs: Probs | OneClass, Class: class},
		weight: fourth,
		score:  func(p float64) float64 { return p },
	}
}

// lowOf draws rows that likely do not show one class, others now and then.
//
//	weight = (1-p)⁴, score = 1-p of that class
//
// Source: "low: c" of the original.
func lowOf(class string) Strategy {
	return weighted{
		about: Card{Name: "low: " + class, About: "drawn, more often the less likely one class", Paper: "Efraimidis and Spirakis 2006",
			Needs: Probs | OneClass, Class: class},
		weight: func(p float64) float64 { return fourth(1 - p) },
		score:  func(p float64) float64 { return 1 - p },
	}
}

func fourth(x float64) float64 { return x * x * x * x }
