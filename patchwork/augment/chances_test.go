package augment

import (
	"image"
	"math"
	"slices"
	"testing"
)

// A share of 1000 draws with p = 0.3 has a standard error of 0.0145; the limit is four of them.
func TestChances(t *testing.T) {
	src := picture(40, 40)
	for name, p := range map[string]Params{
		"gaussian_noise": {GaussianNoise: 0.3}, "autocontrast": {Autocontrast: 0.3}, "drop_color": {DropColor: 0.3},
		"sobel_prob": {SobelProb: 0.3}, "jpeg_degrade": {JPEGDegrade: 0.3}, "mask": {Mask: 0.3}, "pixel_mask": {PixelMask: 0.3},
	} {
		pl, err := New(p, image.Pt(40, 40))
		if err != nil {
			t.Fatal(err)
		}
		changed := 0
		var dst Image
		for i := range 1000 {
			pl.Apply(&dst, src, Key{Seed: 9, Index: uint64(i)})
			if !slices.Equal(dst.Pix, src.Pix) {
				changed++
			}
		}
		if math.Abs(float64(changed)/1000-0.3) > 0.058 {
			t.Errorf("%s changes %d of 1000 pictures, want 300±58", name, changed)
		}
	}
}
