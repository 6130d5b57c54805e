package augment

import "math"

// shear reads pixel (x,y) from (x + a·y − W·a/2, b·x + y − H·b/2) with a, b ~ U(−strength, strength), bilinear; borders
// are reflected, the outermost pixel repeated. The mask is moved by the nearest pixel.
func shear(s *scratch, strength float64) {
	a, b := s.uniform(-strength, strength), s.uniform(-strength, strength)
	warp(s, [6]float64{1, a, -float64(s.im.W) * a / 2, b, 1, -float64(s.im.H) * b / 2})
}

// warp reads pixel (x,y) from (m0·x+m1·y+m2, m3·x+m4·y+m5).
func warp(s *scratch, m [6]float64) {
	im := s.im
	s.next(im.H, im.W)
	d, c := s.spare, im.C
	for y := range im.H {
		for x := range im.W {
			u := m[0]*float64(x) + m[1]*float64(y) + m[2]
			v := m[3]*float64(x) + m[4]*float64(y) + m[5]
			fu, fv := math.Floor(u), math.Floor(v)
			p, q := float32(u-fu), float32(v-fv)
			x0, x1 := reflect(int(fu), im.W)*c, reflect(int(fu)+1, im.W)*c
			r0, r1 := reflect(int(fv), im.H)*im.W*c, reflect(int(fv)+1, im.H)*im.W*c
			for k := range c {
				top := im.Pix[r0+x0+k]*(1-p) + im.Pix[r0+x1+k]*p
				low := im.Pix[r1+x0+k]*(1-p) + im.Pix[r1+x1+k]*p
				d.Pix[(y*im.W+x)*c+k] = top*(1-q) + low*q
			}
			if im.Mask != nil {
				near := reflect(int(math.Floor(v+0.5)), im.H)*im.W + reflect(int(math.Floor(u+0.5)), im.W)
				d.Mask[y*im.W+x] = im.Mask[near]
			}
		}
	}
	s.swap()
}

// reflect brings i into [0,n) as in d c b a | a b c d | d c b a.
func reflect(i, n int) int {
	i %= 2 * n
	if i < 0 {
		i += 2 * n
	}
	return min(i, 2*n-1-i)
}
