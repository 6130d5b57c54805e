package quality

import (
	"bytes"
	"image"
	"image/jpeg"
	"slices"
	"testing"

	"golang.org/x/image/draw"
)

// An image of which little is left at one end of the range is found to be made of its original, and of no other.
func TestLikenessOfBurntOut(t *testing.T) {
	numbers := []string{"0000", "0003", "0007", "0011", "0020", "0042", "0101", "0250"}
	for _, number := range numbers {
		m := scene(t, number)
		grey := slices.Sorted(slices.Values(seen(m, m.Bounds(), as)))
		dark, light := float64(grey[len(grey)*5/100]), float64(grey[len(grey)*99/100])
		for name, change := range map[string]func(v float64) float64{
			"burnt out": func(v float64) float64 { return v + 240 - dark },
			"drowned":   func(v float64) float64 { return v + 20 - light },
		} {
			made := seen(m, m.Bounds(), change)
			sorted := slices.Sorted(slices.Values(made))
			if !Burnt(float64(sorted[len(sorted)*5/100]), float64(sorted[len(sorted)*99/100])) {
				t.Fatalf("%s: of %s the grey values are from %d to %d", number, name, sorted[0], sorted[len(sorted)-1])
			}
			picture := NewPicture(made)
			for _, other := range numbers {
				whole := scene(t, other)
				got, back := Likeness(picture, NewPicture(seen(whole, whole.Bounds(), as))), Likeness(NewPicture(seen(whole, whole.Bounds(), as)), picture)
				if same := other == number; same && min(got, back) < 0.7 || !same && max(got, back) >= 0.5 {
					t.Errorf("%s, %s, and %s: likeness %.3f and %.3f", number, name, other, got, back)
				}
			}
		}
	}
	if Burnt(20, 240) || !Burnt(230, 255) || !Burnt(0, 25) {
		t.Error("burnt is what it is not")
	}
}

// What is fine in a blurred image is noise of the file; what is less fine still tells.
func TestLikenessOfBlurred(t *testing.T) {
	var originals, saved []*Picture
	for _, number := range []string{"0000", "0003", "0007", "0011", "0020", "0042"} {
		m := scene(t, number)
		small, blurred := image.NewRGBA(image.Rect(0, 0, 9, 9)), image.NewRGBA(m.Bounds())
		draw.ApproxBiLinear.Scale(small, small.Bounds(), m, m.Bounds(), draw.Src, nil)
		draw.CatmullRom.Scale(blurred, blurred.Bounds(), small, small.Bounds(), draw.Src, nil)
		for i, v := range blurred.Pix { // of little contrast
			blurred.Pix[i] = 110 + v/8
		}
		var file bytes.Buffer
		if err := jpeg.Encode(&file, blurred, &jpeg.Options{Quality: 50}); err != nil {
			t.Fatal(err)
		}
		back, err := jpeg.Decode(&file)
		if err != nil {
			t.Fatal(err)
		}
		originals, saved = append(originals, NewPicture(seen(blurred, m.Bounds(), as))), append(saved, NewPicture(seen(back, m.Bounds(), as)))
	}
	for i, a := range originals {
		for j, b := range saved {
			if got := Likeness(a, b); i == j && got < 0.7 || i != j && got >= 0.6 {
				t.Errorf("%d and %d saved as JPEG: likeness %.3f", i, j, got)
			}
		}
	}
}
