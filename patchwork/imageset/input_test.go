package imageset

import (
	"context"
	"image"
	"image/color"
	"math"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

func TestInputYAML(t *testing.T) {
	for text, want := range map[string]Input{
		"norm: 10000\n":      {Norm: Constant(10000)},
		"bands: [4, 3, 2]\n": {Bands: []int{4, 3, 2}},
		"bands: [1]\nnorm:\n    low: [5]\n    high: [7.5]\n    from: a look\n": {Bands: []int{1}, Norm: Norm{[]float32{5}, []float32{7.5}, "a look"}},
	} {
		var got Input
		if err := yaml.Unmarshal([]byte(text), &got); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if err := got.Check(); err != nil {
			t.Errorf("%q: %v", text, err)
		}
		if got.Key() != want.Key() || got.Norm.From != want.Norm.From {
			t.Errorf("%q is read as %+v, want %+v", text, got, want)
		}
		if back, err := yaml.Marshal(got); err != nil || string(back) != text {
			t.Errorf("%q is written as %q (%v)", text, back, err)
		}
	}
	var one Input
	if err := yaml.Unmarshal([]byte("norm: {low: 3, high: [4, 5, 6]}"), &one); err != nil || one.Check() != nil {
		t.Errorf("one low and three highs: %v, %v", err, one.Check())
	}
	if low, high := one.Norm.band(2); low != 3 || high != 6 {
		t.Errorf("the third band goes from %g to %g, want 3 to 6", low, high)
	}
}

func TestInputErrors(t *testing.T) {
	for text, want := range map[string]string{
		"bands: [0, 1]":                            "bands[0] is 0; want 1",
		"norm: {low: [1, 2], high: [3, 4, 5]}":     "2 values in low and 3 in high",
		"norm: {low: 5, high: 5}":                  "norm of band 1 goes from 5 to 5; want a low below a high",
		"norm: {low: [1, 9, 1], high: 5}":          "norm of band 2 goes from 9 to 5",
		"norm: {low: 5}":                           "norm has low and no high",
		"norm: -3":                                 "norm of band 1 goes from 0 to -3",
		"norm: .nan":                               "norm of band 1 goes from 0 to NaN",
		"{bands: [1, 2], norm: {high: [1, 2, 3]}}": "norm.high has 3 values and 2 bands are read",
	} {
		var in Input
		if err := yaml.Unmarshal([]byte(text), &in); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if err := in.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v; want it to say %q", text, err, want)
		}
	}
	for text, want := range map[string]string{
		"norm: [1, 2]":       "norm must be a number",
		"norm: {hihg: 3}":    `norm has no field "hihg"`,
		"norm: {high: many}": "must be a number or a list of numbers",
	} {
		var in Input
		if err := yaml.Unmarshal([]byte(text), &in); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v; want it to say %q", text, err, want)
		}
	}
}

func TestInputKeys(t *testing.T) {
	keys := map[string]Input{}
	for _, in := range []Input{
		{}, {Bands: []int{1}}, {Bands: []int{1, 2, 3}}, {Norm: Constant(255)}, {Norm: Norm{Low: []float32{0}, High: []float32{255}}},
		{Norm: Norm{Low: []float32{1}, High: []float32{255}}}, {Bands: []int{12}}, {Bands: []int{1, 2}},
	} {
		if other, taken := keys[in.Key()]; taken {
			t.Errorf("%+v and %+v have the same key %q", in, other, in.Key())
		}
		keys[in.Key()] = in
	}
	if (Input{}).Key() != "" {
		t.Error("the zero Input has a key")
	}
	if (Input{Norm: Norm{High: []float32{2}, From: "here"}}).Key() != (Input{Norm: Constant(2)}).Key() {
		t.Error("where a norm comes from changes the key")
	}
}

// grid is samples whose value at (x, y) of band b is 100·b + 10·y + x.
func grid(w, h, c int) *samples {
	s := &samples{w: w, h: h, c: c}
	for y := range h {
		for x := range w {
			for b := range c {
				s.pix = append(s.pix, float32(100*b+10*y+x))
			}
		}
	}
	return s
}

func TestInputReads(t *testing.T) {
	const c = 2
	for _, test := range []struct {
		in    Input
		bands int
		at    [3]float32 // of pixel (1, 2), 21 in the first band
		c     int
	}{
		{Input{Norm: Constant(1000)}, 5, [3]float32{.021, .121, .221}, 3},
		{Input{Norm: Constant(1000)}, 2, [3]float32{.021, .021, .021}, 3},
		{Input{Norm: Constant(1000)}, 1, [3]float32{.021, .021, .021}, 3},
		{Input{Bands: []int{5, 1, 5}, Norm: Constant(1000)}, 5, [3]float32{.421, .021, .421}, 3},
		{Input{Bands: []int{1, 1, 1, 1}, Norm: Constant(1000)}, 2, [3]float32{.021, .021, .021}, 4},
		{Input{Bands: []int{3}, Norm: Constant(1000)}, 4, [3]float32{.221, .221, .221}, 3},
		{Input{Bands: []int{2, 1}, Norm: Norm{Low: []float32{100, 20}, High: []float32{200, 22}}}, 2, [3]float32{.21, .5}, 2},
		{Input{Norm: Norm{Low: []float32{21}, High: []float32{121}}}, 3, [3]float32{0, 1, 1}, 3},
	} {
		s := grid(3, 4, test.bands)
		if _, err := (task{input: test.in}).raster(s); err != nil {
			t.Fatal(err)
		}
		if s.c != test.c || len(s.pix) != 12*s.c {
			t.Fatalf("%+v of %d bands: %d channels and %d numbers, want %d and %d", test.in, test.bands, s.c, len(s.pix), test.c, 12*test.c)
		}
		for i := range min(3, s.c) {
			if got := s.pix[(2*3+1)*s.c+i]; math.Abs(float64(got-test.at[i])) > 1e-6 {
				t.Errorf("%+v of %d bands: channel %d is %g, want %g", test.in, test.bands, i, got, test.at[i])
			}
		}
	}
	in := Input{Bands: []int{1, 4}}
	if _, err := (task{input: in}).raster(grid(1, 1, 3)); err == nil || !strings.Contains(err.Error(), "it has 3 bands and the input reads band 4") {
		t.Errorf("a band too many: %v", err)
	}
}

// TestOwnRange checks what becomes of numbers without a norm: the full range where there is one, else percentiles.
func TestOwnRange(t *testing.T) {
	s := &samples{w: 101, h: 1, c: 1, full: 65535}
	for i := range 101 {
		s.pix = append(s.pix, float32(i))
	}
	f := &samples{w: 101, h: 1, c: 1, pix: append([]float32(nil), s.pix...)}
	if _, err := (task{}).raster(s); err != nil {
		t.Fatal(err)
	}
	if got, want := s.pix[300], float32(100.0/65535); got != want {
		t.Errorf("16 bits: %g, want %g", got, want)
	}
	f.pix[0], f.pix[100] = float32(math.Inf(-1)), float32(math.NaN())
	if _, err := (task{}).raster(f); err != nil {
		t.Fatal(err)
	}
	// What is left is 1 to 99: its percentiles are 1.98 and 98.02.
	for i, want := range map[int]float32{0: 0, 1: 0, 50: 0.5, 99: 1, 74: (74 - 1.98) / (98.02 - 1.98)} {
		if got := f.pix[3*i]; math.Abs(float64(got-want)) > 1e-5 {
			t.Errorf("value %d becomes %g, want %g", i, got, want)
		}
	}
	if v := f.pix[300]; v == v {
		t.Errorf("what has no data becomes %g", v)
	}
	flat := &samples{w: 2, h: 1, c: 1, pix: []float32{7, 7}}
	if _, err := (task{}).raster(flat); err != nil || flat.pix[0] != 0 {
		t.Errorf("one value only becomes %v (%v), want 0", flat.pix, err)
	}
}

// TestSamplesResampleLikeBytes compares both ways of resizing one picture.
func TestSamplesResampleLikeBytes(t *testing.T) {
	m, err := Decode(fixture(t, "resize_source.png"))
	if err != nil {
		t.Fatal(err)
	}
	s := samplesOf(m)
	s.full = 255
	if _, err := (task{}).raster(s); err != nil {
		t.Fatal(err)
	}
	for o := 1; o <= 8; o++ {
		for _, r := range []Resize{{Size: Size{31, 22}}, {Size: Size{30, 31}, Mode: Fit, Fill: []float32{0, .5, 1}}, {Size: Size{200, 200}, Mode: Crop, Filter: Bicubic}} {
			want := raster{rgb: m, orient: o}.resize(r)
			got := raster{num: s, orient: o}.resize(r)
			for i := range want {
				if d := got[i] - want[i]; d > 1e-4 || d < -1e-4 {
					t.Fatalf("orientation %d, %+v: value %d is %g, with bytes %g", o, r, i, got[i], want[i])
				}
			}
		}
	}
}

// TestNoDataDoesNotBleed shrinks and enlarges a picture of one value with holes: what is left is that value, or 0.
func TestNoDataDoesNotBleed(t *testing.T) {
	nan := float32(math.NaN())
	s := &samples{w: 24, h: 16, c: 3}
	for i := range 24 * 16 {
		x, y := i%24, i/24
		if x < 8 || x == 15 && y%2 == 0 {
			s.pix = append(s.pix, nan, nan, nan)
		} else {
			s.pix = append(s.pix, 0.75, 0.5, 0.25)
		}
	}
	for _, f := range []Filter{Bilinear, Bicubic} {
		for _, size := range []Size{{6, 4}, {12, 16}, {48, 33}} {
			got := raster{num: s}.resize(Resize{Size: size, Filter: f})
			holes := 0
			for i := 0; i < len(got); i += 3 {
				if got[i] == 0 && got[i+1] == 0 && got[i+2] == 0 {
					holes++
					continue
				}
				for k, want := range []float32{0.75, 0.5, 0.25} {
					if d := got[i+k] - want; d > 1e-3 || d < -1e-3 {
						t.Fatalf("%s to %v: pixel %d is %v", f, size, i/3, got[i:i+3])
					}
				}
			}
			if share := float64(holes) / float64(size.W*size.H); share < 0.15 || share > 0.4 {
				t.Errorf("%s to %v: %.2f of the picture is without data", f, size, share)
			}
		}
	}
	if p := s.rgb().Pix; p[0] != 0 || p[3] != 255 || p[4*8] != 191 {
		t.Errorf("as bytes it begins with %v and goes on with %v", p[:4], p[32:36])
	}
}

func TestSamplesOf(t *testing.T) {
	grey := image.NewGray(image.Rect(0, 0, 1, 2))
	grey.SetGray(0, 1, color.Gray{Y: 200})
	if s := samplesOf(grey); s.c != 1 || s.full != 255 || s.pix[1] != 200 {
		t.Errorf("grey: %+v", s)
	}
	rgba := image.NewNRGBA(image.Rect(0, 0, 1, 1))
	rgba.SetNRGBA(0, 0, color.NRGBA{R: 1, G: 2, B: 3, A: 4})
	if s := samplesOf(rgba); s.c != 4 || s.full != 255 || s.pix[2] != 3 || s.pix[3] != 4 {
		t.Errorf("8-bit colour with alpha: %+v", s)
	}
}

// TestReaderInput reads one band of 16-bit files, and colour files as if they held up to 510.
func TestReaderInput(t *testing.T) {
	dir := tree(t, map[string][]byte{"photos/a.png": fixture(t, "grey16.png"), "photos/b.jpg": fixture(t, "grey.jpg"), "photos/c.webp": fixture(t, "lossless.webp")})
	ix, _ := scan(t, dir, nil, "../photos")
	r := &Reader{Root: dir + "/p", Index: ix}
	plainBatch := only(t, r)
	r.Input = Input{Norm: Constant(510)}
	half := only(t, r)
	if half.C != 3 || plainBatch.C != 3 {
		t.Fatalf("%d and %d channels", half.C, plainBatch.C)
	}
	each := len(half.Pix) / half.N
	for i, v := range half.Pix[each:] { // the first has 16 bits
		if d := v - plainBatch.Pix[each+i]/2; d > 2e-3 || d < -2e-3 {
			t.Fatalf("value %d is %g, without the norm %g", i, v, plainBatch.Pix[each+i])
		}
	}
	r.Input = Input{Bands: []int{3, 2, 1, 1, 2}}
	var problems []string
	for b, err := range r.Resized(context.Background(), []int{0, 2}, Resize{Size: Size{5, 4}, Mode: Fit, Fill: []float32{.1, .2, .3, .4, .5}}, 2, func(_ int, err error) {
		problems = append(problems, err.Error())
	}) {
		if err != nil {
			t.Fatal(err)
		}
		if b.N != 1 || b.C != 5 || len(b.Pix) != 5*4*5 {
			t.Fatalf("%d pictures, %d channels, %d numbers", b.N, b.C, len(b.Pix))
		}
	}
	if len(problems) != 1 || !strings.Contains(problems[0], "a.png: PNG: it has 1 band and the input reads band 3; correct bands") {
		t.Errorf("problems %q", problems)
	}
	for _, err := range r.Resized(context.Background(), []int{0}, Resize{Size: Size{5, 4}, Fill: []float32{0, 0, 0}}, 1, nil) {
		if err == nil || !strings.Contains(err.Error(), "fill has 3 values and pictures have 5 channels") {
			t.Errorf("a ground of three channels: %v", err)
		}
	}
}

func only(t *testing.T, r *Reader) Batch {
	t.Helper()
	for b, err := range r.Batches(context.Background(), []int{0, 1, 2}, image.Pt(8, 8), 3, nil) {
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	t.Fatal("no batch")
	return Batch{}
}
