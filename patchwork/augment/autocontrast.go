package augment

import "slices"

// autocontrast takes the mean m of all values away and divides by the largest rest: clip((x−m)/(max(x−m)+0.01)), with
// probability p. What is under the mean becomes black.
func autocontrast(s *scratch, p float64) {
	if !s.chance(p) {
		return
	}
	var sum float64
	for _, x := range s.im.Pix {
		sum += float64(x)
	}
	m := float32(sum / float64(len(s.im.Pix)))
	f := 1 / (slices.Max(s.im.Pix) - m + 0.01)
	for i, x := range s.im.Pix {
		s.im.Pix[i] = clip((x - m) * f)
	}
}
