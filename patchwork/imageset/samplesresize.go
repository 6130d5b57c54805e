package imageset

// resample fills dst, [h, w, c], with the part of s that the taps read. Pixels without data do not count: what is left
// of the weights is scaled up to 1. Where nothing is left, dst is 0.
func (s *samples) resample(dst []float32, across, down taps) {
	w, h := len(across.from), len(down.from)
	first, n := across.from[0], across.to[w-1]-across.from[0]
	line := make([]float32, n*s.c)
	share := make([]float32, n) // of the weights that fell on data, for each pixel of line
	for y := range h {
		clear(line)
		clear(share)
		whole := true
		for j := down.from[y]; j < down.to[y]; j++ {
			k := down.weights[down.at[y]+j-down.from[y]]
			from := s.pix[(j*s.w+first)*s.c:][:n*s.c]
			for x := range share {
				pixel := from[x*s.c:][:s.c]
				if pixel[0] != pixel[0] {
					whole = false
					continue
				}
				share[x] += k
				for i, v := range pixel {
					line[x*s.c+i] += k * v
				}
			}
		}
		for x := range w {
			out := dst[(y*w+x)*s.c:][:s.c]
			clear(out)
			var sum float32
			weights := across.weights[across.at[x]:][:across.to[x]-across.from[x]]
			for j, k := range weights {
				at := across.from[x] - first + j
				sum += k * share[at]
				for i := range out {
					out[i] += k * line[at*s.c+i]
				}
			}
			switch {
			case whole:
			case sum > leastShare:
				for i := range out {
					out[i] /= sum
				}
			default:
				clear(out)
			}
			for i, v := range out {
				out[i] = min(1, max(0, v))
			}
		}
	}
}

// leastShare of the weights must fall on data, so that a pixel is not made of a trace.
const leastShare = 1e-3
