package augment

import (
	"image"
	"math"
	"testing"
)

// hueByDefinition turns the hue of one pixel through HSV, sector by sector, in float64.
func hueByDefinition(p []float32, shift float64) [3]float64 {
	r, g, b := float64(p[0]), float64(p[1]), float64(p[2])
	v := max(r, g, b)
	d := v - min(r, g, b)
	if d == 0 {
		return [3]float64{r, g, b}
	}
	var h float64
	switch v {
	case r:
		h = (g - b) / d
	case g:
		h = (b-r)/d + 2
	default:
		h = (r-g)/d + 4
	}
	h = math.Mod(h/6+shift+2, 1) * 6
	f := h - math.Floor(h)
	low, down, up := v-d, v-d*f, v-d*(1-f)
	return [][3]float64{{v, up, low}, {down, v, low}, {low, v, up}, {low, down, v}, {up, low, v}, {v, low, down}}[int(h)%6]
}

func TestHueIsItsDefinition(t *testing.T) {
	values := []float32{0, 1. / 255, 0.25, 0.5, 0.5000001, 1}
	im := NewImage(6, 36, 3)
	for i := range 216 {
		im.Pix[3*i], im.Pix[3*i+1], im.Pix[3*i+2] = values[i%6], values[i/6%6], values[i/36]
	}
	for _, shift := range []float64{-0.5, -0.2, 0, 1. / 6, 0.31, 0.5} {
		got := &Image{H: 6, W: 36, C: 3, Pix: append([]float32(nil), im.Pix...)}
		shiftHue(got, float32(shift))
		for i := range 216 {
			want := hueByDefinition(im.Pix[3*i:], shift)
			for k := range 3 {
				if g := float64(got.Pix[3*i+k]); math.Abs(g-want[k]) > 2e-6 {
					t.Fatalf("%v turned by %v: channel %d is %v, want %v", im.Pix[3*i:3*i+3], shift, k, g, want[k])
				}
			}
		}
	}
}

func TestHueClipsFirst(t *testing.T) {
	im := &Image{H: 1, W: 1, C: 3, Pix: []float32{-0.1, -0.2, 1.3}}
	shiftHue(im, 1./3)
	for k, want := range []float32{1, 0, 0} {
		if math.Abs(float64(im.Pix[k]-want)) > 1e-6 {
			t.Errorf("blue turned by a third is %v, want red", im.Pix)
			break
		}
	}
}

// Every output is the sum over all pixels of the part of the product of two kernels, divided by the sum of these.
func TestResampleIsItsDefinition(t *testing.T) {
	for _, channels := range []int{1, 3, 4} {
		src := &Image{H: 23, W: 31, C: channels, Pix: picture(23, 31*channels).Pix[:23*31*channels]}
		for _, c := range []struct {
			b    box
			h, w int
		}{
			{box{0, 0, 31, 23}, 23, 31},
			{box{20, 10, 11, 13}, 40, 37},
			{box{3, 2, 28, 21}, 4, 9},
			{box{30, 22, 1, 1}, 3, 3},
			{box{5, 0, 2, 23}, 5, 7},
		} {
			for _, cubic := range []bool{false, true} {
				s := newScratch()
				s.im.shape(src.H, src.W, channels, false)
				copy(s.im.Pix, src.Pix)
				resample(s, c.b, c.h, c.w, cubic)
				for i, got := range s.im.Pix {
					want := resampledByDefinition(src, c.b, c.h, c.w, i, cubic)
					if math.Abs(float64(got)-want) > 1e-5 {
						t.Fatalf("%d channels, %v to %dx%d, cubic %v: value %d is %v, want %v", channels, c.b, c.h, c.w, cubic, i, got, want)
					}
				}
			}
		}
	}
}

// resampledByDefinition is value i of the part b of src made h×w.
func resampledByDefinition(src *Image, b box, h, w, i int, cubic bool) float64 {
	var sum, all float64
	x0, y0 := i/src.C%w, i/src.C/w
	for y := range b.h {
		for x := range b.w {
			f := weightByDefinition(y0, y, h, b.h, cubic) * weightByDefinition(x0, x, w, b.w, cubic)
			sum, all = sum+f*float64(src.Pix[((b.y+y)*src.W+b.x+x)*src.C+i%src.C]), all+f
		}
	}
	return sum / all
}

func weightByDefinition(to, from, out, in int, cubic bool) float64 {
	step := float64(in) / float64(out)
	return kernel((float64(from)+0.5-(float64(to)+0.5)*step)/max(step, 1), cubic)
}

func TestNothingIsAllocated(t *testing.T) {
	for name, p := range map[string]Params{"default": Default(), "fixmatch_strong": FixMatchStrong()} {
		pl, _ := New(p, image.Pt(48, 48))
		s, src, dst := newScratch(), picture(64, 64), &Image{}
		i := uint64(0)
		run := func() { pl.apply(s, dst, src, Key{Index: i % 64}); i++ }
		for range 128 {
			run()
		}
		if n := testing.AllocsPerRun(200, run); n > 0 {
			t.Errorf("%s: %v allocations an image", name, n)
		}
	}
}
