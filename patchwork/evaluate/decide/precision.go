package decide

import (
	"math"

	"github.com/gopatchwork/patchwork/patchwork/evaluate"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// starts is from how many places of the curve thresholds are tried.
const starts = 5

// ForPrecision is the threshold that finds the most images while at least the share of what is said to show the class does.
//
// Precision, unlike recall, goes up and down with the threshold, and the best of many lower bounds is too good. So the
// promise is made by tests in a fixed order: from each of five starts, with Error/5 each, thresholds are tried one after
// the other, laxer and laxer, as long as Clopper and Pearson's lower bound is at least the share; the first that fails ends
// the row. The starts depend on the scores alone: evenly spread in the logarithm of the number of images above the
// threshold, from the least number that could show the share to all. The laxest threshold that passed is chosen, and with
// probability 1-Error none that passed is wrong.
//
// Errors: those of BestF1; an impossible goal.
//
// Source: fixed-sequence testing with several starts, Angelopoulos, Bates, Candès, Jordan and Lei 2021, "Learn then Test",
// arXiv:2110.01052, section 3.2.
func ForPrecision(scores []float32, truth []labels.Tri, g Goal) (Threshold, error) {
	curve, g, err := curveFor(scores, truth, g)
	if err != nil {
		return none("%v", err), err
	}
	if g.Plain {
		return plainPrecision(curve, g.Share), nil
	}
	alpha := g.Error / starts
	said := func(p evaluate.CurvePoint) int { return p.TruePositives + p.FalsePositives }
	least, all := enough(g.Share, alpha), said(curve[len(curve)-1])
	best, bound := -1, 0.0
	for s := range starts {
		from := float64(least) * math.Pow(float64(all)/float64(least), float64(s)/starts)
		for i, p := range curve {
			if float64(said(p)) < from {
				continue
			}
			low, _, err := evaluate.ClopperPearson(p.TruePositives, said(p), alpha)
			if err != nil {
				return none("%v", err), err
			}
			if low < g.Share {
				break
			}
			if i > best {
				best, bound = i, low
			}
		}
	}
	if best < 0 {
		return none("a precision of %g could not be shown on %d labels: it takes %d images above a threshold that all show the class, "+
			"or more with a few mistakes; label more held-out images with high scores", g.Share, all, least), nil
	}
	t := chosen(curve[best])
	t.Promised = evaluate.Number(bound)
	return t, nil
}

// plainPrecision is the laxest threshold with the precision asked for.
func plainPrecision(curve evaluate.Curve, share float64) Threshold {
	for i := len(curve) - 1; i >= 0; i-- {
		if p := curve[i]; p.TruePositives > 0 && float64(p.TruePositives) >= share*float64(p.TruePositives+p.FalsePositives) {
			return chosen(p)
		}
	}
	return none("no threshold has a precision of %g on these labels", share)
}
