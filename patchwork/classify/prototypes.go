package classify

import "math"

// fitPrototypes gives each class two points, the means m₁ and m₀ of the directions of the n₁ images where it is present and of
// the n₀ where it is absent, and judges an image by which of them it is closer to:
//
//	p = sigmoid( (|x - m₀|² - |x - m₁|²)/(2T) + ln((n₁+1)/(n₀+1)) )
//
// x is the direction of the features from their centre (centre), so |x - m|² is 1 + |m|² less twice the cosine times |m|. T is
// Options.Temperature, 0.1 by default. Where no image is labelled present, or none absent, its point is the centre: there is an
// order from the first label on.
//
// Source: Snell et al. 2017, arXiv:1703.05175, eq. 2, on directions and with two points a class, because classes overlap.
func fitPrototypes(p *prepared, o Options) (head, Info, error) {
	i := Info{Classes: p.Classes, Dim: p.Dim, Taps: p.Taps, Options: o}
	h, err := newHead(i)
	if err != nil {
		return h, i, err
	}
	mean, scale := p.centre()
	h.begin(mean, scale, nil, 0)
	classes := len(p.Classes)
	sums := make([][]float64, 2*classes) // absent and present of each class
	for c := range sums {
		sums[c] = make([]float64, p.Dim)
	}
	counts, unit := make([]int, 2*classes), make([]float32, p.Dim)
	for k, row := range p.train.rows {
		if err := h.direction(unit, row, p.Features); err != nil {
			return h, i, err
		}
		for c, v := range p.train.labels[k*classes : (k+1)*classes] {
			if v >= 0 {
				counts[2*c+int(v)]++
				for k, x := range unit {
					sums[2*c+int(v)][k] += float64(x)
				}
			}
		}
	}
	for c := range classes {
		absent, present := 2*c, 2*c+1
		towards, halfway := make([]float64, p.Dim), 0.0
		for k := range p.Dim {
			m1, m0 := sums[present][k]/float64(max(counts[present], 1)), sums[absent][k]/float64(max(counts[absent], 1))
			towards[k] = m1 - m0
			halfway += (m1*m1 - m0*m0) / 2
		}
		for k, v := range towards {
			h.weights[k*classes+c] = float32(v / o.Temperature)
		}
		h.bias[c] = float32(math.Log(float64(counts[present]+1)/float64(counts[absent]+1)) - halfway/o.Temperature)
	}
	return h, i, nil
}
