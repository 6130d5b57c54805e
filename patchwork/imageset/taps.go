package imageset

import "math"

// box is a part of a picture, in pixels, that need not begin or end at whole ones.
type box struct{ x, y, w, h float64 }

// kernel is a filter: its weight at a distance d ≥ 0, and the distance beyond which that is 0.
type kernel struct {
	weight func(d float64) float64
	reach  float64
}

// kernels are max(0, 1 − d), and with a = −½
//
//	(a+2)d³ − (a+3)d² + 1 for d < 1,   a(d³ − 5d² + 8d − 4) for d < 2.
//
// Source: R. Keys 1981, Cubic convolution interpolation for digital image processing, eq. 15; a as in Pillow.
var kernels = map[Filter]kernel{
	Bilinear: {func(d float64) float64 { return max(0, 1-d) }, 1},
	Bicubic: {func(d float64) float64 {
		const a = -0.5
		switch {
		case d < 1:
			return ((a+2)*d-(a+3))*d*d + 1
		case d < 2:
			return a * (((d-5)*d+8)*d - 4)
		}
		return 0
	}, 2},
}

// fixedOne is the weight 1 as a whole number. A sum of bytes times weights stays below 2³¹ for either filter.
const fixedOne = 1 << 20

// taps are the weights of the source pixels for each target pixel along one axis. Those of target i are
// weights[at[i]:][:to[i]-from[i]], for the source pixels from[i] to to[i]-1; they sum to 1, and fixed to fixedOne.
type taps struct {
	from, to, at []int
	weights      []float32
	fixed        []int32
	few          []quad // the same where each has at most four, or nil; only from scratch
}

// newTaps resamples the part of an axis of n pixels that begins at start and is length long to target pixels.
//
// With s = length / target and r = max(s, 1), target pixel i is the weighted mean of the source pixels j with the
// weights kernel(|j + ½ − start − (i + ½)·s| / r).
//
// Source: the same definition as Pillow's Image.resize with a box.
func newTaps(f Filter, n int, start, length float64, target int) taps {
	k := kernels[f]
	s := length / float64(target)
	r := max(s, 1)
	t := taps{from: make([]int, target), to: make([]int, target), at: make([]int, target)}
	for i := range target {
		centre := start + (float64(i)+0.5)*s
		from := min(n-1, max(0, int(centre-k.reach*r+0.5)))
		to := max(from+1, min(n, int(centre+k.reach*r+0.5)))
		at := len(t.weights)
		t.from[i], t.to[i], t.at[i] = from, to, at
		var sum float64
		weigh := func(j int) float64 { return k.weight(math.Abs(float64(j)+0.5-centre) / r) }
		for j := from; j < to; j++ {
			sum += weigh(j)
		}
		left, widest := int32(fixedOne), at
		for j := from; j < to; j++ {
			w := weigh(j) / sum
			fixed := int32(math.Round(w * fixedOne))
			t.weights, t.fixed = append(t.weights, float32(w)), append(t.fixed, fixed)
			if left -= fixed; fixed > t.fixed[widest] {
				widest = len(t.fixed) - 1
			}
		}
		t.fixed[widest] += left
	}
	return t
}

// folded are the taps for an axis of which each sample stands for k pixels: what t would make of the n pixels that
// come of widening the samples. For k = 2 a pixel is ¾ of its own sample and ¼ of the one next to it, otherwise it is
// its own sample.
//
// Source: the triangle filter ("fancy upsampling") of libjpeg, by which Pillow decodes.
func (t taps) folded(k, n int) taps {
	if k == 1 {
		return t
	}
	last := (n+k-1)/k - 1
	side := 0
	if k == 2 {
		side = 1
	}
	out := taps{from: make([]int, len(t.from)), to: make([]int, len(t.from)), at: make([]int, len(t.from))}
	for i := range t.from {
		from, to := max(0, t.from[i]/k-side), min(last, (t.to[i]-1)/k+side)+1
		at := len(out.weights)
		out.from[i], out.to[i], out.at[i] = from, to, at
		out.weights = append(out.weights, make([]float32, to-from)...)
		out.fixed = append(out.fixed, make([]int32, to-from)...)
		weights, fixed := out.weights[at:], out.fixed[at:]
		for j := t.from[i]; j < t.to[i]; j++ {
			w, v := t.weights[t.at[i]+j-t.from[i]], t.fixed[t.at[i]+j-t.from[i]]
			if k == 2 {
				next := min(last, max(0, j/2-1+j%2*2)) - from
				weights[next] += w / 4
				fixed[next] += v / 4
				w, v = w-w/4, v-v/4
			}
			weights[j/k-from] += w
			fixed[j/k-from] += v
		}
	}
	return out
}
