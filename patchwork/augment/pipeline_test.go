package augment

import (
	"image"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

func picture(h, w int) *Image {
	im := NewImage(h, w, 3)
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range im.Pix {
		im.Pix[i] = rng.Float32()
	}
	return im
}

func TestOrderOfWorkersChangesNothing(t *testing.T) {
	pl, err := New(FixMatchStrong(), image.Pt(40, 32))
	if err != nil {
		t.Fatal(err)
	}
	src, keys := make([]*Image, 30), make([]Key, 30)
	alone, many := make([]*Image, 30), make([]*Image, 30)
	for i := range src {
		src[i], keys[i] = picture(48, 44), Key{Seed: 3, Index: uint64(i)}
		alone[i], many[i] = &Image{}, &Image{}
		if err := pl.Apply(alone[i], src[i], keys[i]); err != nil {
			t.Fatal(err)
		}
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(5))
	if err := pl.ApplyBatch(many, src, keys); err != nil {
		t.Fatal(err)
	}
	for i := range src {
		if !slices.Equal(alone[i].Pix, many[i].Pix) {
			t.Fatalf("image %d differs", i)
		}
		if i > 0 && slices.Equal(alone[i].Pix, alone[0].Pix) {
			t.Fatalf("images 0 and %d have the same draws", i)
		}
		for _, v := range alone[i].Pix {
			if !(v >= 0 && v <= 1) {
				t.Fatalf("image %d holds %v", i, v)
			}
		}
	}
}

func TestMaskMovesWithTheImage(t *testing.T) {
	src := NewImage(40, 40, 3)
	src.Mask = make([]int32, 1600)
	for i := range src.Mask {
		if i%40 > 8 && i/40 > 22 {
			src.Mask[i] = 1
			src.Pix[3*i], src.Pix[3*i+1], src.Pix[3*i+2] = 1, 1, 1
		}
	}
	p := Params{FlipLeftRight: true, FlipUpDown: true, Rot90: true, Shear: 0.3, ZoomScale: 0.4, CenterZoomScale: 0.5}
	pl, _ := New(p, image.Pt(40, 40))
	var dst Image
	for i := range 50 {
		if err := pl.Apply(&dst, src, Key{Index: uint64(i)}); err != nil {
			t.Fatal(err)
		}
		wrong := 0
		for j, m := range dst.Mask {
			if (dst.Pix[3*j] > 0.5) != (m == 1) {
				wrong++
			}
		}
		if wrong > 120 {
			t.Errorf("draw %d: the mask disagrees with the picture at %d of 1600 pixels", i, wrong)
		}
	}
}

func TestParams(t *testing.T) {
	p, err := ParseParams([]byte("flip_left_right: false\nrot90: false\nzoom_scale: false\n"))
	if err != nil || p != (Params{}) {
		t.Errorf("false gives %+v, %v; want nothing on", p, err)
	}
	for _, want := range []Params{Default(), SimCLR(), FalconCho(), FixMatchWeak(), FixMatchStrong(), GUIFixMatchStrong(), Rotation(), Perturb(Default(), 1)} {
		text, err := yaml.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := ParseParams(text); err != nil || got != want {
			t.Errorf("read back %+v, %v; want %+v", got, err, want)
		}
	}
	for text, want := range map[string]string{
		"hue_delta: 0.7": "hue_delta is 0.7; it must lie in [0, 0.5]", "blurr: 1": "blurr", "mask: true": "true is no amount",
		"shear: .nan": "shear is NaN", "jitter: -1": "jitter is -1; it must lie in [0, 1.25]",
	} {
		if _, err := ParseParams([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want one with %q", text, err, want)
		}
	}
}

func FuzzParseParams(f *testing.F) {
	f.Add([]byte("zoom_scale: 0.2"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if p, err := ParseParams(text); err == nil && p.Validate() != nil {
			t.Errorf("%q was read, but is not valid", text)
		}
	})
}

func TestBadImages(t *testing.T) {
	pl, _ := New(Default(), image.Pt(8, 8))
	for _, im := range []*Image{nil, {}, {H: 2, W: 2, C: 3}, {H: 1, W: 1, C: 1, Pix: []float32{0}, Mask: []int32{1, 2}}} {
		if pl.Apply(&Image{}, im, Key{}) == nil {
			t.Errorf("%+v gives no error", im)
		}
	}
	var dst Image
	for _, side := range []int{1, 2, 3, 19} {
		for i := range 40 {
			if err := pl.Apply(&dst, picture(side, 3), Key{Index: uint64(i)}); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// Standard error of a mean of 4000 draws of a probability is below 0.008, of the factor 0.0018; limits are four of them.
func TestDraws(t *testing.T) {
	src := NewImage(2, 2, 3)
	for i := range src.Pix {
		src.Pix[i] = 0.4
	}
	src.Pix[0] = 0.1
	var dst Image
	for _, c := range []struct {
		name              string
		p                 Params
		value             func() float64
		mean, tol, lo, hi float64
	}{
		{"flip_left_right", Params{FlipLeftRight: true}, func() float64 { return b2f(dst.Pix[0] > 0.2) }, 0.5, 0.032, 0, 1},
		{"flip_up_down", Params{FlipUpDown: true}, func() float64 { return b2f(dst.Pix[0] > 0.2) }, 0.5, 0.032, 0, 1},
		{"rot90", Params{Rot90: true}, func() float64 { return b2f(dst.Pix[0] < 0.2) }, 0.25, 0.028, 0, 1},
		{"brightness_delta", Params{BrightnessDelta: 0.2}, func() float64 { return float64(dst.Pix[1]) / 0.4 }, 1, 0.0075, 0.8, 1.2},
		{"drop_color", Params{DropColor: 0.2}, func() float64 { return b2f(dst.Pix[0] > 0.2) }, 0.2, 0.026, 0, 1},
		{"solarize", Params{Solarize: 0.5}, func() float64 { return b2f(dst.Pix[1] > 0.5) }, 0.2, 0.026, 0, 1},
		{"pixel_mask", Params{PixelMask: 1}, func() float64 { return b2f(dst.Pix[1] > 0) }, 0.3, 0.029, 0, 1},
	} {
		pl, _ := New(c.p, image.Pt(2, 2))
		sum := 0.0
		for i := range 4000 {
			pl.Apply(&dst, src, Key{Seed: 5, Index: uint64(i)})
			v := c.value()
			if v < c.lo-1e-6 || v > c.hi+1e-6 {
				t.Fatalf("%s: %v lies outside [%v, %v]", c.name, v, c.lo, c.hi)
			}
			sum += v
		}
		if m := sum / 4000; math.Abs(m-c.mean) > c.tol {
			t.Errorf("%s: mean %v, want %v±%v", c.name, m, c.mean, c.tol)
		}
	}
}

func b2f(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
