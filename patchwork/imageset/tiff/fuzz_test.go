package tiff

import (
	"image"
	"slices"
	"testing"
)

// FuzzOpen opens and reads whatever is given. Nothing may panic, and a window has to hold what the whole picture holds.
func FuzzOpen(f *testing.F) {
	for _, g := range goldens(f) {
		if data := fixture(f, g.File); len(data) < 5000 {
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := openBytes(data)
		if err != nil {
			return
		}
		for _, m := range file.Images[:min(3, len(file.Images))] {
			if m.Width > 500 || m.Height > 500 || m.Width*m.Height*m.samples > 1<<16 {
				continue
			}
			whole := make([]float32, m.Width*m.Height*m.Bands)
			err := m.Read(image.Rect(0, 0, m.Width, m.Height), whole)
			picture, errPicture := m.RGBA()
			if (picture == nil) != (errPicture != nil) {
				t.Fatalf("RGBA gave %v and %v", picture, errPicture)
			}
			if err != nil {
				continue
			}
			if m.IsPicture() && errPicture != nil {
				t.Fatalf("Read succeeds and RGBA fails: %v", errPicture)
			}
			r := image.Rect(m.Width/3, m.Height/2, m.Width/3+1, m.Height)
			part := make([]float32, r.Dy()*m.Bands)
			if err := m.Read(r, part); err != nil {
				t.Fatalf("the window %v: %v", r, err)
			}
			for y := r.Min.Y; y < r.Max.Y; y++ {
				got := part[(y-r.Min.Y)*m.Bands:][:m.Bands]
				want := whole[(y*m.Width+r.Min.X)*m.Bands:][:m.Bands]
				if !slices.EqualFunc(got, want, same) {
					t.Fatalf("the window %v has %v at line %d, the whole %v", r, got, y, want)
				}
			}
		}
	})
}
