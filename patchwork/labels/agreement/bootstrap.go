package agreement

import (
	"hash/fnv"
	"math"
	"math/rand/v2"
	"slices"
)

// bootstrap draws images again and again, to see how much a statistic depends on which images there were.
type bootstrap struct {
	replicates int
	seed       uint64
}

// confidence is what the intervals cover.
const confidence = 0.95

// figure measures a statistic of images that fall into kinds: counts[i] images are of kind i, and all that matters of
// an image is its kind. The interval is between the 2.5th and 97.5th percentile of the statistic over as many images
// drawn with replacement, which is one draw of the multinomial distribution of counts for each replicate. Replicates
// where it is undefined are left out; if those are half or more, there is no interval. name makes the draws of each
// figure its own.
//
// Source: Efron and Tibshirani 1993, "An Introduction to the Bootstrap", section 13.3, the percentile interval.
func (b bootstrap) figure(name, reason string, counts []int, of func(weight []float64) float64) Figure {
	weight := make([]float64, len(counts))
	n := 0
	for i, k := range counts {
		weight[i] = float64(k)
		n += k
	}
	value := math.NaN()
	if n > 0 {
		value = of(weight)
	}
	if math.IsNaN(value) {
		return undefined(n, reason)
	}
	sum := fnv.New64a()
	sum.Write([]byte("agreement/" + name))
	rng := rand.New(rand.NewPCG(b.seed, sum.Sum64()))
	var values []float64
	for range b.replicates {
		multinomial(rng, counts, n, weight)
		if x := of(weight); !math.IsNaN(x) {
			values = append(values, x)
		}
	}
	f := Figure{Value: value, Low: math.NaN(), High: math.NaN(), Rows: n}
	if 2*len(values) > b.replicates {
		slices.Sort(values)
		f.Low, f.High = quantile(values, (1-confidence)/2), quantile(values, (1+confidence)/2)
	}
	return f
}

// quantile interpolates between the order statistics of sorted values, as numpy's percentile does.
func quantile(sorted []float64, q float64) float64 {
	at := q * float64(len(sorted)-1)
	i := int(at)
	if i+1 == len(sorted) {
		return sorted[i]
	}
	return sorted[i] + (at-float64(i))*(sorted[i+1]-sorted[i])
}

// multinomial draws n images with replacement from n that are of these kinds, into dst by kind: one binomial draw for
// each kind, of what is left.
func multinomial(rng *rand.Rand, counts []int, n int, dst []float64) {
	left, among := n, n
	for i, k := range counts {
		got := left
		if k < among {
			got = binomial(rng, left, float64(k)/float64(among))
		}
		dst[i] = float64(got)
		left -= got
		among -= k
	}
}

// binomial draws how many of n trials succeed with probability p, by inversion that begins at the mode and goes to both
// sides, so that it takes about as many steps as the standard deviation.
func binomial(rng *rand.Rand, n int, p float64) int {
	switch {
	case n == 0 || p <= 0:
		return 0
	case p >= 1:
		return n
	}
	mode, odds := min(n, int(float64(n+1)*p)), p/(1-p)
	at := 0.0 // probability of the mode
	if mode < 16 {
		at = math.Exp(float64(n) * math.Log1p(-p))
		for i := range mode {
			at *= float64(n-i) / float64(i+1) * odds
		}
	} else {
		at = math.Exp(logFactorial(n) - logFactorial(mode) - logFactorial(n-mode) +
			float64(mode)*math.Log(p) + float64(n-mode)*math.Log1p(-p))
	}
	u := rng.Float64() - at
	for low, high, below, above := mode, mode, at, at; u >= 0 && (low > 0 || high < n); {
		if high < n {
			above *= float64(n-high) / float64(high+1) * odds
			high++
			if u -= above; u < 0 {
				return high
			}
		}
		if low > 0 {
			below *= float64(low) / float64(n-low+1) / odds
			low--
			if u -= below; u < 0 {
				return low
			}
		}
		if above+below == 0 {
			break // what is left of u is rounding
		}
	}
	return mode
}

func logFactorial(n int) float64 {
	v, _ := math.Lgamma(float64(n) + 1)
	return v
}
