package augment

// gaussianNoise adds N(0,0.1) to every value, with probability p.
func gaussianNoise(s *scratch, p float64) {
	if !s.chance(p) {
		return
	}
	for i := range s.im.Pix {
		s.im.Pix[i] += 0.1 * float32(s.rng.NormFloat64())
	}
}
