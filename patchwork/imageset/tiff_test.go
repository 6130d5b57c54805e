package imageset

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// tiffs reads the folder of the TIFF decoder's fixtures, which testdata/fixtures.py there explains.
func tiffs(t *testing.T) *Reader {
	t.Helper()
	paths, err := filepath.Glob("tiff/testdata/*.tif")
	if err != nil || len(paths) < 80 {
		t.Fatalf("found %d TIFF files, %v", len(paths), err)
	}
	files := map[string][]byte{}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		files["photos/"+filepath.Base(path)] = data
	}
	dir := tree(t, files)
	ix, _ := scan(t, dir, nil, "../photos")
	return &Reader{Root: filepath.Join(dir, "p"), Index: ix}
}

func row(t *testing.T, r *Reader, name string) int {
	t.Helper()
	row, ok := r.Index.Row("../photos/" + name)
	if !ok {
		t.Fatalf("there is no %s", name)
	}
	return row
}

// value is number n = 7x + 13y + 31b + xy of the fixtures.
func value(x, y, b int) int { return 7*x + 13*y + 31*b + x*y }

func TestEveryTIFFIsReadOrRefusedByName(t *testing.T) {
	r := tiffs(t)
	for i := range r.Index.Len() {
		im := r.Index.At(i)
		if strings.Contains(im.ID, "refused_") {
			if !strings.HasPrefix(im.Problem, "TIFF: ") {
				t.Errorf("%s has the problem %q", im.ID, im.Problem)
			}
			continue
		}
		if im.Problem != "" {
			t.Errorf("%s: %s", im.ID, im.Problem)
			continue
		}
		m, err := r.Image(i)
		if err != nil || m.Bounds().Dx() != im.Width || m.Bounds().Dy() != im.Height {
			t.Errorf("%s: %v, %v; want %d x %d", im.ID, m.Bounds(), err, im.Width, im.Height)
		}
	}
}

// TestTIFFBandsAndNorm reads bands of files of 16 bits, floats and planes.
func TestTIFFBandsAndNorm(t *testing.T) {
	r := tiffs(t)
	for _, test := range []struct {
		file  string
		bands []int
		of    func(n int) float64
		low   float32
		high  float32
	}{
		{"u16_bands.tif", []int{2, 1, 3}, func(n int) float64 { return float64(n * 53 % 65521) }, 1000, 60000},
		{"f32_planes.tif", []int{2}, func(n int) float64 { return float64(n)/8 - 100 }, -100, 150},
		{"i16_lzw_2.tif", []int{1}, func(n int) float64 { return float64(n*53%65521 - 32760) }, -32760, 0},
	} {
		r.Input = Input{Bands: test.bands, Norm: Norm{Low: []float32{test.low}, High: []float32{test.high}}}
		at := row(t, r, test.file)
		im := r.Index.At(at)
		got := make([]float32, im.Width*im.Height*r.Input.Channels())
		if err := r.ReadInto(got, at, Resize{Size: Size{im.Width, im.Height}}); err != nil {
			t.Errorf("%s: %v", test.file, err)
			continue
		}
		for i, v := range got {
			x, y, c := i/3%im.Width, i/3/im.Width, i%3
			b := test.bands[min(c, len(test.bands)-1)] - 1
			want := (test.of(value(x, y, b)) - float64(test.low)) / float64(test.high-test.low)
			if want = min(1, max(0, want)); math.Abs(float64(v)-want) > 1e-5 {
				t.Fatalf("%s: (%d, %d) of channel %d is %g, want %g", test.file, x, y, c, v, want)
			}
		}
	}
	r.Input = Input{Bands: []int{40}}
	if _, err := r.Image(row(t, r, "u16_bands.tif")); err == nil || !strings.Contains(err.Error(), "bands and the input reads band 40") {
		t.Errorf("a band too many: %v", err)
	}
}

// TestTIFFNoDataDoesNotCount: pixels without data are black, also where the file's 8 bits could be shown as they are, and
// a norm does not know them.
func TestTIFFNoDataDoesNotCount(t *testing.T) {
	r := tiffs(t)
	for _, name := range []string{"nodata_i32.tif", "sparse_nodata.tif"} {
		at := row(t, r, name)
		p, err := r.decode(at, nil)
		if err != nil {
			t.Fatal(name, err)
		}
		if p.num == nil {
			t.Errorf("%s is read as bytes", name)
			continue
		}
		holes := 0
		m := p.num.rgb()
		for i := range p.num.w * p.num.h {
			if p.num.pix[3*i] != p.num.pix[3*i] {
				holes++
				if m.Pix[4*i] != 0 || m.Pix[4*i+3] != 255 {
					t.Fatalf("%s: pixel %d without data is shown as %v", name, i, m.Pix[4*i:4*i+4])
				}
			}
		}
		if holes == 0 || holes == p.num.w*p.num.h {
			t.Errorf("%s: %d of %d pixels have no data", name, holes, p.num.w*p.num.h)
		}
		norm, err := r.EstimateNorm(context.Background(), []int{at}, NormOptions{Low: 0, High: 100})
		if err != nil {
			t.Fatal(name, err)
		}
		if low, high := norm.band(0); low != low || high != high || low < -2.2e9 && name != "nodata_i32.tif" {
			t.Errorf("%s: the norm is %v", name, norm)
		}
	}
}

func TestOverviewIsReadForSmallPictures(t *testing.T) {
	r := tiffs(t)
	at := row(t, r, "overviews.tif")
	im := r.Index.At(at)
	for _, test := range []struct {
		size  Size
		scale int
	}{{Size{im.Width, im.Height}, 1}, {Size{im.Width / 4, im.Height / 4}, 1}, {Size{im.Width / 9, im.Height / 9}, 2}, {Size{2, 1}, 4}} {
		p, err := r.decode(at, Resize{Size: test.size}.detail)
		if err != nil {
			t.Fatal(err)
		}
		if w, h := p.size(); max(1, p.scale) != test.scale || w != im.Width || h != im.Height {
			t.Errorf("for %v it is read at 1/%d as %d x %d, want 1/%d of %d x %d", test.size, p.scale, w, h, test.scale, im.Width, im.Height)
		}
	}
}
