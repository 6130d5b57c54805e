package augment

import "math"

// taps are the weights of one axis: output i is the sum of weight[i*width+k]·input[first[i]+k].
type taps struct {
	first, count []int
	weight       []float32
	width        int
}

// set computes weights as Pillow and torchvision do with antialiasing: the filter grows with the step when shrinking.
func (t *taps) set(in, out int, cubic bool) {
	step := float64(in) / float64(out)
	scale, support := max(step, 1), 1.0
	if cubic {
		support = 2
	}
	support *= scale
	t.width = int(math.Ceil(support))*2 + 1
	t.first, t.count = grow(t.first, out), grow(t.count, out)
	t.weight = grow(t.weight, out*t.width)
	for i := range out {
		centre := (float64(i) + 0.5) * step
		low := max(int(centre-support+0.5), 0)
		n := min(int(centre+support+0.5), in) - low
		w, sum := t.weight[i*t.width:][:n], 0.0
		for k := range w {
			v := kernel((float64(low+k)-centre+0.5)/scale, cubic)
			w[k] = float32(v)
			sum += v
		}
		for k := range w {
			w[k] /= float32(sum)
		}
		t.first[i], t.count[i] = low, n
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
		out := d.Pix[y*w*c : (y+1)*w*c]
		clear(out)
		for k, f := range down.weight[y*down.width:][:down.count[y]] {
			addRow(out, s.rows[(down.first[y]+k)*w*c:], f)
		}
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
	for i := range t.first {
		w, at := t.weight[i*t.width:][:t.count[i]], in[t.first[i]*c:]
		if c == 3 {
			var r, g, b float32
			for k, f := range w {
				p := at[3*k : 3*k+3 : 3*k+3]
				r, g, b = r+f*p[0], g+f*p[1], b+f*p[2]
			}
			out[3*i], out[3*i+1], out[3*i+2] = r, g, b
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

// addRow adds f·in to out.
func addRow(out, in []float32, f float32) {
	in = in[:len(out)]
	for i := range out {
		out[i] += f * in[i]
	}
}
