package multitask

import (
	"math"

	"github.com/gopatchwork/patchwork/patchwork/classify/network"
)

// moments gathers mean and spread of each channel of the training features, over images and places of a map, in one pass
// that stays exact for a small spread around a large mean (Welford 1962).
type moments struct {
	n          int
	mean, sum2 []float64
}

func newMoments(in network.Shape) *moments {
	return &moments{mean: make([]float64, in.Channels), sum2: make([]float64, in.Channels)}
}

// add takes in one image: channels, place after place.
func (m *moments) add(x []float32) {
	for at := 0; at < len(x); at += len(m.mean) {
		m.n++
		for i, v := range x[at : at+len(m.mean)] {
			d := float64(v) - m.mean[i]
			m.mean[i] += d / float64(m.n)
			m.sum2[i] += d * (float64(v) - m.mean[i])
		}
	}
}

// standard is what is subtracted from each channel, its mean, and what the rest is multiplied by: one number for all, so
// that the squares of the result average 1, as in package classify.
func (m *moments) standard() (mean, scale []float32) {
	total := 0.0
	for _, s := range m.sum2 {
		total += s
	}
	mean, scale = make([]float32, len(m.mean)), make([]float32, len(m.mean))
	rms := 0.0
	if m.n > 0 {
		rms = math.Sqrt(total / float64(m.n) / float64(len(m.mean)))
	}
	for i := range mean {
		mean[i], scale[i] = float32(m.mean[i]), 1
		if rms > 0 {
			scale[i] = float32(1 / rms)
		}
	}
	return mean, scale
}
