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

	"github.com/gopatchwork/patchwork/patchwork/imageset"
)

// sceneOf is one of the scenes in the tree.
func sceneOf(t *testing.T, name string) image.Image {
	t.Helper()
	f, err := os.Open(filepath.Join("../testdata/scenes/images", name))
	if err != nil {
		t.Fatal(err)
	}
	m, err := jpeg.Decode(f)
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
	return m
}

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
		m := sceneOf(t, name)
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
		m := sceneOf(t, name)
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

// Where some of a chain of hashes are distinct, those stay together that are themselves near, and what is said of one is about its group.
func TestDistinctHashes(t *testing.T) {
	checks := func(hashes ...uint64) *imageset.Checks {
		var images []imageset.Image
		text := "# patchwork checks 2\nhash\tlow\thigh\tsharp\tentropy\tperceptual\tsigns\n"
		for i, h := range hashes {
			images = append(images, imageset.Image{ID: fmt.Sprint(i, ".png"), Hash: fmt.Sprint(i), Width: 9, Height: 9})
			text += fmt.Sprintf("%d\t1\t200\t99\t7\t%016x\t0000000000000000\n", i, h)
		}
		ix, err := imageset.NewIndex(images)
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(t.TempDir(), "checks.tsv")
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		c, err := imageset.ReadChecks(file, ix)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}(0, 0b11, 0b1111, 0b11111)
	for _, c := range []struct {
		apart []int // of these no two are doubles
		want  [][2]int
	}{{nil, [][2]int{{0, 1}, {0, 2}, {0, 3}}}, {[]int{0, 1, 2}, [][2]int{{0, 1}, {1, 2}, {2, 3}}}} {
		d := doubledRows{best: map[int]doubleLink{}, distinct: func(rows ...int) bool {
			return slices.Contains(c.apart, rows[0]) && slices.Contains(c.apart, rows[1])
		}}
		if got := d.linkHashes([]int{0, 1, 2, 3}, checks, 2); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%d are distinct: pairs %d, want %d", c.apart, got, c.want)
		}
		if l, ok := d.best[3]; l.to != 2 || !ok {
			t.Errorf("%d are distinct: the last is most like %d", c.apart, l.to)
		}
	}
}
