package evaluate

import (
	"math"

	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// Confusion counts the known labels of one class by what the scores say at a threshold. Its methods are the figures that
// follow; each is missing where its denominator is 0.
type Confusion struct {
	TruePositives  int `json:"true_positives" yaml:"true_positives"`
	FalsePositives int `json:"false_positives" yaml:"false_positives"`
	FalseNegatives int `json:"false_negatives" yaml:"false_negatives"`
	TrueNegatives  int `json:"true_negatives" yaml:"true_negatives"`
}

// At counts what the scores say at a threshold: a score of at least threshold says present. Unknown rows are left out.
//
// Errors: the lengths differ; a score of a known row is NaN.
func At(scores []float32, truth []labels.Tri, threshold float64) (Confusion, error) {
	k, err := keep(scores, truth)
	if err != nil {
		return Confusion{}, err
	}
	return k.at(threshold), nil
}

func (k *known) at(threshold float64) (c Confusion) {
	for i, s := range k.scores {
		c.add(float64(s) >= threshold, k.present[i])
	}
	return c
}

func (c *Confusion) add(said, present bool) {
	switch {
	case said && present:
		c.TruePositives++
	case said:
		c.FalsePositives++
	case present:
		c.FalseNegatives++
	default:
		c.TrueNegatives++
	}
}

// Accuracy is the share of labels that are right, with Wilson's interval.
func (c Confusion) Accuracy() Interval {
	return Wilson(c.TruePositives+c.TrueNegatives, c.TruePositives+c.TrueNegatives+c.FalsePositives+c.FalseNegatives)
}

// Precision is the share of images said to show the class that do, TP/(TP+FP), with Wilson's interval.
func (c Confusion) Precision() Interval {
	return Wilson(c.TruePositives, c.TruePositives+c.FalsePositives)
}

// Recall is the share of images that show the class and are said to, TP/(TP+FN), with Wilson's interval.
func (c Confusion) Recall() Interval {
	return Wilson(c.TruePositives, c.TruePositives+c.FalseNegatives)
}

// Specificity is the share of images without the class that are said to be, TN/(TN+FP), with Wilson's interval.
func (c Confusion) Specificity() Interval {
	return Wilson(c.TrueNegatives, c.TrueNegatives+c.FalsePositives)
}

// F1 is the harmonic mean of precision and recall, 2·TP/(2·TP+FP+FN).
//
// It is 2J/(1+J) of the share J = TP/(TP+FP+FN), which grows with J; the interval is Wilson's of J, carried over. So it
// has the coverage of Wilson's, and does not shrink to a point at 0 or 1, as a bootstrap does. It is missing where the
// class is neither present nor said to be, and 0 where TP is 0, as in scikit-learn's f1_score.
func (c Confusion) F1() Interval {
	j := Wilson(c.TruePositives, c.TruePositives+c.FalsePositives+c.FalseNegatives)
	f := func(j Number) Number { return 2 * j / (1 + j) }
	return Interval{f(j.Value), f(j.Low), f(j.High)}
}

// BalancedAccuracy is the mean of recall and specificity; a constant answer gives 0.5. Missing without present or
// without absent images.
//
//	low = (r + s - √((r-r_low)² + (s-s_low)²)) / 2      high likewise, from Wilson's bounds of both shares
//
// Source of the interval: Newcombe 1998, Statistics in Medicine 17:873-890, method 10, for a sum of independent shares.
func (c Confusion) BalancedAccuracy() Interval {
	r, s := c.Recall(), c.Specificity()
	if !r.Value.Known() || !s.Value.Known() {
		return noInterval
	}
	value := (r.Value + s.Value) / 2
	gap := func(a, b Number) Number { return Number(math.Hypot(float64(a), float64(b)) / 2) }
	return Interval{value, max(0, value-gap(r.Value-r.Low, s.Value-s.Low)), min(1, value+gap(r.High-r.Value, s.High-s.Value))}
}
