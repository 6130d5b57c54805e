package quality

import (
	"image"
	"image/jpeg"
	"math"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/image/draw"
)

// scene is one of the scenes in the tree.
func scene(t *testing.T, number string) image.Image {
	t.Helper()
	f, err := os.Open(filepath.Join("../../../testdata/scenes/images", "scene_"+number+".jpg"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	m, err := jpeg.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// seen is a part of an image as a grey copy, with each brightness changed.
func seen(m image.Image, part image.Rectangle, change func(v float64) float64) []uint8 {
	out := image.NewGray(image.Rect(0, 0, Side, Side))
	draw.BiLinear.Scale(out, out.Bounds(), m, part, draw.Src, nil)
	for i, v := range out.Pix {
		out.Pix[i] = uint8(max(0, min(255, change(float64(v)))))
	}
	return out.Pix
}

func as(v float64) float64 { return v }

// The place of a crop is where it was cut out: on axes from -1 to 1 the part from x0 to x1 of the width has the scale x1 - x0 and its
// middle at x0 + x1 - 1.
func TestPlaceOfACrop(t *testing.T) {
	m := scene(t, "0003")
	b := m.Bounds()
	part := image.Rect(b.Dx()*4/100, b.Dy()*2/100, b.Dx()*94/100, b.Dy()*98/100)
	whole, crop := NewPicture(seen(m, b, as)), NewPicture(seen(m, part, func(v float64) float64 { return 0.8*v + 20 }))
	var w place
	if got := w.lay(crop, whole); got < sure {
		t.Errorf("correlation %.3f; want at least %g", got, sure)
	}
	x0, x1, y0, y1 := float64(part.Min.X)/float64(b.Dx()), float64(part.Max.X)/float64(b.Dx()), float64(part.Min.Y)/float64(b.Dy()), float64(part.Max.Y)/float64(b.Dy())
	for _, v := range []struct {
		name      string
		got, want float64
	}{{"sx", w.sx, x1 - x0 - 1}, {"sy", w.sy, y1 - y0 - 1}, {"tx", w.tx, x0 + x1 - 1}, {"ty", w.ty, y0 + y1 - 1}} {
		if math.Abs(v.got-v.want) > 0.01 { // a third of a pixel of 64
			t.Errorf("%s is %.4f, want %.4f", v.name, v.got, v.want)
		}
	}
}

func TestLikeness(t *testing.T) {
	numbers := []string{"0000", "0003", "0007", "0011", "0020", "0042", "0101", "0250"}
	var all []*Picture
	for _, number := range numbers {
		m := scene(t, number)
		b := m.Bounds()
		whole := NewPicture(seen(m, b, as))
		all = append(all, whole)
		mirrored := seen(m, b, as)
		for y := range Side {
			for x := range Side / 2 {
				i, j := y*Side+x, y*Side+Side-1-x
				mirrored[i], mirrored[j] = mirrored[j], mirrored[i]
			}
		}
		for _, other := range []struct {
			name string
			grey []uint8
		}{
			{"itself", seen(m, b, as)},
			{"brighter, cut off in the light", seen(m, b, func(v float64) float64 { return 1.2 * v })},
			{"of more contrast", seen(m, b, func(v float64) float64 { return 1.2*v - 25 })},
			{"its negative", seen(m, b, func(v float64) float64 { return 255 - v })},
			{"mirrored", mirrored},
			{"without 10 % at the edges", seen(m, b.Inset(b.Dx()/20), as)},
			{"without 15 % on the left", seen(m, image.Rect(b.Min.X+b.Dx()*15/100, b.Min.Y, b.Max.X, b.Max.Y), as)},
		} {
			got := Likeness(whole, NewPicture(other.grey))
			if back := Likeness(NewPicture(other.grey), whole); other.name == "its negative" {
				if got >= worthwhile || back >= worthwhile {
					t.Errorf("%s, a negative: likeness %.3f and %.3f", number, got, back)
				}
			} else if got < 0.7 || back < 0.7 {
				t.Errorf("%s, %s: likeness %.3f and %.3f, want 0.7 and more", number, other.name, got, back)
			}
		}
	}
	for i := range all {
		for j := range i {
			if got := Likeness(all[i], all[j]); got >= 0.5 {
				t.Errorf("%s and %s, which are different scenes: likeness %.3f", numbers[i], numbers[j], got)
			}
		}
	}
	flat := NewPicture(make([]uint8, Side*Side))
	if got := Likeness(flat, all[0]); got != 0 {
		t.Errorf("a picture of one colour: likeness %.3f with another, want 0", got)
	}
	if got := Likeness(flat, flat); got != 0 {
		t.Errorf("two of one colour: likeness %.3f, want 0: nothing is fine in them", got)
	}
}
