package acquire

import (
	"fmt"
	"math"
)

// bald prefers rows whose label would say most about the weights of the model: those it could explain in several ways.
//
//	score = Σ over the unknown classes of I,   I = H(E σ(z)) - E H(σ(z)) in bits,   z normal with mean m and deviation s
//
// s is Pool.Deviations; m is logit(p)·√(1 + π·s²/8), because probabilities with a posterior are averages over it. A row that is
// ambiguous by nature, 0.5 whatever the weights, scores 0, unlike for "entropy".
//
// Source: Houlsby et al. 2011, arXiv:1112.5745, eq. 2, for a normal logit, by Gauss and Hermite's rule with 20 points, where the paper takes an
// approximation for the probit. Classes count one by one, as the model judges them.
var bald = ByScore{
	About: Card{Name: "bald", About: "their labels would say most about the model's weights", Paper: "Houlsby et al. 2011", Needs: Probs | Deviations},
	Score: func(p *Pool, row int) float64 {
		score, _ := information(p, row)
		return score
	},
	Reason: func(p *Pool, row int, score float64) string {
		_, c := information(p, row)
		return fmt.Sprintf("bald %.2g bits: %s at %.2f, give or take %.1f in the logit", score, p.Classes[c], p.Prob(row, c), p.Deviations(row)[c])
	},
}

// information is what the labels of a row would say about the weights, in bits, and the class that would say most; NaN for a row
// that the model cannot judge.
func information(p *Pool, row int) (bits float64, class int) {
	class, bits = -1, math.NaN()
	most, deviations := -1.0, p.Deviations(row)
	if deviations == nil {
		return bits, class
	}
	for c, prob := range p.Probs(row) {
		s := float64(deviations[c])
		if prob != prob || s != s || !p.Unknown(row, c) {
			continue
		}
		i := mutual(float64(prob), s)
		if class < 0 {
			bits = 0
		}
		if bits += i; i > most {
			most, class = i, c
		}
	}
	return bits, class
}

// mutual is I of one class.
func mutual(prob, s float64) float64 {
	prob = min(max(prob, 1e-7), 1-1e-7)
	m := math.Log(prob/(1-prob)) * math.Sqrt(1+math.Pi*s*s/8)
	mean, within := 0.0, 0.0
	for k, x := range hermite.at {
		for _, z := range [2]float64{m + s*x, m - s*x} {
			q := 1 / (1 + math.Exp(-math.Abs(z)))
			h := (math.Log1p(math.Exp(-math.Abs(z))) + math.Abs(z)*(1-q)) / math.Ln2
			if z < 0 {
				q = 1 - q
			}
			mean, within = mean+hermite.weight[k]*q, within+hermite.weight[k]*h
		}
	}
	total := 0.0
	if mean > 0 && mean < 1 {
		total = -mean*math.Log2(mean) - (1-mean)*math.Log2(1-mean)
	}
	return max(0, total-within)
}

// hermite is the positive half of the rule of Gauss and Hermite for a standard normal distribution:
// E f(x) = Σ weight·(f(at) + f(-at)). Made by numpy.polynomial.hermite_e.hermegauss(20), weights divided by √(2π).
var hermite = struct{ at, weight [10]float64 }{
	[10]float64{
		0.3469641570813559, 1.042945348802751, 1.7452473208141268, 2.458663611172368, 3.1890148165533896,
		3.9439673506573163, 4.734581334046055, 5.5787388058932015, 6.510590157013654, 7.619048541679758,
	},
	[10]float64{
		0.2607930634495548, 0.16173933398400003, 0.06150637206397696, 0.013997837447100996, 0.0018301031310804924,
		0.00012882627996192942, 4.4021210902308646e-06, 6.127490259982928e-08, 2.4820623623151797e-10, 1.2578006724379264e-13,
	},
}

// powerBald draws rows by bald, in proportion to the score, so that a batch is not of rows that all say the same.
//
//	P(row) ∝ bald's score, without replacement
//
// Source: Kirsch et al. 2021, arXiv:2106.12059, with β = 1.
type powerBald struct{}

// Card implements Strategy.
func (powerBald) Card() Card {
	return Card{Name: "power bald", About: "drawn, more often those whose labels would say most about the model's weights", Paper: "Kirsch et al. 2021", Needs: Probs | Deviations}
}

// Pick implements Strategy.
func (powerBald) Pick(p *Pool, n int) []Pick {
	best := top{n: n}
	for _, row := range p.Rows {
		switch score, _ := information(p, row); {
		case score > 0:
			best.add(row, -p.Rand.ExpFloat64()/score)
		case score == 0:
			best.add(row, math.Inf(-1))
		}
	}
	var picks []Pick
	for _, b := range best.sorted(p.Rand.Uint64()) {
		score, c := information(p, b.row)
		picks = append(picks, Pick{Row: b.row, Score: score, Reason: fmt.Sprintf("bald %.2g bits, drawn by it: %s at %.2f", score, p.Classes[c], p.Prob(b.row, c))})
	}
	return picks
}
