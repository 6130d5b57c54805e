package tiff

import (
	"image"
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
			bands := []int{m.Bands - 1, 0}
			part := make([]float32, r.Dy()*len(bands))
			if err := m.ReadBands(r, bands, part); err != nil {
				t.Fatalf("the window %v: %v", r, err)
			}
			for i, got := range part {
				y, b := r.Min.Y+i/len(bands), bands[i%len(bands)]
				if want := whole[(y*m.Width+r.Min.X)*m.Bands+b]; !same(got, want) {
					t.Fatalf("the window %v has %v in band %d at line %d, the whole %v", r, got, b, y, want)
				}
			}
		}
	})
}
