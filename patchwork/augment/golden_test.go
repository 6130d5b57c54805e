package augment

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"
)

// golden reads testdata/golden.json, levels as parts of 255.
func golden(t *testing.T) map[string][]float32 {
	text, err := os.ReadFile("testdata/golden.json")
	if err != nil {
		t.Fatal(err)
	}
	var values struct{ Real, Level map[string][]float32 }
	if err := json.Unmarshal(text, &values); err != nil {
		t.Fatal(err)
	}
	for name, v := range values.Level {
		for i := range v {
			v[i] /= 255
		}
		values.Real[name] = v
	}
	return values.Real
}

// The values come from testdata/golden.py: torchvision, and numpy and scipy for contrast, autocontrast, shear and Sobel,
// which the original defines otherwise. They are rounded to 6 digits.
func TestGolden(t *testing.T) {
	want := golden(t)
	crop := box{1, 2, 7, 6}
	for _, c := range []struct {
		name string
		op   func(*scratch)
	}{
		{"brightness", func(s *scratch) { brighten(s.im.Pix, 1.4) }},
		{"contrast", func(s *scratch) { contrast(s.im, 1.6) }},
		{"contrast_grey", func(s *scratch) { contrastGrey(s.im, 0.6) }},
		{"saturation", func(s *scratch) { saturate(s.im, 1.7) }},
		{"hue", func(s *scratch) { shiftHue(s.im, 0.17) }},
		{"hue_down", func(s *scratch) { shiftHue(s.im, -0.3) }},
		{"blur", func(s *scratch) { blur(s, 1.3, 3) }},
		{"solarize", func(s *scratch) { solarizeAt(s.im.Pix, 0.4) }},
		{"autocontrast", func(s *scratch) { autocontrast(s, 1) }},
		{"equalize", func(s *scratch) {
			// Eight copies: 72 pixels are too few for 256 levels.
			big := &Image{H: 72, W: 8, C: 3, Pix: slices.Repeat(s.im.Pix, 8)}
			equalize(big)
			copy(s.im.Pix, big.Pix)
		}},
		{"posterize", func(s *scratch) { posterize(s.im.Pix, 3) }},
		{"sharpness", func(s *scratch) { sharpen(s, 1.8) }},
		{"stretch", func(s *scratch) { stretch(s.im) }},
		{"translate", func(s *scratch) { affine(s, 1, 0, 0, 1, 3, -2) }},
		{"ShearX", func(s *scratch) { plainChoices[1].op(s, 0.27) }},
		{"ShearY", func(s *scratch) { plainChoices[2].op(s, -0.17) }},
		{"Rotate", func(s *scratch) { plainChoices[5].op(s, 23) }},
		{"shear", func(s *scratch) { warp(s, [6]float64{1, 0.3, -8 * 0.3 / 2, -0.2, 1, 9 * 0.2 / 2}) }},
		{"sobel", func(s *scratch) { sobel(s, 1) }},
		{"crop_bilinear", func(s *scratch) { resample(s, crop, 5, 4, false) }},
		{"crop_bicubic", func(s *scratch) { resample(s, crop, 5, 4, true) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newScratch()
			s.im.shape(9, 8, 3, false)
			copy(s.im.Pix, want["input"])
			c.op(s)
			want := want[c.name]
			if len(want) != len(s.im.Pix) {
				t.Fatalf("%d values, want %d", len(s.im.Pix), len(want))
			}
			for i, v := range s.im.Pix {
				if math.Abs(float64(v-want[i])) > 1e-5 {
					t.Fatalf("value %d is %v, want %v", i, v, want[i])
				}
			}
		})
	}
}

// Torchvision's means are of 20000 draws, those here of 4000: the limits are about five standard errors.
func TestCropAsTorchvision(t *testing.T) {
	want := golden(t)["crop"]
	var sum [5]float64
	each(func(s *scratch) float64 {
		s.im.shape(100, 400, 1, false)
		b := drawBox(s, [2]float64{0.08, 1}, [2]float64{3. / 4, 4. / 3}, 10, (*scratch).logUniform)
		for i, v := range []float64{b2f(b == box{133, 0, 133, 100}), float64(b.w), float64(b.h), float64(b.x), float64(b.y)} {
			sum[i] += v / draws
		}
		return 0
	})
	for i, tol := range []float64{0.03, 1.8, 1.4, 7.5, 1} {
		if math.Abs(sum[i]-float64(want[i])) > tol {
			t.Errorf("fallback, width, height, x, y: mean %d is %v, torchvision's is %v±%v", i, sum[i], want[i], tol)
		}
	}
}
