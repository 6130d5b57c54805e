package augment

import "math"

// gaussianBlur blurs with σ ~ U(0.1,2) and radius ⌊H/20⌋, with probability p. Borders are reflected without their
// outermost pixel, as in torchvision, so that they stay as bright as they are.
func gaussianBlur(s *scratch, p float64) {
	if s.chance(p) {
		blur(s, s.uniform(0.1, 2), s.im.H/20)
	}
}

// blur is separable. Weights below 1e-7 of the middle one are left out: a float32 does not show them.
func blur(s *scratch, sigma float64, radius int) {
	radius = min(radius, int(math.Ceil(5.7*sigma)))
	if radius < 1 {
		return
	}
	s.weights = grow(s.weights, radius+1)
	w, sum := s.weights, -1.0
	for i := range w {
		v := math.Exp(-0.5 * float64(i*i) / (sigma * sigma))
		w[i], sum = float32(v), sum+2*v
	}
	for i := range w {
		w[i] /= float32(sum)
	}
	im, n := s.im, s.im.W*s.im.C
	s.col = grow(s.col, n+2*radius*im.C)
	s.next(im.H, im.W)
	copy(s.spare.Mask, im.Mask)
	for y := range im.H {
		blurRow(s.spare.Pix[y*n:(y+1)*n], blurColumns(s.col[radius*im.C:][:n], im, y, w), s.col, w, im)
	}
	s.swap()
}

// blurColumns writes to out the sums over the rows around y.
func blurColumns(out []float32, im *Image, y int, w []float32) []float32 {
	n := len(out)
	row := func(k int) []float32 { return im.Pix[mirrored(y+k, im.H)*n:][:n] }
	fold(out, row(0), row(-1), row(1), w[0], w[1])
	k := 2
	for ; k+1 < len(w); k += 2 {
		addFolds(out, row(-k), row(k), row(-k-1), row(k+1), w[k], w[k+1])
	}
	if k < len(w) {
		addFold(out, row(-k), row(k), w[k])
	}
	return out
}

// blurRow writes to out the sums over the pixels around each of row, which lies in the middle of padded.
func blurRow(out, row, padded, w []float32, im *Image) {
	c, radius, n := im.C, len(w)-1, len(row)
	for k := 1; k <= radius; k++ {
		copy(padded[(radius-k)*c:][:c], row[mirrored(-k, im.W)*c:])
		copy(padded[(radius+im.W-1+k)*c:][:c], row[mirrored(im.W-1+k, im.W)*c:])
	}
	at := func(k int) []float32 { return padded[(radius+k)*c:][:n] }
	fold(out, row, at(-1), at(1), w[0], w[1])
	k := 2
	for ; k+1 < len(w); k += 2 {
		addFolds(out, at(-k), at(k), at(-k-1), at(k+1), w[k], w[k+1])
	}
	if k < len(w) {
		addFold(out, at(-k), at(k), w[k])
	}
}

// fold writes f·mid + g·(a+b) to out.
func fold(out, mid, a, b []float32, f, g float32) {
	mid, a, b = mid[:len(out)], a[:len(out)], b[:len(out)]
	for i := range out {
		out[i] = f*mid[i] + g*(a[i]+b[i])
	}
}

// addFold adds f·(a+b) to out.
func addFold(out, a, b []float32, f float32) {
	a, b = a[:len(out)], b[:len(out)]
	for i := range out {
		out[i] += f * (a[i] + b[i])
	}
}

// addFolds adds f·(a+b) + g·(c+d) to out.
func addFolds(out, a, b, c, d []float32, f, g float32) {
	a, b, c, d = a[:len(out)], b[:len(out)], c[:len(out)], d[:len(out)]
	for i := range out {
		out[i] += f*(a[i]+b[i]) + g*(c[i]+d[i])
	}
}

// mirrored brings i into [0,n) as in c b | a b c | b a.
func mirrored(i, n int) int {
	if n == 1 {
		return 0
	}
	i %= 2*n - 2
	if i < 0 {
		i += 2*n - 2
	}
	return min(i, 2*n-2-i)
}
