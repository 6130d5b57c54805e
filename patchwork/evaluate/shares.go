package evaluate

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mathext"
)

// Wilson is the share of successes among n independent draws with its 95 % score interval; n = 0 gives a missing one.
func Wilson(successes, n int) Interval {
	if n == 0 {
		return noInterval
	}
	return wilson(float64(successes)/float64(n), float64(n))
}

// SampleSize is how many labels it takes until the 95 % interval (Wilson's) of a share reaches no more than half to each side
// on average. For a recall count the labels of present images, for a precision those said to be present.
//
// Errors: share is not in [0, 1]; half is not in [1e-6, 0.5).
func SampleSize(share, half float64) (int, error) {
	if !(share >= 0 && share <= 1 && half >= 1e-6 && half < 0.5) {
		return 0, fmt.Errorf("evaluate: a sample for a share of %g to within %g; want a share from 0 to 1, and a distance from 0.000001 to below 0.5", share, half)
	}
	wide := func(n int) bool {
		i := wilson(share, float64(n))
		return float64(i.High-i.Low) > 2*half
	}
	enough := 1
	for wide(enough) {
		enough *= 2
	}
	for short := enough / 2; enough-short > 1; { // the width falls with n
		if middle := (short + enough) / 2; wide(middle) {
			short = middle
		} else {
			enough = middle
		}
	}
	return enough, nil
}

// ClopperPearson are exact bounds of a share of which successes of n draws were seen: each of them alone is wrong with
// a probability of at most alpha, so the two together are an interval that covers at least 1-2·alpha.
//
//	low  = the alpha quantile of Beta(successes, n-successes+1), 0 without successes
//	high = the 1-alpha quantile of Beta(successes+1, n-successes), 1 if all are
//
// Unlike Wilson's interval, which covers as much as it says on average over shares, it never covers less. It is what a
// promise needs.
//
// Errors: successes is not in [0, n]; alpha is not in (0, 0.5).
//
// Source: Clopper and Pearson 1934, Biometrika 26:404-413.
func ClopperPearson(successes, n int, alpha float64) (low, high float64, err error) {
	if successes < 0 || successes > n || !(alpha > 0 && alpha < 0.5) {
		return math.NaN(), math.NaN(), fmt.Errorf("evaluate: %d successes of %d at an alpha of %g; want 0 to all of them, "+
			"and an alpha above 0 and below 0.5, as 0.05", successes, n, alpha)
	}
	k, m := float64(successes), float64(n-successes)
	low, high = 0, 1
	if successes > 0 {
		low = mathext.InvRegIncBeta(k, m+1, alpha)
	}
	if successes < n {
		high = mathext.InvRegIncBeta(k+1, m, 1-alpha)
	}
	return low, high, nil
}

// Posterior is what successes of n draws leave to believe of a share that nothing was known of before: Jeffreys' prior
// Beta(½, ½) becomes Beta(successes+½, n-successes+½).
//
// Source: Brown, Cai and DasGupta 2001, Statistical Science 16:101-133, section 4.3.
type Posterior struct{ Successes, N int }

// Quantile is the share that is not exceeded with probability q; NaN if q is not in [0, 1] or the counts are impossible.
func (p Posterior) Quantile(q float64) float64 {
	if !p.possible(q) {
		return math.NaN()
	}
	return mathext.InvRegIncBeta(float64(p.Successes)+0.5, float64(p.N-p.Successes)+0.5, q)
}

// Above is the probability that the share exceeds x; NaN if x is not in [0, 1] or the counts are impossible.
func (p Posterior) Above(x float64) float64 {
	if !p.possible(x) {
		return math.NaN()
	}
	return 1 - mathext.RegIncBeta(float64(p.Successes)+0.5, float64(p.N-p.Successes)+0.5, x)
}

func (p Posterior) possible(share float64) bool {
	return share >= 0 && share <= 1 && p.Successes >= 0 && p.Successes <= p.N
}

// Interval is the share with the middle 95 % of the posterior.
func (p Posterior) Interval() Interval {
	if p.N == 0 || !p.possible(0) {
		return noInterval
	}
	value := float64(p.Successes) / float64(p.N)
	return Interval{Number(value), Number(min(value, p.Quantile(0.025))), Number(max(value, p.Quantile(0.975)))}
}
