package classify

import "math"

// moments gathers mean and spread of the training features, in one pass that stays exact for a small spread around a
// large mean (Welford 1962).
type moments struct {
	n          int
	mean, sum2 []float64
}

func (m *moments) add(x []float32) {
	if m.mean == nil {
		m.mean, m.sum2 = make([]float64, len(x)), make([]float64, len(x))
	}
	m.n++
	for i, v := range x {
		d := float64(v) - m.mean[i]
		m.mean[i] += d / float64(m.n)
		m.sum2[i] += d * (float64(v) - m.mean[i])
	}
}

// standard returns what Train subtracts from each feature, its mean, and what it multiplies the rest by: one number for
// all, so that the squares of the result average 1. A number for each feature would blow up those that hardly vary among
// a few labelled images.
func (m *moments) standard() (mean, scale []float32) {
	total := 0.0
	for _, s := range m.sum2 {
		total += s
	}
	rms := math.Sqrt(total / float64(m.n) / float64(len(m.mean)))
	mean, scale = make([]float32, len(m.mean)), make([]float32, len(m.mean))
	for i := range mean {
		mean[i], scale[i] = float32(m.mean[i]), 1
		if rms > 0 {
			scale[i] = float32(1 / rms)
		}
	}
	return mean, scale
}
