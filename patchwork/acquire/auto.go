package acquire

// enough is how many positives a class needs before the model's doubt about it is worth more than another positive.
const enough = 5

// auto chooses by what is known, 15 % of each batch being an audit:
//
//	no features, no model    all drawn uniformly
//	no features              entropy
//	nothing labelled         typiclust
//	no model                 half typiclust, half rare
//	a model                  rare for the share of the classes that have 1 to 4 positives, halved, typiclust for the share
//	                         that have none, halved, and unsure for the rest
//
// Near-duplicates within a batch are left out; see Mix. The reason of each pick begins with the part that chose it.
//
// The order of the phases follows Hacohen et al. 2022 (typical images first, uncertain ones later) and Gupte et al. 2024,
// arXiv:2401.14555 (on features of large networks doubt and diversity serve early).
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
	case p.Probs == nil:
		return []Part{{typiClust{}, chosen / 2}, {rare{}, chosen / 2}}
	}
	few, none := 0, 0
	for _, k := range positives(p) {
		switch {
		case k == 0:
			none++
		case k < enough:
			few++
		}
	}
	classes := float64(max(len(p.Classes), 1))
	cover, seek := chosen/2*float64(none)/classes, chosen/2*float64(few)/classes
	return []Part{{typiClust{}, cover}, {rare{}, seek}, {unsure{}, chosen - cover - seek}}
}
