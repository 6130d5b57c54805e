package contrast

import (
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/imageset"
)

// reader reads a folder with one 16-bit PNG whose red grows to the right, from 1000 to 3000 of 65535.
func reader(t *testing.T) *imageset.Reader {
	t.Helper()
	root := t.TempDir()
	picture := image.NewRGBA64(image.Rect(0, 0, 64, 32))
	for y := range 32 {
		for x := range 64 {
			picture.SetRGBA64(x, y, color.RGBA64{R: uint16(1000 + 2000*x/63), G: 1200, B: 65535, A: 65535})
		}
	}
	f, err := os.Create(filepath.Join(root, "dark.png"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := png.Encode(f, picture); err != nil {
		t.Fatal(err)
	}
	ix, _, err := imageset.Scan(t.Context(), imageset.ScanOptions{Root: root, Sources: []imageset.Source{{Path: root}}})
	if err != nil {
		t.Fatal(err)
	}
	return &imageset.Reader{Root: root, Index: ix}
}

func TestReadStretchesAllSixteenBits(t *testing.T) {
	r := reader(t)
	got, err := Read(r, 0, Look{Contrast: "stretch", Bands: []int{1}}, 0)
	if err != nil {
		t.Fatal(err)
	}
	greys := map[uint8]bool{}
	for x := range 64 {
		c := got.(*image.RGBA).RGBAAt(x, 5)
		if c.R != c.G || c.R != c.B {
			t.Fatalf("one band gives %v; want grey", c)
		}
		greys[c.R] = true
	}
	if got.Bounds() != image.Rect(0, 0, 64, 32) || len(greys) < 55 || !greys[0] || !greys[255] {
		t.Errorf("%v with %d greys; want 64 x 32 with nearly 64, from 0 to 255 (8 bits of the file hold 8)", got.Bounds(), len(greys))
	}
	plain, err := Read(r, 0, Look{Bands: []int{3, 2, 1}}, 16)
	if err != nil || plain.Bounds() != image.Rect(0, 0, 16, 8) {
		t.Fatalf("a smaller picture: %v, %v; want 16 x 8", plain, err)
	}
	if c := plain.(*image.RGBA).RGBAAt(8, 4); c.R != 255 || c.G > 6 || c.B > 14 {
		t.Errorf("bands 3, 2, 1 give %v; want blue as red", c)
	}
}

func TestReadErrors(t *testing.T) {
	r := reader(t)
	for _, c := range []struct {
		row, side int
		look      Look
		want      string
	}{{5, 0, Look{}, "no image 5"}, {-1, 0, Look{}, "no image -1"}, {0, -3, Look{}, "side is -3"}, {0, 0, Look{Bands: []int{9}}, "band"}} {
		if _, err := Read(r, c.row, c.look, c.side); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("Read of %d with %v: error %v; want %q", c.row, c.look, err, c.want)
		}
	}
}

func TestInputFor(t *testing.T) {
	norm := imageset.Norm{Low: []float32{0, 1, 2, 3}, High: []float32{10, 11, 12, 13}}
	four := imageset.Input{Bands: []int{8, 4, 3, 2}, Norm: norm}
	for _, c := range []struct {
		in    imageset.Input
		bands []int
		want  imageset.Input
	}{
		{imageset.Input{}, nil, imageset.Input{}},
		{four, nil, imageset.Input{Bands: []int{8, 4, 3}, Norm: imageset.Norm{Low: []float32{0, 1, 2}, High: []float32{10, 11, 12}}}},
		{four, []int{2, 3, 8}, imageset.Input{Bands: []int{2, 3, 8}, Norm: imageset.Norm{Low: []float32{3, 2, 0}, High: []float32{13, 12, 10}}}},
		{four, []int{5}, imageset.Input{Bands: []int{5}}},
		{imageset.Input{Norm: imageset.Constant(255)}, []int{3}, imageset.Input{Bands: []int{3}, Norm: imageset.Constant(255)}},
		{imageset.Input{Bands: []int{7, 1}}, nil, imageset.Input{Bands: []int{7}}},
	} {
		if got := inputFor(c.in, c.bands); !reflect.DeepEqual(got, c.want) {
			t.Errorf("inputFor(%v, %v) is %v; want %v", c.in, c.bands, got, c.want)
		}
	}
}
