package augment

import "slices"

// sobel takes the signed mean of the two Sobel derivatives over all channels, scales it to [0,1] and repeats it in all
// channels, with probability p. Borders are reflected without their outermost pixel. A flat picture becomes black.
func sobel(s *scratch, p float64) {
	if !s.chance(p) {
		return
	}
	im, c := s.im, s.im.C
	grey := grow(s.rows, im.H*im.W)
	s.rows = grey
	for i := range grey {
		grey[i] = 0
		for _, x := range im.Pix[i*c : (i+1)*c] {
			grey[i] += x
		}
	}
	edges := grow(s.col, len(grey))
	s.col = edges
	for y := range im.H {
		up, low := mirrored(y-1, im.H)*im.W, mirrored(y+1, im.H)*im.W
		for x := range im.W {
			l, r := mirrored(x-1, im.W), mirrored(x+1, im.W)
			// The two corners on the second diagonal cancel in the sum of both derivatives.
			edges[y*im.W+x] = 2*(grey[low+r]-grey[up+l]) + 2*(grey[low+x]-grey[up+x]) + 2*(grey[y*im.W+r]-grey[y*im.W+l])
		}
	}
	low := slices.Min(edges)
	var f float32
	if span := slices.Max(edges) - low; span > 0 {
		f = 1 / span
	}
	for i, x := range edges {
		for k := range c {
			im.Pix[i*c+k] = (x - low) * f
		}
	}
}
