package augment

import "math"

// taps are the weights of one axis: output i is the sum of weight[i*width+k]·input[first[i]+k], k < width. All outputs
// have as many, the last of which may be 0: a loop of one length is predicted well.
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
	t.width = min(int(math.Ceil(2*support))+1, in)
	t.first, t.weight = grow(t.first, out), grow(t.weight, out*t.width)
	for i := range out {
		centre := (float64(i) + 0.5) * step
		low := max(int(centre-support+0.5), 0)
		n := min(int(centre+support+0.5), in) - low
		first := min(low, in-t.width)
		row, sum := t.weight[i*t.width:][:t.width], 0.0
		clear(row)
		w := row[low-first:][:n]
		for k := range w {
			v := kernel((float64(low+k)-centre+0.5)/scale, cubic)
			w[k] = float32(v)
			sum += v
		}
		for k := range w {
			w[k] *= float32(1 / sum)
		}
		t.first[i] = first
	}
	t.trim()
}

// trim takes away the last column of weights where all of it is 0.
func (t *taps) trim() {
	for i := range t.first {
		if t.weight[(i+1)*t.width-1] != 0 {
			return
		}
	}
	for i := range t.first {
		copy(t.weight[i*(t.width-1):][:t.width-1], t.weight[i*t.width:])
	}
	t.width--
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

// resample makes the part b of the picture h×w pixels; the mask takes the nearest pixel.
func resample(s *scratch, b box, h, w int, cubic bool) {
	im, c := s.im, s.im.C
	s.next(h, w)
	d, across, down := s.spare, &s.taps[0], &s.taps[1]
	across.set(b.w, w, cubic)
	down.set(b.h, h, cubic)
	s.rows = grow(s.rows, b.h*w*c)
	for y := range b.h {
		resampleRow(s.rows[y*w*c:(y+1)*w*c], im.Pix[((b.y+y)*im.W+b.x)*c:][:b.w*c], across, c)
	}
	for y := range h {
		resampleColumns(d.Pix[y*w*c:(y+1)*w*c], s.rows[down.first[y]*w*c:], down.weight[y*down.width:][:down.width])
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
	for i, first := range t.first {
		w, at := t.weight[i*t.width:][:t.width], in[first*c:][:t.width*c]
		if c == 3 {
			var r, g, b float32
			for _, f := range w {
				r, g, b = r+f*at[0], g+f*at[1], b+f*at[2]
				at = at[3:]
			}
			o := out[3*i:][:3]
			o[0], o[1], o[2] = r, g, b
			continue
		}
		for j := range c {
			var sum float32
			for k, f := range w {
				sum += f * at[k*c+j]
			}
			out[i*c+j] = sum
		}
	}
}

// resampleColumns writes to out the sum of the rows that begin at in, with weights w.
func resampleColumns(out, in, w []float32) {
	n := len(out)
	if len(w) == 1 {
		for i, x := range in[:n] {
			out[i] = x * w[0]
		}
		return
	}
	mix(out, in, in[n:], w[0], w[1])
	k := 2
	for ; k+1 < len(w); k += 2 {
		addRows(out, in[k*n:], in[(k+1)*n:], w[k], w[k+1])
	}
	if k < len(w) {
		addRow(out, in[k*n:], w[k])
	}
}

// mix writes f·a + g·b to out.
func mix(out, a, b []float32, f, g float32) {
	a, b = a[:len(out)], b[:len(out)]
	for i := range out {
		out[i] = f*a[i] + g*b[i]
	}
}

// addRows adds f·a + g·b to out.
func addRows(out, a, b []float32, f, g float32) {
	a, b = a[:len(out)], b[:len(out)]
	for i := range out {
		out[i] += f*a[i] + g*b[i]
	}
}

// addRow adds f·in to out.
func addRow(out, in []float32, f float32) {
	in = in[:len(out)]
	for i := range out {
		out[i] += f * in[i]
	}
}
