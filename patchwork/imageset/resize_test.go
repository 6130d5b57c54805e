package imageset

import (
	"bytes"
	"image"
	"image/png"
	"testing"
)

// TestResizeGolden compares with Pillow's BILINEAR, whose result is rounded twice to whole values.
func TestResizeGolden(t *testing.T) {
	source, err := Decode(fixture(t, "resize_source.png"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"32x32", "60x45", "119x91", "200x150", "7x130", "1x1"} {
		want, err := png.Decode(bytes.NewReader(fixture(t, "resize_"+name+".png")))
		if err != nil {
			t.Fatal(err)
		}
		w, h := want.Bounds().Dx(), want.Bounds().Dy()
		got := raster{rgb: source}.resize(Resize{Size: Size{w, h}})
		sum, worst := 0.0, 0.0
		for i, v := range got {
			r, g, b, _ := want.At(i/3%w, i/3/w).RGBA()
			d := float64(v)*255 - float64([]uint32{r, g, b}[i%3])/257
			d = max(d, -d)
			sum, worst = sum+d, max(worst, d)
		}
		if mean := sum / float64(len(got)); mean > 0.6 || worst > 1.6 {
			t.Errorf("%s differs from Pillow by %.3f on average and %.3f at most, of 255; want at most 0.6 and 1.6", name, mean, worst)
		}
	}
}

func TestResizeProperties(t *testing.T) {
	m := image.NewRGBA(image.Rect(0, 0, 13, 7))
	for i := range m.Pix {
		m.Pix[i] = byte(i * 37)
	}
	same := raster{rgb: m}.resize(Resize{Size: Size{13, 7}})
	for i := range 13 * 7 {
		for k := range 3 {
			if want := float32(m.Pix[4*i+k]) / 255; same[3*i+k]-want > 1e-6 || want-same[3*i+k] > 1e-6 {
				t.Fatalf("the size it has already changes pixel %d from %g to %g", i, want, same[3*i+k])
			}
		}
	}
	for i := range m.Pix {
		m.Pix[i] = 255
	}
	for _, size := range []image.Point{{1, 1}, {5, 3}, {40, 9}, {300, 200}} {
		white := raster{rgb: m}.resize(Resize{Size: Size{size.X, size.Y}})
		for _, v := range white {
			if v > 1 || v < 1-1e-5 {
				t.Fatalf("white resized to %v holds %g, want 1", size, v)
			}
		}
	}
}
