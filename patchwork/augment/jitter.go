package augment

// jitter changes brightness, contrast and saturation by U(max(1−0.8s,0), 1+0.8s) and the hue by U(−0.2s,0.2s), in
// random order (a uniform permutation), clipped after each.
func jitter(s *scratch, strength float64) {
	order := [4]func(*scratch, float64){brightnessDelta, contrastDelta, saturationDelta, hueDelta}
	width := [4]float64{0.8 * strength, 0.8 * strength, 0.8 * strength, 0.2 * strength}
	for i := len(order) - 1; i > 0; i-- {
		j := s.rng.IntN(i + 1)
		order[i], order[j] = order[j], order[i]
		width[i], width[j] = width[j], width[i]
	}
	for i, op := range order {
		op(s, width[i])
	}
}
