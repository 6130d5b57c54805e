package augment

import "math"

// taps are the weights of one axis: output i is the sum of weight[i*width+k]·input[first[i]+k], k < width. All outputs
// have as many, some of which may be 0: a loop of one length is predicted well.
type taps struct {
	first  []int
	weight []float32
	width  int
}

// set computes weights as Pillow and torchvision do with antialiasing: the filter grows with the step when shrinking.
func (t *taps) set(in, out int, cubic bool) {
	step := float64(in) / float64(out)
	scale, support := max(step, 1), 1.0
	if cubic {
		support = 2
	}
	support *= scale
	span := func(i int) (centre float64, low, n int) {
		centre = (float64(i) + 0.5) * step
		low = max(int(centre-support+0.5), 0)
		return centre, low, min(int(centre+support+0.5), in) - low
	}
	t.width = 0
	for i := range out {
		_, _, n := span(i)
		t.width = max(t.width, n)
	}
	t.first, t.weight = grow(t.first, out), grow(t.weight, out*t.width)
	clear(t.weight)
	for i := range out {
		centre, low, n := span(i)
		t.first[i] = min(low, in-t.width)
		w, sum := t.weight[i*t.width+low-t.first[i]:][:n], 0.0
		for k := range w {
			v := kernel((float64(low+k)-centre+0.5)/scale, cubic)
			w[k] = float32(v)
			sum += v
		}
		for k := range w {
			w[k] *= float32(1 / sum)
		}
	}
}

// kernel is the triangle, or Keys' cubic with a = −0.5.
func kernel(x float64, cubic bool) float64 {
	x = math.Abs(x)
	switch {
	case !cubic:
		return max(1-x, 0)
	case x < 1:
		return (1.5*x-2.5)*x*x + 1
	case x < 2:
		return ((-0.5*x+2.5)*x-4)*x + 2
	}
	return 0
}

// box is a part of an image in whole pixels.
type box struct{ x, y, w, h int }

// resample makes the part b of the picture h×w pixels, each row first down, then across, while it is in the cache; the mask takes the nearest pixel.
func resample(s *scratch, b box, h, w int, cubic bool) {
	im, c := s.im, s.im.C
	s.next(h, w)
	d, across, down := s.spare, &s.taps[0], &s.taps[1]
	across.set(b.w, w, cubic)
	down.set(b.h, h, cubic)
	s.rows = grow(s.rows, b.w*c)
	for y := range h {
		from := im.Pix[((b.y+down.first[y])*im.W+b.x)*c:]
		resampleColumns(s.rows, from, im.W*c, down.weight[y*down.width:][:down.width])
		resampleRow(d.Pix[y*w*c:(y+1)*w*c], s.rows, across, c)
	}
	if im.Mask != nil {
		for y := range h {
			row := im.Mask[(b.y+(2*y+1)*b.h/(2*h))*im.W+b.x:]
			for x := range w {
				d.Mask[y*w+x] = row[(2*x+1)*b.w/(2*w)]
			}
		}
	}
	s.swap()
}

func resampleRow(out, in []float32, t *taps, c int) {
	switch n := t.width; {
	case c == 3 && n >= 2:
		for i, first := range t.first {
			w, p := t.weight[i*n:][:n], in[3*first:][:3*n]
			u, v := w[0], w[1]
			r, g, b := u*p[0]+v*p[3], u*p[1]+v*p[4], u*p[2]+v*p[5]
			for k := 2; k < len(w); k++ {
				f, q := w[k], p[3*k:3*k+3:3*k+3]
				r, g, b = r+f*q[0], g+f*q[1], b+f*q[2]
			}
			o := out[3*i:][:3]
			o[0], o[1], o[2] = r, g, b
		}
	default:
		for i, first := range t.first {
			for j := range c {
				var sum float32
				for k, f := range t.weight[i*n:][:n] {
					sum += f * in[(first+k)*c+j]
				}
				out[i*c+j] = sum
			}
		}
	}
}

// resampleColumns writes to out the sum of len(w) rows, the first of which begins at in, the next n further, and so on.
func resampleColumns(out, in []float32, n int, w []float32) {
	if len(w) == 1 {
		for i, x := range in[:len(out)] {
			out[i] = x * w[0]
		}
		return
	}
	mix(out, in, in[n:], w[0], w[1])
	k := 2
	for ; k+2 < len(w); k += 3 {
		add3(out, in[k*n:], in[(k+1)*n:], in[(k+2)*n:], w[k], w[k+1], w[k+2])
	}
	for ; k < len(w); k++ {
		add(out, in[k*n:], w[k])
	}
}

// mix writes f·a + g·b to out.
func mix(out, a, b []float32, f, g float32) {
	a, b = a[:len(out)], b[:len(out)]
	for i := range out {
		out[i] = f*a[i] + g*b[i]
	}
}

// add3 adds e·a + f·b + g·c to out.
func add3(out, a, b, c []float32, e, f, g float32) {
	a, b, c = a[:len(out)], b[:len(out)], c[:len(out)]
	for i := range out {
		out[i] += e*a[i] + f*b[i] + g*c[i]
	}
}

// add adds f·in to out.
func add(out, in []float32, f float32) {
	in = in[:len(out)]
	for i := range out {
		out[i] += f * in[i]
	}
}
