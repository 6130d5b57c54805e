package multitask

import (
	"math/rand/v2"
	"sort"
)

// sampler draws images of batches, with replacement.
type sampler struct {
	upTo []float64 // cumulative probability of the images, ending at 1
	rng  *rand.Rand
}

// newSampler makes the sampler of images of which values [images · tasks] are known.
func newSampler(values []int, tasks int, s Sampling, rng *rand.Rand) *sampler {
	n := len(values) / tasks
	known := make([]int, tasks)
	for i, v := range values {
		if v != Unknown {
			known[i%tasks]++
		}
	}
	m := &sampler{upTo: make([]float64, n), rng: rng}
	total := 0.0
	for i := range n {
		if s == ByImage {
			total++
		} else {
			for k, v := range values[i*tasks : (i+1)*tasks] {
				if v != Unknown {
					total += 1 / float64(known[k]*tasks)
				}
			}
		}
		m.upTo[i] = total
	}
	for i := range m.upTo {
		m.upTo[i] /= total
	}
	return m
}

// draw is the position of one image.
func (m *sampler) draw() int {
	return min(sort.SearchFloat64s(m.upTo, m.rng.Float64()), len(m.upTo)-1)
}
