package augment

import (
	"math"
	"slices"
	"testing"
)

const draws = 4000

// each calls f with the draws of 4000 keys and returns what it yields.
func each(f func(*scratch) float64) []float64 {
	s, v := newScratch(), make([]float64, draws)
	for i := range v {
		Key{Seed: 21, Index: uint64(i)}.seed(&s.pcg)
		v[i] = f(s)
	}
	return v
}

// checkUniform counts v in 10 bins of [lo,hi]. The standard error of a bin is 19; the limit is five of them.
func checkUniform(t *testing.T, name string, v []float64, lo, hi float64) {
	t.Helper()
	var bins [10]int
	for _, x := range v {
		at := (x - lo) / (hi - lo)
		if !(at > -1e-4 && at < 1.0001) {
			t.Fatalf("%s: %v lies outside [%v, %v]", name, x, lo, hi)
		}
		bins[min(max(int(at*10), 0), 9)]++
	}
	for _, n := range bins {
		if n < draws/10-95 || n > draws/10+95 {
			t.Errorf("%s: counts %v in ten parts of [%v, %v]; want 400±95", name, bins, lo, hi)
			return
		}
	}
}

// fill sets the picture of s to h×w pixels of three channels.
func fill(s *scratch, h, w int, value func(x, y, c int) float64) []float32 {
	s.im.shape(h, w, 3, false)
	for i := range s.im.Pix {
		s.im.Pix[i] = float32(value(i/3%w, i/3/w, i%3))
	}
	return s.im.Pix
}

func TestShearDraws(t *testing.T) {
	for c := range 2 {
		checkUniform(t, "shear", each(func(s *scratch) float64 {
			fill(s, 32, 32, func(x, y, k int) float64 { return float64([]int{x, y, 0}[k]) })
			shear(s, 0.2)
			step := []int{32, 1}[c]
			at := 16*32 + 16
			return float64(s.im.Pix[3*at+c] - s.im.Pix[3*(at-step)+c])
		}), -0.2, 0.2)
	}
}

func TestColourDraws(t *testing.T) {
	for _, c := range []struct {
		name  string
		op    func(*scratch, float64)
		width float64
		value func(p []float32) float32
	}{
		{"brightness", brightnessDelta, 1, func(p []float32) float32 { return p[0]/0.45 - 1 }},
		{"contrast", contrastDelta, 1, func(p []float32) float32 { return (p[3]-p[0])/0.02 - 1 }},
		{"saturation", saturationDelta, 1, func(p []float32) float32 { return (p[0]-p[1])/0.05 - 1 }},
		{"hue", hueDelta, 0.1, func(p []float32) float32 { return (p[1] - p[2]) / 0.3 }},
	} {
		checkUniform(t, c.name, each(func(s *scratch) float64 {
			fill(s, 1, 2, func(x, _, k int) float64 { return []float64{0.45, 0.4, 0.4}[k] + 0.02*float64(x) })
			c.op(s, c.width)
			return float64(c.value(s.im.Pix))
		}), -c.width, c.width)
	}
}

func TestBlurAndNoiseDraws(t *testing.T) {
	checkUniform(t, "sigma", each(func(s *scratch) float64 {
		fill(s, 41, 41, func(x, y, _ int) float64 { return b2f(x == 20 && y == 20) })
		gaussianBlur(s, 1)
		at := 3 * (20*41 + 20)
		return math.Sqrt(0.5 / math.Log(float64(s.im.Pix[at]/s.im.Pix[at+3])))
	}), 0.1, 2)
	v := each(func(s *scratch) float64 {
		fill(s, 1, 1, func(int, int, int) float64 { return 0.5 })
		gaussianNoise(s, 1)
		return float64(s.im.Pix[1]) - 0.5
	})
	var sum, squares float64
	for _, x := range v {
		sum, squares = sum+x, squares+x*x
	}
	// Four standard errors of the mean and of the standard deviation.
	if m, sd := sum/draws, math.Sqrt(squares/draws); math.Abs(m) > 0.0064 || math.Abs(sd-0.1) > 0.0045 {
		t.Errorf("noise has mean %v and deviation %v; want 0±0.0064 and 0.1±0.0045", m, sd)
	}
}

func TestCropDraws(t *testing.T) {
	big := func(s *scratch) box {
		s.im.shape(2000, 2000, 1, false)
		return drawBox(s, [2]float64{0.1, 0.6}, [2]float64{3. / 4, 4. / 3}, 10, (*scratch).logUniform)
	}
	checkUniform(t, "area", each(func(s *scratch) float64 { b := big(s); return float64(b.w*b.h) / 4e6 }), 0.0999, 0.6005)
	checkUniform(t, "ratio", each(func(s *scratch) float64 { b := big(s); return math.Log(float64(b.w) / float64(b.h)) }),
		math.Log(0.749), math.Log(4./3+0.001))
	checkUniform(t, "ratio of zoom_scale", each(func(s *scratch) float64 {
		s.im.shape(2000, 2000, 1, false)
		b := drawBox(s, [2]float64{0.1, 0.6}, [2]float64{3. / 4, 4. / 3}, 10, (*scratch).uniform)
		return float64(b.w) / float64(b.h)
	}), 0.749, 4./3+0.001)
	checkUniform(t, "x", each(func(s *scratch) float64 { b := big(s); return float64(b.x) / float64(2000-b.w) }), 0, 1)
	checkUniform(t, "y", each(func(s *scratch) float64 { b := big(s); return float64(b.y) / float64(2000-b.h) }), 0, 1)
	s := newScratch()
	for _, c := range []struct {
		w, h int
		want box
	}{{100, 10, box{43, 0, 13, 10}}, {10, 100, box{0, 43, 10, 13}}, {50, 50, box{0, 0, 50, 50}}} {
		s.im.shape(c.h, c.w, 1, false)
		// An area larger than the picture never fits.
		if b := drawBox(s, [2]float64{4, 4}, [2]float64{3. / 4, 4. / 3}, 10, (*scratch).logUniform); b != c.want {
			t.Errorf("the fallback of %dx%d is %v, want %v", c.w, c.h, b, c.want)
		}
	}
	checkUniform(t, "center_zoom_scale", each(func(s *scratch) float64 {
		fill(s, 2, 1000, func(x, _, _ int) float64 { return float64(x) })
		centerZoomScale(s, 0.2, 2, 20)
		return (1 - float64(s.im.Pix[3*15]-s.im.Pix[3*5])/500) / 2
	}), 0, 0.4)
}

func TestMaskDraws(t *testing.T) {
	box := func(s *scratch) (x, y, w, h int) {
		p := fill(s, 60, 80, func(int, int, int) float64 { return 0 })
		maskBox(s, 1)
		first := slices.Index(p, 0.5) / 3
		last := len(p) - 1
		for p[last] == 0 {
			last--
		}
		x, y = first%80, first/80
		return x, y, last/3%80 - x + 1, last/3/80 - y + 1
	}
	widths, heights := map[int]int{}, map[int]int{}
	checkUniform(t, "mask x", each(func(s *scratch) float64 {
		x, _, w, h := box(s)
		widths[w]++
		heights[h]++
		return (float64(x) + s.rng.Float64()) / float64(80-w+1)
	}), 0, 1)
	checkUniform(t, "mask y", each(func(s *scratch) float64 {
		_, y, _, h := box(s)
		return (float64(y) + s.rng.Float64()) / float64(60-h+1)
	}), 0, 1)
	for name, c := range map[string]struct {
		count  map[int]int
		lo, hi int
	}{"width": {widths, 4, 40}, "height": {heights, 3, 30}} {
		if len(c.count) != c.hi-c.lo {
			t.Errorf("%d values of mask %s, want %d", len(c.count), name, c.hi-c.lo)
		}
		want := draws / float64(c.hi-c.lo)
		for v, n := range c.count {
			if v < c.lo || v >= c.hi || math.Abs(float64(n)-want) > 5*math.Sqrt(want) {
				t.Errorf("mask %s %d is drawn %d times, want about %.0f", name, v, n, want)
			}
		}
	}
}
