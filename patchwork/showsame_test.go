package patchwork

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
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
	pairs := []likely{{0, 1, 0}, {0, 2, 0}, {1, 3, 0}, {2, 3, 0}, {3, 4, 0}}
	told := 0
	same, alike, err := p.showSame(t.Context(), pairs, func(done, total int) {
		if told++; done != told || total != 5 {
			t.Errorf("call %d of progress says %d of %d", told, done, total)
		}
	})
	if err != nil || !slices.Equal(same, []likely{{0, 1, 0}, {2, 3, 0}}) || told != 5 || len(alike) != 2 || min(alike[0], alike[1]) < showTheSame {
		t.Errorf("got %d, alike %g, %v; want a and b, c and d, by 0.7 or more", same, alike, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := p.showSame(ctx, pairs, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v; want that it was cancelled", err)
	}
}

// A copy that was turned by a quarter or half of a circle, mirrored or not, is a double, without features too.
func TestDoublesTurned(t *testing.T) {
	folder := t.TempDir()
	for i, name := range []string{"scene_0003.jpg", "scene_0011.jpg", "scene_0017.jpg"} {
		f, err := os.Open(filepath.Join("../testdata/scenes/images", name))
		if err != nil {
			t.Fatal(err)
		}
		m, err := jpeg.Decode(f)
		if err := errors.Join(err, f.Close()); err != nil {
			t.Fatal(err)
		}
		b := m.Bounds()
		turned := image.NewRGBA(image.Rect(0, 0, b.Dy(), b.Dx()))
		for y := range b.Dy() {
			for x := range b.Dx() {
				switch v := m.At(b.Min.X+x, b.Min.Y+y); i {
				case 0:
					turned.Set(b.Dy()-1-y, x, v) // by a quarter
				case 1:
					turned.Set(y, x, v) // and mirrored
				default:
					turned.Set(b.Dx()-1-x, b.Dy()-1-y, v) // by half; these are square
				}
			}
		}
		for k, m := range []image.Image{m, turned} {
			out, err := os.Create(filepath.Join(folder, fmt.Sprint(i, k, ".jpg")))
			if err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(jpeg.Encode(out, m, &jpeg.Options{Quality: 70}), out.Close()); err != nil {
				t.Fatal(err)
			}
		}
	}
	p := newProject(t, folder)
	found, err := p.findDoubles(t.Context(), DoubleOptions{}, nil)
	if want := [][]int{{0, 1}, {2, 3}, {4, 5}}; err != nil || !reflect.DeepEqual(found.groups, want) {
		t.Fatalf("groups are %v, %v; want %v", found.groups, err, want)
	}
	for row := range 6 {
		if got := found.why(p.Images(), row); !strings.HasPrefix(got, "picture, turned, fits ") {
			t.Errorf("row %d: %s", row, got)
		}
	}
}
