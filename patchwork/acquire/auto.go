package acquire

import "slices"

// enough is how many positives of each class are known when rare classes have their whole share of the batch.
const enough = 15

// scarce is the share of the median class's positives below which a class with at least one counts as rare.
const scarce = 0.25

// auto chooses by what is known, 15 % of each batch being an audit:
//
//	no features, no model    all drawn uniformly
//	no features              entropy
//	else                     rare for as many of the classes as are rare, of this the share g once the classes have on average
//	                         the share g of the 15 positives that are enough; what is left is uherding's, or variance's
//	                         where a model is there and classes overlap
//
// A class is rare if it has known positives, and fewer than a quarter of those that the median class has. Near-duplicates
// within a batch are left out; see Mix. The reason of each pick begins with the part that chose it.
//
// uherding goes from what is typical to what is unsure by itself as labels come in. Classes overlap where not every image known for all classes
// shows exactly one. What all this is worth replays say (docs/active-learning.md).
type auto struct{}

// Card implements Strategy.
func (auto) Card() Card {
	return Card{Name: "auto", About: "by what is known: what stands for others, with a model for what it is unsure of, and what is rare", Uses: Probs | Features}
}

// Pick implements Strategy.
func (auto) Pick(p *Pool, n int) []Pick { return Mix{Parts: autoParts(p)}.Pick(p, n) }

func autoParts(p *Pool) []Part {
	const chosen = 1 - Audit
	switch {
	case p.Features == nil && p.Probs == nil:
		return []Part{{random, 1}}
	case p.Features == nil:
		return []Part{{entropy, chosen}}
	}
	hunt := chosen * hunting(positives(p))
	var best Strategy = uHerding{}
	if p.Probs != nil && len(p.Known) > 0 && !oneEach(p) {
		best = variance{}
	}
	return []Part{{best, chosen - hunt}, {rare{}, hunt}}
}

// hunting says by the known positives of the classes which share of the choice goes to rare classes.
func hunting(positives []int) float64 {
	if len(positives) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(positives))
	median := float64(sorted[len(sorted)/2])
	known, few := 0.0, 0.0
	for _, k := range positives {
		known += min(1, float64(k)/enough)
		if k > 0 && float64(k) < scarce*median {
			few++
		}
	}
	n := float64(len(positives))
	return known / n * few / n
}
