package acquire

import "slices"

// enough is how many positives of each class are known when what covers the collection has handed its share of the batch over
// to what is rare or unsure.
const enough = 15

// scarce is the share of the median class's positives below which a class with at least one counts as rare.
const scarce = 0.25

// auto chooses by what is known, 15 % of each batch being an audit:
//
//	no features, no model    all drawn uniformly
//	no features              entropy
//	nothing labelled         typiclust
//	else                     typiclust hands over class by class: the share g once the classes have on average the share g
//	                         of the 15 positives that are enough. What it hands over goes to rare for as many of the
//	                         classes as are rare, and to unsure otherwise; without a model it keeps what would be
//	                         unsure's
//
// A class is rare if it has known positives, and fewer than a quarter of those that the median class has. Near-duplicates
// within a batch are left out; see Mix. The reason of each pick begins with the part that chose it.
//
// The order of the phases follows Hacohen et al. 2022: typical images while few are labelled, uncertain ones later; when to
// hand over is what replays say (docs/active-learning.md).
type auto struct{}

// Card implements Strategy.
func (auto) Card() Card {
	return Card{Name: "auto", About: "by what is known: first what covers, then what is rare, then what is unsure", Uses: Probs | Features}
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
	case len(p.Known) == 0:
		return []Part{{typiClust{}, chosen}}
	}
	handed, seek := handOver(positives(p))
	doubt := chosen * handed * (1 - seek)
	if p.Probs == nil {
		doubt = 0
	}
	hunt := chosen * handed * seek
	return []Part{{typiClust{}, chosen - doubt - hunt}, {rare{}, hunt}, {unsure{}, doubt}}
}

// handOver says by the known positives of the classes which share of the choice typical images have handed over, and which
// share of that goes to rare classes.
func handOver(positives []int) (handed, seek float64) {
	if len(positives) == 0 {
		return 0, 0
	}
	sorted := slices.Sorted(slices.Values(positives))
	median := float64(sorted[len(sorted)/2])
	for _, k := range positives {
		handed += min(1, float64(k)/enough)
		if k > 0 && float64(k) < scarce*median {
			seek++
		}
	}
	n := float64(len(positives))
	return handed / n, seek / n
}
