package tiff

import (
	"bytes"
	"encoding/json"
	"image"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
)

// golden is what testdata/fixtures.py says of a file.
type golden struct {
	File, Kind, PNG        string
	W, H, Bands            int
	Tolerance              int
	Images, Overviews      int
	Bilevel, White, Sparse bool
	NoData                 string
	Affine                 []float64
	EPSG                   int
	Point                  bool
}

func goldens(t testing.TB) []golden {
	t.Helper()
	var all []golden
	if err := json.Unmarshal(fixture(t, "golden.json"), &all); err != nil {
		t.Fatal(err)
	}
	if len(all) < 85 {
		t.Fatalf("golden.json describes only %d files", len(all))
	}
	return all
}

func fixture(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func open(t testing.TB, name string) *File {
	t.Helper()
	data := fixture(t, name)
	f, err := Open(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return f
}

// stored is the value at (x, y) of a band, by the formulas of testdata/fixtures.py.
func stored(kind string, x, y, b int) float64 {
	n := 7*x + 13*y + 31*b + x*y
	switch kind {
	case "u8":
		return float64(n % 251)
	case "i8":
		return float64(n%250 - 125)
	case "u16":
		return float64(n * 53 % 65521)
	case "i16":
		return float64(n*53%65521 - 32760)
	case "u32":
		return float64(n * 1999993 % 4294967291)
	case "i32":
		return float64(n*1999993%4294967291 - 2147483640)
	case "u64":
		return float64(n * 5000000007)
	case "i64":
		return float64(n*5000000007 - 4000000000000)
	case "f16":
		return float64(n%251)/4 - 20
	case "f32", "f64":
		return float64(n)/8 - 100
	}
	bits, err := strconv.Atoi(kind[4:])
	if err != nil {
		panic(kind)
	}
	return float64(n % (1 << bits))
}

// want is what Read gives at (x, y) of a band.
func (g golden) want(x, y, b int) float32 {
	if g.Sparse && (y >= 16 || x < 16 || x >= 32) {
		if g.NoData == "None" {
			return 0
		}
		return nan
	}
	v := stored(g.Kind, x, y, b)
	if none, err := strconv.ParseFloat(g.NoData, 64); err == nil && v == none {
		return nan
	}
	if g.Bilevel {
		if g.White {
			v = 1 - v
		}
		v *= 255
	}
	return float32(v)
}

func same(a, b float32) bool { return a == b || a != a && b != b }

// TestReadGolden compares every value of every lossless file with its formula: of the whole picture and of windows.
func TestReadGolden(t *testing.T) {
	for _, g := range goldens(t) {
		if g.Kind == "" {
			continue
		}
		t.Run(g.File, func(t *testing.T) {
			f := open(t, g.File)
			m := f.Images[0]
			if m.Width != g.W || m.Height != g.H || m.Bands != g.Bands {
				t.Fatalf("is %d x %d x %d, want %d x %d x %d", m.Width, m.Height, m.Bands, g.W, g.H, g.Bands)
			}
			if g.Images > 0 && (len(f.Images) != g.Images || len(m.Overviews) != g.Overviews) {
				t.Errorf("has %d images and %d overviews, want %d and %d", len(f.Images), len(m.Overviews), g.Images, g.Overviews)
			}
			for _, rect := range []image.Rectangle{image.Rect(0, 0, g.W, g.H), image.Rect(0, 0, 1, 1), image.Rect(13, 7, 35, 26),
				image.Rect(17, 17, 31, 18), image.Rect(36, 28, 37, 29), image.Rect(16, 0, 32, 16)} {
				dst := make([]float32, rect.Dx()*rect.Dy()*g.Bands)
				if err := m.Read(rect, dst); err != nil {
					t.Fatal(err)
				}
				for i, v := range dst {
					x, y, b := rect.Min.X+i/g.Bands%rect.Dx(), rect.Min.Y+i/g.Bands/rect.Dx(), i%g.Bands
					if want := g.want(x, y, b); !same(v, want) {
						t.Fatalf("window %v: band %d at (%d, %d) is %v, want %v", rect, b, x, y, v, want)
					}
				}
			}
		})
	}
}

// TestRGBAGolden compares pictures with what Pillow or GDAL shows.
func TestRGBAGolden(t *testing.T) {
	for _, g := range goldens(t) {
		if g.PNG == "" {
			continue
		}
		t.Run(g.File, func(t *testing.T) {
			ref, err := png.Decode(bytes.NewReader(fixture(t, g.PNG)))
			if err != nil {
				t.Fatal(err)
			}
			m := open(t, g.File).Images[0]
			got, err := m.RGBA()
			if err != nil {
				t.Fatal(err)
			}
			if got.Rect != image.Rect(0, 0, g.W, g.H) || ref.Bounds() != got.Rect {
				t.Fatalf("is %v, want %d x %d", got.Rect, g.W, g.H)
			}
			sum := 0
			for y := range g.H {
				for x := range g.W {
					r, gr, b, _ := ref.At(x, y).RGBA()
					c := got.RGBAAt(x, y)
					for k, d := range []int{int(c.R) - int(r>>8), int(c.G) - int(gr>>8), int(c.B) - int(b>>8)} {
						sum += max(d, -d)
						if max(d, -d) > g.Tolerance {
							t.Fatalf("channel %d at (%d, %d) is off by %d, more than %d", k, x, y, d, g.Tolerance)
						}
					}
					if c.A != 255 {
						t.Fatalf("the pixel at (%d, %d) is not opaque", x, y)
					}
				}
			}
			if mean, limit := float64(sum)/float64(3*g.W*g.H), float64(g.Tolerance)/7; mean > limit {
				t.Errorf("the mean difference is %.2f, more than %.2f", mean, limit)
			}
			if m.Bands == 3 && m.Bits <= 8 { // Read gives the same numbers, of a window too
				rect := image.Rect(5, 3, 30, 27)
				dst := make([]float32, rect.Dx()*rect.Dy()*3)
				if err := m.Read(rect, dst); err != nil {
					t.Fatal(err)
				}
				for i, v := range dst {
					x, y := rect.Min.X+i/3%rect.Dx(), rect.Min.Y+i/3/rect.Dx()
					if want := got.Pix[got.PixOffset(x, y)+i%3]; v != float32(want) {
						t.Fatalf("Read gives %v at (%d, %d), RGBA %d", v, x, y, want)
					}
				}
			}
		})
	}
}

// TestRGBAOfNumbers compares RGBA of lossless unsigned files with their scaled formula.
func TestRGBAOfNumbers(t *testing.T) {
	compared := 0
	for _, g := range goldens(t) {
		if g.Kind == "" || g.Sparse {
			continue
		}
		m := open(t, g.File).Images[0]
		got, err := m.RGBA()
		if want := slices.Contains([]Format{Int, Float}, m.Format) || m.Bits > 16; want != (err != nil) || want == m.IsPicture() {
			t.Errorf("%s: %d bits, %v: IsPicture is %v, error %v", g.File, m.Bits, m.Format, m.IsPicture(), err)
		}
		if err != nil {
			continue
		}
		compared++
		g.Bilevel = false
		for i, v := range got.Pix {
			x, y, b := i/4%g.W, i/4/g.W, i%4
			if m.colour == grey && b < 3 {
				b = 0
			}
			want := byte(255)
			if i%4 < 3 {
				most := float64(int(1)<<m.Bits - 1)
				want = byte(math.Round(stored(g.Kind, x, y, b) * 255 / most))
				if m.Photometric == MinIsWhite {
					want = 255 - want
				}
			}
			if v != want {
				t.Errorf("%s: channel %d at (%d, %d) is %d, want %d", g.File, i%4, x, y, v, want)
				break
			}
		}
	}
	if compared < 30 {
		t.Errorf("only %d files were compared", compared)
	}
}
