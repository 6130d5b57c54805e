package augment

// solarize turns values of at least t ~ U(0,1) to 1−x, with probability p.
func solarize(s *scratch, p float64) {
	if s.chance(p) {
		solarizeAt(s.im.Pix, float32(s.rng.Float64()))
	}
}

func solarizeAt(v []float32, t float32) {
	for i, x := range v {
		if x >= t {
			v[i] = 1 - x
		}
	}
}
