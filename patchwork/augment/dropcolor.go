package augment

// dropColor sets every channel to the plain mean of the channels, with probability p.
func dropColor(s *scratch, p float64) {
	if !s.chance(p) {
		return
	}
	c := s.im.C
	for v := s.im.Pix; len(v) >= c; v = v[c:] {
		var sum float32
		for _, x := range v[:c] {
			sum += x
		}
		for k := range c {
			v[k] = sum / float32(c)
		}
	}
}
