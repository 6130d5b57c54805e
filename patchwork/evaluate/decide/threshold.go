package decide

import (
	"errors"
	"fmt"
	"math"

	"github.com/gopatchwork/patchwork/patchwork/evaluate"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// Threshold is a score from which on a class counts as present, with what it led to on the labels it was chosen on.
type Threshold struct {
	Score              evaluate.Number `json:"score" yaml:"score"` // NaN: no threshold will do
	evaluate.Confusion `yaml:",inline"`
	Precision          evaluate.Interval `json:"precision" yaml:"precision"` // measured on the same labels, so rather too good
	Recall             evaluate.Interval `json:"recall" yaml:"recall"`
	F1                 evaluate.Interval `json:"f1" yaml:"f1"`
	Promised           evaluate.Number   `json:"promised" yaml:"promised"`                 // what new images keep with the confidence asked for; NaN for a plain choice
	Reason             string            `json:"reason,omitempty" yaml:"reason,omitempty"` // why there is no threshold, and what to do
}

func chosen(p evaluate.CurvePoint) Threshold {
	return Threshold{Score: evaluate.Number(p.Threshold), Confusion: p.Confusion, Precision: p.Precision(), Recall: p.Recall(),
		F1: p.F1(), Promised: evaluate.Number(math.NaN())}
}

func none(reason string, args ...any) Threshold {
	t := chosen(evaluate.CurvePoint{Threshold: math.NaN()})
	t.Reason = fmt.Sprintf(reason, args...)
	return t
}

// Goal is what a threshold is to reach. Only Share is required.
type Goal struct {
	Share float64 // of precision or recall, above 0 and below 1
	Plain bool    // take the measured figure for the truth

	// Error is the probability at most that new images fall short of Share; 0 means 0.05. It plays no part when Plain.
	Error float64
}

func (g Goal) withDefaults() (Goal, error) {
	if g.Error == 0 {
		g.Error = 0.05
	}
	return g, errors.Join(
		need(g.Share > 0 && g.Share < 1, "Share is %g; want more than 0 and less than 1, as 0.9", g.Share),
		need(g.Error > 0 && g.Error < 0.5, "Error is %g; want more than 0 and less than 0.5, or 0 for 0.05", g.Error))
}

func need(ok bool, format string, args ...any) error {
	if ok {
		return nil
	}
	return fmt.Errorf("decide.Goal: "+format, args...)
}

// BestF1 is the threshold with the highest F1 on the labels; of equal ones the strictest. It has no score without a present
// image.
//
// Errors: the lengths differ; a score of a known row is NaN; no label is known.
func BestF1(scores []float32, truth []labels.Tri) (Threshold, error) {
	curve, err := evaluate.NewCurve(scores, truth)
	if err != nil {
		return none("%v", err), err
	}
	best := -1
	for i, p := range curve {
		if p.TruePositives > 0 && (best < 0 || p.F1().Value > curve[best].F1().Value) {
			best = i
		}
	}
	if best < 0 {
		return none("no image is labelled present; label some that show the class"), nil
	}
	return chosen(curve[best]), nil
}

// ForRecall is the strictest threshold that finds at least the share of the images that show the class.
//
// The promise takes Clopper and Pearson's lower bound of recall. It falls with every present image that a stricter
// threshold loses, so the thresholds can be tried from the laxest on without paying for the number of tries.
//
// Errors: those of BestF1; an impossible goal.
func ForRecall(scores []float32, truth []labels.Tri, g Goal) (Threshold, error) {
	curve, g, err := curveFor(scores, truth, g)
	if err != nil {
		return none("%v", err), err
	}
	for _, p := range curve { // recall rises along the curve: the first that will do is the strictest
		present := p.TruePositives + p.FalseNegatives
		if g.Plain {
			if float64(p.TruePositives) >= g.Share*float64(present) && p.TruePositives > 0 {
				return chosen(p), nil
			}
			continue
		}
		low, _, err := evaluate.ClopperPearson(p.TruePositives, present, g.Error)
		if err != nil {
			return none("%v", err), err
		}
		if low >= g.Share {
			t := chosen(p)
			t.Promised = evaluate.Number(low)
			return t, nil
		}
	}
	present := curve[0].TruePositives + curve[0].FalseNegatives
	return none("%d images are labelled present; a recall of %g can be promised from %d on", present, g.Share, enough(g.Share, g.Error)), nil
}

// enough is how many right of as many it takes for a lower bound of share.
func enough(share, alpha float64) int { return int(math.Ceil(math.Log(alpha) / math.Log(share))) }

func curveFor(scores []float32, truth []labels.Tri, g Goal) (evaluate.Curve, Goal, error) {
	g, err := g.withDefaults()
	if err != nil {
		return nil, g, err
	}
	curve, err := evaluate.NewCurve(scores, truth)
	return curve, g, err
}
