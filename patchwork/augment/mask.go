package augment

// maskBox fills a rectangle with 0.5, with probability p: height uniform in [H/20, H/2), width uniform in [W/20, W/2),
// position uniform. The original draws the width from H.
func maskBox(s *scratch, p float64) {
	if !s.chance(p) {
		return
	}
	im := s.im
	h, w := side(s, im.H), side(s, im.W)
	y, x := s.rng.IntN(im.H-h+1), s.rng.IntN(im.W-w+1)
	for r := y; r < y+h; r++ {
		row := im.Pix[(r*im.W+x)*im.C:][:w*im.C]
		for i := range row {
			row[i] = 0.5
		}
	}
}

func side(s *scratch, n int) int {
	low := n / 20
	return low + s.rng.IntN(max(n/2-low, 1))
}

// pixelMask keeps every pixel with probability 0.3 and blackens the others, with probability p.
func pixelMask(s *scratch, p float64) {
	if !s.chance(p) {
		return
	}
	for v, c := s.im.Pix, s.im.C; len(v) >= c; v = v[c:] {
		if !s.chance(0.3) {
			clear(v[:c])
		}
	}
}
