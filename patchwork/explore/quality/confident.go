package quality

import (
	"math"

	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// confident is confident learning for one class against the rest: what is usual of a label, and how often what is confidently
// of one value has the label of the other.
type confident struct {
	usual [2]float64    // mean probability of the value (absent, present) where it was given
	given [2]int        // labels with a probability
	joint [2][2]float64 // by given and confident value: labels
}

func (c judge) confident() confident {
	var t confident
	rows := func(do func(given labels.Tri, p float64)) {
		for row := range c.e.Table.Len() {
			if g, p := c.given(row), c.p(row); g != labels.Unknown && !math.IsNaN(p) {
				do(g, p)
			}
		}
	}
	rows(func(given labels.Tri, p float64) {
		t.given[given]++
		t.usual[given] += of(given, p)
	})
	for v := range t.usual {
		t.usual[v] /= float64(t.given[v]) // NaN, which nothing reaches, for one that was never given
	}
	rows(func(given labels.Tri, p float64) {
		if v, ok := t.confidently(p); ok {
			t.joint[given][v]++
		}
	})
	return t
}

// of is the probability of a value.
func of(v labels.Tri, p float64) float64 {
	if v == labels.Present {
		return p
	}
	return 1 - p
}

// confidently is the value that is at least as probable as usual, of two the more probable; ok is false if neither is.
func (t confident) confidently(p float64) (v labels.Tri, ok bool) {
	present, absent := p >= t.usual[labels.Present], 1-p >= t.usual[labels.Absent]
	switch {
	case present && (!absent || p > 1-p):
		return labels.Present, true
	case absent:
		return labels.Absent, true
	}
	return labels.Unknown, false
}

// other says that a label is confidently of the other value.
func (t confident) other(given labels.Tri, p float64) bool {
	v, ok := t.confidently(p)
	return ok && v != given
}

// expected is the number of errors, with what is confident standing for all labels of the value that was given.
func (t confident) expected() (sum float64) {
	if t.given[0]+t.given[1] == 0 {
		return math.NaN()
	}
	for v, n := range t.given {
		if all := t.joint[v][0] + t.joint[v][1]; all > 0 {
			sum += float64(n) * t.joint[v][1-v] / all
		}
	}
	return sum
}
