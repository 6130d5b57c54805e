package patchwork

import (
	"context"
	"errors"
	"image"
	"image/jpeg"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"golang.org/x/image/draw"
)

// A crop of a scene shows the same as the scene, another scene does not, and a file that is no image shows nothing.
func TestPicturesThatShowTheSame(t *testing.T) {
	folder := t.TempDir()
	write := func(name string, m image.Image) {
		t.Helper()
		f, err := os.Create(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if err := jpeg.Encode(f, m, nil); err != nil {
			t.Fatal(err)
		}
	}
	for i, name := range []string{"scene_0003.jpg", "scene_0011.jpg"} {
		f, err := os.Open(filepath.Join("../testdata/scenes/images", name))
		if err != nil {
			t.Fatal(err)
		}
		m, err := jpeg.Decode(f)
		if err := errors.Join(err, f.Close()); err != nil {
			t.Fatal(err)
		}
		crop := image.NewRGBA(m.Bounds())
		draw.CatmullRom.Scale(crop, crop.Bounds(), m, m.Bounds().Inset(m.Bounds().Dx()/16), draw.Src, nil)
		write([]string{"a.jpg", "c.jpg"}[i], m)
		write([]string{"b.jpg", "d.jpg"}[i], crop)
	}
	if err := os.WriteFile(filepath.Join(folder, "e.jpg"), []byte("no image"), 0o644); err != nil {
		t.Fatal(err)
	}
	p := newProject(t, folder)
	pairs := [][2]int{{0, 1}, {0, 2}, {1, 3}, {2, 3}, {3, 4}}
	told := 0
	same, alike, err := p.showSame(t.Context(), pairs, func(done, total int) {
		if told++; done != told || total != 5 {
			t.Errorf("call %d of progress says %d of %d", told, done, total)
		}
	})
	if err != nil || !slices.Equal(same, [][2]int{{0, 1}, {2, 3}}) || told != 5 || len(alike) != 2 || min(alike[0], alike[1]) < showTheSame {
		t.Errorf("got %d, alike %g, %v; want a and b, c and d, by 0.7 or more", same, alike, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := p.showSame(ctx, pairs, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v; want that it was cancelled", err)
	}
}
