package augment

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"
)

// The values come from testdata/golden.py: torchvision, and numpy for contrast and autocontrast, which the original
// defines otherwise. Inputs are rounded to 5 digits, which contrast stretching and hue make larger: the tolerance is 3e-4.
func TestGolden(t *testing.T) {
	text, err := os.ReadFile("testdata/golden.json")
	if err != nil {
		t.Fatal(err)
	}
	var golden map[string][]float32
	if err := json.Unmarshal(text, &golden); err != nil {
		t.Fatal(err)
	}
	crop := box{2, 3, 10, 11}
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
			// Four copies: 224 pixels are too few for 256 levels.
			big := &Image{H: 64, W: 14, C: 3, Pix: slices.Repeat(s.im.Pix, 4)}
			equalize(big)
			copy(s.im.Pix, big.Pix)
		}},
		{"posterize", func(s *scratch) { posterize(s.im.Pix, 3) }},
		{"sharpness", func(s *scratch) { sharpen(s, 1.8) }},
		{"stretch", func(s *scratch) { stretch(s.im) }},
		{"translate", func(s *scratch) { affine(s, 1, 0, 0, 1, 3, -2) }},
		{"crop_bilinear", func(s *scratch) { resample(s, crop, 8, 9, false) }},
		{"crop_bicubic", func(s *scratch) { resample(s, crop, 8, 9, true) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newScratch()
			s.im.shape(16, 14, 3, false)
			copy(s.im.Pix, golden["input"])
			c.op(s)
			want := golden[c.name]
			if len(want) != len(s.im.Pix) {
				t.Fatalf("%d values, want %d", len(s.im.Pix), len(want))
			}
			for i, v := range s.im.Pix {
				if math.Abs(float64(v-want[i])) > 3e-4 {
					t.Fatalf("value %d is %v, want %v", i, v, want[i])
				}
			}
		})
	}
}
