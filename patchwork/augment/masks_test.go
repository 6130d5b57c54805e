package augment

import (
	"image"
	"math"
	"testing"
)

// Channels 0 and 1 hold the place of a pixel and the mask its number, so each pixel says where its mask should be from.
func TestMaskOfEachOperation(t *testing.T) {
	const h, w = 30, 40
	src := NewImage(h, w, 3)
	src.Mask = make([]int32, h*w)
	for i := range src.Mask {
		src.Mask[i] = int32(i)
		src.Pix[3*i], src.Pix[3*i+1] = float32(i%w)/w, float32(i/w)/h
	}
	for _, c := range []struct {
		name string
		p    Params
		tol  float64
		size image.Point
	}{
		{"flip_left_right", Params{FlipLeftRight: true}, 1e-4, image.Pt(w, h)},
		{"flip_up_down", Params{FlipUpDown: true}, 1e-4, image.Pt(w, h)},
		{"rot90", Params{Rot90: true}, 1.01, image.Pt(w, h)},
		{"shear", Params{Shear: 0.3}, 0.501, image.Pt(w, h)},
		{"zoom_scale", Params{ZoomScale: 0.3}, 1.01, image.Pt(w, h)},
		{"center_zoom_scale", Params{CenterZoomScale: 0.3}, 0.51, image.Pt(w, h)},
	} {
		pl, err := New(c.p, c.size)
		if err != nil {
			t.Fatal(err)
		}
		var dst Image
		for i := range 30 {
			if err := pl.Apply(&dst, src, Key{Index: uint64(i)}); err != nil {
				t.Fatal(err)
			}
			for j, m := range dst.Mask {
				x, y := float64(dst.Pix[3*j])*w, float64(dst.Pix[3*j+1])*h
				if math.Abs(x-float64(m%w)) > c.tol || math.Abs(y-float64(m/w)) > c.tol {
					t.Fatalf("%s, draw %d: the pixel %d is from (%.2f,%.2f), its mask from (%d,%d)", c.name, i, j, x, y, m%w, m/w)
				}
			}
		}
	}
}
