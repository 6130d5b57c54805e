package classify

import (
	"math"
	"math/rand/v2"
	"sort"
)

// Sampling says how likely each list of rows is. There is one list for each class and each of the labels absent and
// present, of the rows that carry it; empty lists are dropped.
type Sampling string

const (
	ByClass      Sampling = "class"      // lists equally likely
	ByInstance   Sampling = "instance"   // in proportion to their length: uniform over labels, not over rows
	BySquareRoot Sampling = "squareroot" // in proportion to the root of their length
	ByEffective  Sampling = "effective"  // in proportion to their length over the effective number of images in it, see weight
)

// weight says how likely a list of n rows is, up to a factor. The effective number of n images is (1-β^n)/(1-β): the more
// there are, the more of them show again what others show. β near 0 is ByInstance, β near 1 ByClass.
//
// Source: Cui et al. 2019, arXiv:1901.05555, eq. 2, with its weight of a row, 1 over the effective number, as a probability.
func (s Sampling) weight(n int, beta float64) float64 {
	switch s {
	case ByInstance:
		return float64(n)
	case BySquareRoot:
		return math.Sqrt(float64(n))
	case ByEffective:
		return float64(n) * (1 - beta) / (1 - math.Pow(beta, float64(n)))
	}
	return 1
}

// sampler draws the rows of batches: first a list, then a row of it, both with replacement. A row's whole label vector
// is trained, also when it was drawn for one class of several.
//
// Source: the stratified sampling of the original (docs/classify.md), which is the same at Sampling "class".
type sampler struct {
	lists [][]int   // positions in the examples
	upTo  []float64 // cumulative probability of the lists, ending at 1
	rng   *rand.Rand
}

// newSampler lists the examples; labels holds -1, 0 or 1, [examples · classes].
func newSampler(labels []int8, classes int, s Sampling, beta float64, rng *rand.Rand) *sampler {
	all := make([][]int, 2*classes)
	for i, v := range labels {
		if v >= 0 {
			list := 2*(i%classes) + int(v)
			all[list] = append(all[list], i/classes)
		}
	}
	m := &sampler{rng: rng}
	total := 0.0
	for _, list := range all {
		if len(list) == 0 {
			continue
		}
		total += s.weight(len(list), beta)
		m.lists, m.upTo = append(m.lists, list), append(m.upTo, total)
	}
	for i := range m.upTo {
		m.upTo[i] /= total
	}
	return m
}

// draw returns the position of one example.
func (m *sampler) draw() int {
	list := sort.SearchFloat64s(m.upTo, m.rng.Float64())
	list = min(list, len(m.lists)-1)
	return m.lists[list][m.rng.IntN(len(m.lists[list]))]
}

// draws is how often each of n examples is expected among n draws.
func (m *sampler) draws(n int) []float64 {
	out := make([]float64, n)
	below := 0.0
	for l, list := range m.lists {
		for _, i := range list {
			out[i] += float64(n) * (m.upTo[l] - below) / float64(len(list))
		}
		below = m.upTo[l]
	}
	return out
}

// shares is the share of present among the known labels of each class in the batches to come, kept off 0 and 1 by
// counting one present and one absent label more.
func (m *sampler) shares(labels []int8, classes int) []float64 {
	draws := m.draws(len(labels) / classes)
	out := make([]float64, classes)
	for c := range out {
		present, known := 1.0, 2.0
		for i, w := range draws {
			if v := labels[i*classes+c]; v >= 0 {
				known += w
				present += w * float64(v)
			}
		}
		out[c] = present / known
	}
	return out
}
