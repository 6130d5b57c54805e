package contrast

import (
	"encoding/json"
	"image"
	"math"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// made is the picture of testdata/golden.py.
func made(w, h, c int) []float32 {
	pix := make([]float32, 0, w*h*c)
	for y := range h {
		for x := range w {
			for k := range c {
				X, Y, K := float64(x), float64(y), float64(k)
				v := 0.25 + 0.3*X/float64(w) + 0.12*math.Sin(0.37*X+K)*math.Cos(0.23*Y-K) + 0.02*float64((x*7+y*13+k*5)%11)/11
				if X < float64(w)/3 && Y < float64(h)/3 {
					v *= 0.3
				}
				pix = append(pix, float32(math.RoundToEven(v*65535)/65535))
			}
		}
	}
	return pix
}

func TestLikeScikitImage(t *testing.T) {
	data, err := os.ReadFile("testdata/golden.json")
	if err != nil {
		t.Fatal(err)
	}
	var golden struct {
		Cases []struct {
			Width, Height, Channels, Step int
			Stretch, Clahe                []int
		}
	}
	if err := json.Unmarshal(data, &golden); err != nil {
		t.Fatal(err)
	}
	for _, g := range golden.Cases {
		for name, want := range map[string][]int{"stretch": g.Stretch, "clahe": g.Clahe} {
			pix := made(g.Width, g.Height, g.Channels)
			if err := (Look{Contrast: name}).Apply(pix, g.Width, g.Height, g.Channels); err != nil {
				t.Fatal(err)
			}
			worst, sum := 0.0, 0.0
			for i, v := range want {
				off := math.Abs(float64(pix[i*g.Step]) - float64(v)/9999)
				worst, sum = max(worst, off), sum+off
			}
			most := map[string]float64{"stretch": 2e-4, "clahe": 1e-3}[name]
			t.Logf("%s of %d × %d × %d: off by %.5f at most, %.5f on average", name, g.Width, g.Height, g.Channels, worst, sum/float64(len(want)))
			if worst > most || len(want) == 0 {
				t.Errorf("%s of %d × %d × %d is off by %.5f; want at most %v", name, g.Width, g.Height, g.Channels, worst, most)
			}
		}
	}
}

func TestNoDataIsLeftOut(t *testing.T) {
	nan := float32(math.NaN())
	for _, name := range Contrasts {
		pix := made(40, 32, 1)
		plain := slices.Clone(pix)
		if err := (Look{Contrast: name}).Apply(plain, 40, 32, 1); err != nil {
			t.Fatal(err)
		}
		pix[100] = nan
		if err := (Look{Contrast: name}).Apply(pix, 40, 32, 1); err != nil {
			t.Fatal(err)
		}
		for i, v := range pix {
			if i == 100 && v != 0 || !(v >= 0 && v <= 1) || math.Abs(float64(v-plain[i])) > 0.1 && i != 100 {
				t.Fatalf("%s: pixel %d is %v; it was %v before one pixel had no data", name, i, v, plain[i])
			}
		}
		empty := []float32{nan, nan, nan, nan}
		if err := (Look{Contrast: name}).Apply(empty, 2, 2, 1); err != nil || !slices.Equal(empty, make([]float32, 4)) {
			t.Errorf("%s of no data at all: %v, %v; want zeros", name, empty, err)
		}
		flat := slices.Repeat([]float32{0.4}, 3*9)
		if err := (Look{Contrast: name}).Apply(flat, 3, 3, 3); err != nil || flat[13] != 0.4 {
			t.Errorf("%s of one grey: %v, %v; want it as it was", name, flat[13], err)
		}
	}
}

func TestCLAHEKeepsHue(t *testing.T) {
	pix := []float32{0.2, 0.1, 0.05, 0.8, 0.4, 0.2, 0, 0, 0, 0.4, 0.2, 0.1}
	if err := CLAHE(pix, 2, 2, 3, CLAHEOptions{}); err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(pix); i += 3 {
		if v := pix[i]; math.Abs(float64(pix[i+1]-v/2)) > 1e-6 && v != pix[i+1] {
			t.Errorf("pixel %d is %v; want the channels in proportion", i/3, pix[i:i+3])
		}
	}
}

func TestWhatIsNoPicture(t *testing.T) {
	pix := make([]float32, 12)
	for _, c := range []struct {
		err  error
		want string
	}{
		{Stretch(pix, 2, 3, 2, StretchOptions{}), "2 channels; want 1 or 3"},
		{Stretch(pix, 2, 2, 1, StretchOptions{}), "no picture of 2 × 2"},
		{CLAHE(pix, 0, 0, 1, CLAHEOptions{}), "no picture of 0 × 0"},
		{CLAHE(pix, math.MaxInt, math.MaxInt, 1, CLAHEOptions{}), "no picture"},
		{CLAHE(pix, 2, 2, 3, CLAHEOptions{Clip: 2}), "Clip 2"},
		{CLAHE(pix, 2, 2, 3, CLAHEOptions{Clip: math.NaN()}), "Clip NaN"},
		{CLAHE(pix, 2, 2, 3, CLAHEOptions{Regions: -1}), "Regions -1"},
		{Stretch(pix, 2, 2, 3, StretchOptions{Low: 50, High: 50}), "Low < High"},
	} {
		if c.err == nil || !strings.Contains(c.err.Error(), c.want) {
			t.Errorf("error %v; want %q", c.err, c.want)
		}
	}
	if _, err := Picture(pix, 5, 5, 3); err == nil {
		t.Error("Picture of a wrong size: no error")
	}
}

func TestPicture(t *testing.T) {
	got, err := Picture([]float32{0, 0.5, 2, float32(math.NaN()), -1, 1}, 2, 1, 3)
	if err != nil || !reflect.DeepEqual(got.(*image.RGBA).Pix, []uint8{0, 128, 255, 255, 0, 0, 255, 255}) {
		t.Errorf("picture %v, %v", got, err)
	}
	grey, err := Picture([]float32{1, 0.2}, 1, 2, 1)
	if err != nil || !reflect.DeepEqual(grey.(*image.Gray).Pix, []uint8{255, 51}) {
		t.Errorf("grey picture %v, %v", grey, err)
	}
}

func TestParseLook(t *testing.T) {
	for _, c := range []struct {
		contrast, bands string
		want            Look
		name, wrong     string
	}{
		{"", "", Look{}, "", ""},
		{"none", "4,3,2", Look{Bands: []int{4, 3, 2}}, "-4,3,2", ""},
		{"clahe", "8", Look{Contrast: "clahe", Bands: []int{8}}, "clahe-8", ""},
		{"stretch", "", Look{Contrast: "stretch"}, "stretch-", ""},
		{"CLAHE", "", Look{}, "", "want none, stretch or clahe"},
		{"", "1,2", Look{}, "", "one or three"},
		{"", "1,2,3,4", Look{}, "", "one or three"},
		{"", "0", Look{}, "", "from 1 to"},
		{"", "+1", Look{}, "", "from 1 to"},
		{"", "99999", Look{}, "", "from 1 to"},
	} {
		got, err := ParseLook(c.contrast, c.bands)
		if c.wrong == "" && (err != nil || !reflect.DeepEqual(got, c.want) || got.String() != c.name) {
			t.Errorf("ParseLook(%q, %q) is %+v %q, %v", c.contrast, c.bands, got, got, err)
		}
		if c.wrong != "" && (err == nil || !strings.Contains(err.Error(), c.wrong)) {
			t.Errorf("ParseLook(%q, %q): error %v; want %q", c.contrast, c.bands, err, c.wrong)
		}
	}
}

func FuzzParseLook(f *testing.F) {
	f.Add("clahe", "3,2,1")
	f.Add("", "1")
	f.Fuzz(func(t *testing.T, contrast, bands string) {
		l, err := ParseLook(contrast, bands)
		if err != nil {
			return
		}
		name, numbers, _ := strings.Cut(l.String(), "-")
		if again, err := ParseLook(name, numbers); err != nil || again.String() != l.String() {
			t.Errorf("%q and %q give %v, which reads back as %v, %v", contrast, bands, l, again, err)
		}
	})
}

func BenchmarkCLAHE(b *testing.B) {
	pix := made(1024, 1024, 3)
	work := make([]float32, len(pix))
	for b.Loop() {
		copy(work, pix)
		if err := CLAHE(work, 1024, 1024, 3, CLAHEOptions{}); err != nil {
			b.Fatal(err)
		}
	}
}
