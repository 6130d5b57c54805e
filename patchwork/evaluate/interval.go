package evaluate

import "math"

// z95 is the 0.975 quantile of the normal distribution, for intervals that cover 95 %.
const z95 = 1.959963984540054

// Interval is a figure with the bounds of its 95 % interval, Low ≤ Value ≤ High, or three NaN when it is missing. A figure
// whose bounds alone are NaN is known, but not how far to trust it.
type Interval struct {
	Value Number `json:"value" yaml:"value"`
	Low   Number `json:"low" yaml:"low"`
	High  Number `json:"high" yaml:"high"`
}

// String is the figure and its bounds: "0.950 (0.888-0.978)", the figure alone where bounds are missing.
func (i Interval) String() string {
	if !i.Value.Known() {
		return "-"
	}
	if !i.Low.Known() || !i.High.Known() {
		return i.Value.String()
	}
	return i.Value.String() + " (" + i.Low.String() + "-" + i.High.String() + ")"
}

var noInterval = Interval{missing, missing, missing}

// wilson is the score interval of a share p seen among n independent draws; n = 0 gives NaN.
//
//	(p + z²/2n ± z·√(p(1-p)/n + z²/4n²)) / (1 + z²/n)
//
// Unlike p ± z·√(p(1-p)/n) it stays in [0, 1] and does not shrink to a point at p = 0 or 1.
//
// Source: Wilson 1927, without continuity correction.
func wilson(p, n float64) Interval {
	if n == 0 {
		return noInterval
	}
	z2 := z95 * z95
	centre := (p + z2/(2*n)) / (1 + z2/n)
	half := z95 * math.Sqrt(p*(1-p)/n+z2/(4*n*n)) / (1 + z2/n)
	return Interval{Number(p), Number(max(0, min(p, centre-half))), Number(min(1, max(p, centre+half)))}
}

// aucInterval is the interval of an area a measured on m positives and n negatives: all θ with |a - θ| ≤ z·√V(θ),
//
//	V(θ) = θ(1-θ)·(1 + k(1-θ)/(2-θ) + kθ/(1+θ)) / (m·n)        k = (m+n)/2 - 1
//
// that is, Hanley and McNeil's variance, taken at the hypothesis θ instead of at a, with both group sizes replaced by
// their mean. DeLong's interval and the plain one of Hanley and McNeil shrink to a point at a = 1, which is the usual
// result of an easy class on few images; this one does not.
//
// Source: Newcombe 2006, Statistics in Medicine 25:559-573, method 5; Hanley and McNeil 1982, Radiology 143:29-36.
func aucInterval(a float64, m, n int) Interval {
	k := float64(m+n)/2 - 1
	outside := func(t float64) bool {
		v := t * (1 - t) * (1 + k*(1-t)/(2-t) + k*t/(1+t)) / (float64(m) * float64(n))
		return (a-t)*(a-t) > z95*z95*v
	}
	// bound halves the gap between a, which is inside, and an end of [0, 1].
	bound := func(end float64) Number {
		in, out := a, end
		for range 60 {
			if mid := (in + out) / 2; outside(mid) {
				out = mid
			} else {
				in = mid
			}
		}
		return Number(in)
	}
	return Interval{Number(a), bound(0), bound(1)}
}
