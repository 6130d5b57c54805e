package augment

import "math"

// zoomScale takes a part of area fraction U(least,1) and of aspect ratio in U(3/4·r, 4/3·r), r = w/h, in up to 100
// attempts, and makes it h×w by cubic interpolation.
func zoomScale(s *scratch, least float64, h, w int) {
	r := float64(w) / float64(h)
	b := drawBox(s, [2]float64{least, 1}, [2]float64{3. / 4 * r, 4. / 3 * r}, 100, (*scratch).uniform)
	resample(s, b, h, w, true)
}

// centerZoomScale keeps [z, 1−z] of both axes, z ~ U(0,(1−least)/2), and makes it h×w, bilinear.
func centerZoomScale(s *scratch, least float64, h, w int) {
	z := s.uniform(0, (1-least)/2)
	x, y := int(z*float64(s.im.W)), int(z*float64(s.im.H))
	x, y = min(x, (s.im.W-1)/2), min(y, (s.im.H-1)/2)
	resample(s, box{x, y, s.im.W - 2*x, s.im.H - 2*y}, h, w, false)
}

// logUniform draws from [lo,hi] so that the logarithm is uniform.
func (s *scratch) logUniform(lo, hi float64) float64 {
	return math.Exp(s.uniform(math.Log(lo), math.Log(hi)))
}

// drawBox draws as torchvision's RandomResizedCrop.get_params, with logUniform for the ratio: area uniform in scale,
// position uniform; when no attempt fits, the largest centred part whose ratio lies within the limits.
func drawBox(s *scratch, scale, ratio [2]float64, attempts int, drawRatio func(s *scratch, lo, hi float64) float64) box {
	w, h := s.im.W, s.im.H
	for range attempts {
		area := s.uniform(scale[0], scale[1]) * float64(w*h)
		r := drawRatio(s, ratio[0], ratio[1])
		bw, bh := int(math.RoundToEven(math.Sqrt(area*r))), int(math.RoundToEven(math.Sqrt(area/r)))
		if bw > 0 && bh > 0 && bw <= w && bh <= h {
			y := s.rng.IntN(h - bh + 1)
			return box{s.rng.IntN(w - bw + 1), y, bw, bh}
		}
	}
	bw, bh := w, h
	if r := float64(w) / float64(h); r < ratio[0] {
		bh = int(math.RoundToEven(float64(w) / ratio[0]))
	} else if r > ratio[1] {
		bw = int(math.RoundToEven(float64(h) * ratio[1]))
	}
	bw, bh = min(max(bw, 1), w), min(max(bh, 1), h)
	return box{(w - bw) / 2, (h - bh) / 2, bw, bh}
}
