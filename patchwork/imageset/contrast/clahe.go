package contrast

import "math"

// levels is how many grey levels a picture is brought to, and bins how many bins a region's histogram has: the numbers
// of scikit-image.
const (
	levels = 1 << 14
	bins   = 256
	perBin = 1 + levels/bins
)

// CLAHEOptions shape the equalisation. The zero value is that of scikit-image.
type CLAHEOptions struct {
	Regions int     // regions along each side; 0 means 8
	Clip    float64 // the largest share of a region's pixels in one bin, above 0 to 1; 0 means 0.01. More means more contrast
}

// CLAHE changes pix in place by contrast limited adaptive histogram equalisation (K. Zuiderveld, Graphics Gems IV, 1994),
// in the form of scikit-image's equalize_adapthist:
//
//   - The value of a pixel, the largest of its channels, is brought from the picture's own range to [0, 1]; hue and
//     saturation stay.
//   - The picture is cut into regions of ⌊side/8⌋ pixels, mirrored at its end to whole ones. Each has a histogram h of
//     256 bins; counts beyond Clip times the region's pixels are taken off and spread evenly over the other bins.
//   - A region of n pixels maps bin b to min(1, Σ_{i≤b} h(i) / n). A pixel gets the mappings of the four regions around it, weighted by how
//     near their middles are.
//   - The result is brought to [0, 1] again.
//
// It differs in that mappings are not rounded to whole levels, which the test holds to 1/1000.
//
// Errors: pix is no picture of that size with one or three channels; an option is out of its range.
func CLAHE(pix []float32, width, height, channels int, o CLAHEOptions) error {
	if o.Regions == 0 {
		o.Regions = 8
	}
	if o.Clip == 0 {
		o.Clip = 0.01
	}
	if o.Regions < 1 || !(o.Clip > 0 && o.Clip <= 1) {
		return errorf("CLAHEOptions: Regions %d and Clip %v; want at least 1, and more than 0 up to 1", o.Regions, o.Clip)
	}
	if err := check(pix, width, height, channels); err != nil {
		return err
	}
	value := valueOf(pix, channels)
	binned := binsOf(value)
	if binned == nil { // one grey all over
		clear01(pix)
		return nil
	}
	g := grid{width: width, height: height, w: max(width/o.Regions, 1), h: max(height/o.Regions, 1)}
	g.columns, g.rows = (width+g.w-1)/g.w, (height+g.h-1)/g.h
	equal := g.apply(binned, g.mappings(binned, o.Clip))
	rescale(equal)
	for i, v := range value {
		p := pix[i*channels : (i+1)*channels]
		switch {
		case v != v:
			clear(p)
		case v <= 0:
			for c := range p {
				p[c] = equal[i]
			}
		default:
			for c := range p {
				p[c] = min(max(p[c]/v*equal[i], 0), 1)
			}
		}
	}
	return nil
}

// valueOf is the largest channel of each pixel; NaN where one of them is.
func valueOf(pix []float32, channels int) []float32 {
	value := make([]float32, len(pix)/channels)
	for i := range value {
		value[i] = pix[i*channels]
		for _, v := range pix[i*channels+1 : (i+1)*channels] {
			if v != v || v > value[i] {
				value[i] = v
			}
		}
	}
	return value
}

// binsOf is the bin of each value after it was brought to all levels; −1 for NaN. It is nil where all values are equal.
func binsOf(value []float32) []int16 {
	low, high := span(value)
	if !(high > low) {
		return nil
	}
	binned := make([]int16, len(value))
	for i, v := range value {
		binned[i] = -1
		if v == v {
			binned[i] = int16(math.RoundToEven(float64(v-low)/float64(high-low)*(levels-1)) / perBin)
		}
	}
	return binned
}

func span(value []float32) (low, high float32) {
	low, high = float32(math.Inf(1)), float32(math.Inf(-1))
	for _, v := range value {
		if v == v {
			low, high = min(low, v), max(high, v)
		}
	}
	return low, high
}

// grid is the picture's regions.
type grid struct {
	width, height int
	w, h          int // of a region
	columns, rows int
}

// mirrored is the place in [0, n) that a place beyond the end shows.
func mirrored(at, n int) int {
	if at < n {
		return at
	}
	return max(2*(n-1)-at, 0)
}

// mappings is, for each region, what each bin becomes, in [0, 1].
func (g grid) mappings(binned []int16, clip float64) [][bins]float32 {
	maps := make([][bins]float32, g.columns*g.rows)
	limit := max(int(clip*float64(g.w*g.h)), 1)
	for r := range maps {
		var h [bins]int
		n := 0
		for y := r / g.columns * g.h; y < (r/g.columns+1)*g.h; y++ {
			line := binned[mirrored(y, g.height)*g.width:]
			for x := r % g.columns * g.w; x < (r%g.columns+1)*g.w; x++ {
				if b := line[mirrored(x, g.width)]; b >= 0 {
					h[b]++
					n++
				}
			}
		}
		limited(&h, limit)
		sum := 0
		for b, count := range h {
			sum += count
			maps[r][b] = min(float32(sum)/float32(max(n, 1)), 1)
		}
	}
	return maps
}

// limited takes what is beyond the limit off the bins and spreads it over those below, first in equal shares, then one by
// one at even distances. As in scikit-image a bin that comes within a share of the limit is filled, and a round over the
// bins is always finished, so that there may be more in the end than there was; the mapping then reaches 1 early.
func limited(h *[bins]int, limit int) {
	excess := 0
	for b := range h {
		excess += max(h[b]-limit, 0)
		h[b] = min(h[b], limit)
	}
	share := excess / bins
	for b := range h {
		if h[b] < limit-share {
			h[b] += share
			excess -= share
		}
		if h[b] >= limit-share {
			excess -= limit - h[b]
			h[b] = limit
		}
	}
	for start := 0; excess > 0; start = (start + 1) % bins {
		below := 0
		for _, count := range h {
			if count < limit {
				below++
			}
		}
		if below == 0 {
			return
		}
		step := max(below/excess, 1)
		for b := start; b < bins; b += step {
			if h[b] < limit {
				h[b]++
				excess--
			}
		}
	}
}

// apply gives each pixel the mappings of the regions around it.
func (g grid) apply(binned []int16, maps [][bins]float32) []float32 {
	out := make([]float32, len(binned))
	for y := range g.height {
		top, fy := (y+g.h/2)/g.h-1, float32((y+g.h/2)%g.h)/float32(g.h)
		upper, lower := maps[max(top, 0)*g.columns:], maps[min(top+1, g.rows-1)*g.columns:]
		for x := range g.width {
			b := binned[y*g.width+x]
			if b < 0 {
				continue
			}
			left, fx := (x+g.w/2)/g.w-1, float32((x+g.w/2)%g.w)/float32(g.w)
			l, r := max(left, 0), min(left+1, g.columns-1)
			out[y*g.width+x] = (1-fy)*((1-fx)*upper[l][b]+fx*upper[r][b]) + fy*((1-fx)*lower[l][b]+fx*lower[r][b])
		}
	}
	return out
}

// rescale brings values to [0, 1].
func rescale(values []float32) {
	low, high := span(values)
	if !(high > low) {
		return
	}
	for i, v := range values {
		values[i] = (v - low) / (high - low)
	}
}

func clear01(pix []float32) {
	for i, v := range pix {
		if v != v {
			v = 0
		}
		pix[i] = min(max(v, 0), 1)
	}
}
