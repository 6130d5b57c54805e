package evaluate

import (
	"fmt"
	"math"

	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// Bin is the images with scores of one range: how often the class was there, beside how often the scores said so.
type Bin struct {
	From, To float64  // scores in (From, To]; the first bin has 0 as well. Of equal-mass bins: the lowest and the highest score
	N        int      // images with a known label
	Score    float64  // their mean score
	Present  Interval // share of them that show the class; Wilson
}

// BinOptions says how scores are divided. The zero value is ten bins of equal width.
type BinOptions struct {
	Bins      int  // 0 means 10
	EqualMass bool // as many images in each bin as ties allow, instead of equal width
}

func (o BinOptions) withDefaults() (BinOptions, error) {
	if o.Bins < 0 {
		return o, fmt.Errorf("evaluate.BinOptions: Bins is %d; want 1 or more, or 0 for 10", o.Bins)
	}
	if o.Bins == 0 {
		o.Bins = 10
	}
	return o, nil
}

// Reliability divides the scores into bins and compares each bin's mean score with the share of its images that show the
// class: the points of a reliability diagram, with Wilson's interval. Empty bins are left out; scores ascend.
//
// Errors: the lengths differ; a score of a known row is NaN or outside [0, 1]; no label is known (ErrNoLabels); Bins < 0.
//
// Source: DeGroot and Fienberg 1983; equal-mass bins as in Nguyen and O'Connor 2015, arXiv:1508.05154.
func Reliability(scores []float32, truth []labels.Tri, o BinOptions) ([]Bin, error) {
	k, err := keepShares(scores, truth)
	if err != nil {
		return nil, err
	}
	if o, err = o.withDefaults(); err != nil {
		return nil, err
	}
	var bins []Bin
	steps := k.ranking().steps
	end := len(steps)
	cuts := cutsOf(steps, len(k.scores), o)
	for b := len(cuts) - 1; b >= 0; b-- { // from the lowest scores up
		if steps := steps[cuts[b]:end]; len(steps) > 0 {
			bins = append(bins, binOf(steps, o))
		}
		end = cuts[b]
	}
	return bins, nil
}

func binOf(steps []step, o BinOptions) Bin {
	var n, present int
	var sum float64
	for _, s := range steps {
		n += s.present + s.absent
		present += s.present
		sum += float64(s.score) * float64(s.present+s.absent)
	}
	b := Bin{From: float64(steps[len(steps)-1].score), To: float64(steps[0].score), N: n, Score: sum / float64(n), Present: Wilson(present, n)}
	if !o.EqualMass {
		i := widthBin(steps[0].score, o.Bins)
		b.From, b.To = float64(i)/float64(o.Bins), float64(i+1)/float64(o.Bins)
	}
	return b
}

// widthBin is which of n bins of equal width a score in [0, 1] is in: (i/n, (i+1)/n], and 0 in the first.
func widthBin(score float32, n int) int {
	return max(0, int(math.Ceil(float64(score)*float64(n)))-1)
}

// cutsOf is where in steps, which descend, each bin begins. A bin of equal mass takes steps until the images seen reach
// its share of all.
func cutsOf(steps []step, n int, o BinOptions) []int {
	var cuts []int
	seen, bin := 0, -1
	for i, s := range steps {
		now := widthBin(s.score, o.Bins)
		if o.EqualMass {
			now = seen * o.Bins / n
		}
		if i == 0 || now != bin {
			cuts, bin = append(cuts, i), now
		}
		seen += s.present + s.absent
	}
	return cuts
}

// ECE is the expected calibration error: how far the scores are from the shares that they promise, on average.
//
//	Σ_b n_b/n · |share of present in bin b - mean score in bin b|
//
// 0 is perfect, but a small sample never shows 0: among n images a perfectly calibrated model has an ECE of about
// √(2/π)·Σ_b √(n_b·v_b)/n, where v_b is the mean of p(1-p) in the bin. Expected is that number; only an ECE well above
// it says that the scores are off.
//
// Errors: those of Reliability.
//
// Source: Naeini, Cooper and Hauskrecht 2015, AAAI, for one class; the expectation by the normal approximation of each
// bin's count, as Bröcker and Smith 2007 do by simulation.
func ECE(scores []float32, truth []labels.Tri, o BinOptions) (ece, expected float64, err error) {
	k, err := keepShares(scores, truth)
	if err != nil {
		return math.NaN(), math.NaN(), err
	}
	if o, err = o.withDefaults(); err != nil {
		return math.NaN(), math.NaN(), err
	}
	ece, expected = k.ece(o)
	return ece, expected, nil
}

func (k *known) ece(o BinOptions) (ece, expected float64) {
	steps, n := k.ranking().steps, float64(len(k.scores))
	cuts := append(cutsOf(steps, len(k.scores), o), len(steps))
	for b := range len(cuts) - 1 {
		var gap, variance float64
		for _, s := range steps[cuts[b]:cuts[b+1]] {
			p, m := float64(s.score), float64(s.present+s.absent)
			gap += float64(s.present) - m*p
			variance += m * p * (1 - p)
		}
		ece += math.Abs(gap) / n
		expected += math.Sqrt(2/math.Pi*variance) / n
	}
	return ece, expected
}
