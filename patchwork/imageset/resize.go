package imageset

import "image"

// resize stretches m to w x h pixels with a bilinear filter that is widened when it shrinks, so that every source
// pixel counts (antialiasing). It fills dst, [h, w, 3] in [0, 1].
//
// Along each axis, with s = source length / target length and r = max(s, 1), target pixel i is the weighted mean of
// the source pixels j with weights max(0, 1 − |j + ½ − (i + ½)·s| / r).
//
// Source: the same definition as Pillow's Image.resize with BILINEAR.
func resize(dst []float32, m *image.RGBA, w, h int) {
	sw, sh := m.Rect.Dx(), m.Rect.Dy()
	across, down := newTaps(sw, w), newTaps(sh, h)
	clear(dst)
	line := make([]float32, 3*w)
	for y, first := 0, 0; y < sh; y++ {
		across.row(line, m.Pix[y*m.Stride:y*m.Stride+4*sw])
		for first < h && down.to[first] <= y {
			first++
		}
		for i := first; i < h && down.from[i] <= y; i++ { // the target lines that this source line has a part in
			k := down.weights[down.at[i]+y-down.from[i]] * (1.0 / 255)
			out := dst[3*w*i : 3*w*(i+1)]
			for x, v := range line {
				out[x] += k * v
			}
		}
	}
	for i, v := range dst { // rounding may leave 1.0000001
		dst[i] = min(v, 1)
	}
}

// taps are the weights of the source pixels for each target pixel along one axis. Those of target i are
// weights[at[i]:][:to[i]-from[i]], for the source pixels from[i] to to[i]-1; they sum to 1.
type taps struct {
	from, to, at []int
	weights      []float32
}

func newTaps(source, target int) taps {
	s := float64(source) / float64(target)
	r := max(s, 1)
	t := taps{from: make([]int, target), to: make([]int, target), at: make([]int, target)}
	for i := range target {
		centre := (float64(i) + 0.5) * s
		from := max(0, int(centre-r+0.5))
		to := min(source, int(centre+r+0.5))
		t.from[i], t.to[i], t.at[i] = from, to, len(t.weights)
		var sum float64
		for j := from; j < to; j++ {
			d := (float64(j) + 0.5 - centre) / r
			sum += max(0, 1-max(d, -d))
		}
		for j := from; j < to; j++ {
			d := (float64(j) + 0.5 - centre) / r
			t.weights = append(t.weights, float32(max(0, 1-max(d, -d))/sum))
		}
	}
	return t
}

// row resamples one line of four bytes a pixel to out, three values a pixel in [0, 255].
func (t *taps) row(out []float32, pix []byte) {
	for i, from := range t.from {
		var r, g, b float32
		p := pix[4*from : 4*t.to[i]]
		for _, k := range t.weights[t.at[i]:][:len(p)/4] {
			r += k * float32(p[0])
			g += k * float32(p[1])
			b += k * float32(p[2])
			p = p[4:]
		}
		out[3*i], out[3*i+1], out[3*i+2] = r, g, b
	}
}
