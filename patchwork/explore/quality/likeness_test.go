package quality

import (
	"image"
	"image/jpeg"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
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

// Four quarters are a whole turn, and a turned picture fits after the turns that are left and not before.
func TestTurnedPicture(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	grey := make([]uint8, Side*Side)
	for i := range grey {
		grey[i] = uint8(i%Side + i/Side + r.IntN(60))
	}
	p := NewPicture(grey)
	quarter := p.Turned(1)
	if got, want := quarter.full()[0], p.full()[Side-1]; got != want {
		t.Errorf("the corner is %g; want %g of what was at the right", got, want)
	}
	if !reflect.DeepEqual(quarter.Turned(3), p) || !reflect.DeepEqual(p.Turned(2), quarter.Turned(1)) {
		t.Error("four quarters, or two, are not what they are")
	}
	if before, after := Likeness(p, quarter), Likeness(p, quarter.Turned(3)); before > 0.5 || after < 0.99 {
		t.Errorf("likeness %.2f turned, %.2f turned back", before, after)
	}
}
