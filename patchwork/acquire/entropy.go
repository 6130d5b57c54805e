package acquire

import (
	"fmt"
	"math"
)

// entropyClip keeps the logarithms finite, as in the original.
const entropyClip = 1e-5

// Entropy is the binary entropy of a probability in bits.
//
//	H(p) = -p·log2(p) - (1-p)·log2(1-p)        with p clipped to [1e-5, 1-1e-5]
//
// The result lies between H(1e-5), about 0.00018, and 1, which it takes at one half. It depends on |p - 1/2| alone, to the
// last bit, and falls with it. NaN gives NaN.
func Entropy(p float64) float64 {
	p = 0.5 - certainty(p)
	return -p*math.Log2(p) - (1-p)*math.Log2(1-p)
}

// certainty is the distance of a probability from one half, clipped as for Entropy, which falls with it. It takes no
// logarithm.
func certainty(p float64) float64 {
	return min(math.Abs(p-0.5), 0.5-entropyClip) // NaN passes through
}

// entropy prefers rows with a class that the model cannot tell.
//
//	score = max over the unknown classes of H(p)
//
// Source: uncertainty sampling, Lewis and Gale 1994, with the entropy of each class on its own because classes may
// overlap. The original takes the maximum over all classes, known ones too.
var entropy = ByScore{
	About: Card{Name: "entropy", About: "the class that the model is least sure of", Paper: "Lewis and Gale 1994", Needs: Probs},
	Score: func(p *Pool, row int) float64 {
		_, q := p.Uncertain(row) // H falls with |p - 1/2|, so the nearest one half has the highest
		return Entropy(q)
	},
	Rank: func(p *Pool, row int, least float64) float64 {
		within := -least
		if within >= certainty(0) { // clipped ones are all the same
			within = math.MaxFloat64
		}
		_, q := p.uncertain(row, within)
		return -certainty(q)
	},
	Reason: func(p *Pool, row int, score float64) string {
		c, q := p.Uncertain(row)
		return fmt.Sprintf("entropy %.2f: %s at %.2f", score, p.Classes[c], q)
	},
}

// entropyOf prefers rows where the model cannot tell one class.
//
//	score = H(p) of that class
//
// Source: "maxent: c" of the original.
func entropyOf(class string) Strategy {
	return ByScore{
		About: Card{Name: "entropy: " + class, About: "the model is least sure of one class", Paper: "Lewis and Gale 1994",
			Needs: Probs | OneClass, Class: class},
		Score: func(p *Pool, row int) float64 { return Entropy(p.Prob(row, p.Class)) },
		Rank:  func(p *Pool, row int, _ float64) float64 { return -certainty(p.Prob(row, p.Class)) },
		Reason: func(p *Pool, row int, score float64) string {
			return fmt.Sprintf("entropy %.2f: %s at %.2f", score, class, p.Prob(row, p.Class))
		},
	}
}
