package augment

// rot90 turns by k·90° against the clock, k uniform in {0,1,2,3}. A picture that is not square changes its shape; the
// pipeline resizes it at the end.
func rot90(s *scratch) {
	for range s.rng.IntN(4) {
		quarter(s)
	}
}

func quarter(s *scratch) {
	im := s.im
	s.next(im.W, im.H)
	d := s.spare
	for y := range d.H {
		for x := range d.W {
			from := x*im.W + im.W - 1 - y
			to := y*d.W + x
			copy(d.Pix[to*im.C:(to+1)*im.C], im.Pix[from*im.C:(from+1)*im.C])
			if im.Mask != nil {
				d.Mask[to] = im.Mask[from]
			}
		}
	}
	s.swap()
}
