package imageset

import (
	"bytes"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// TestResizeModesGolden compares with Pillow; testdata/resize.py says how.
func TestResizeModesGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/mode_*_*x*.png")
	if err != nil || len(files) != 22 {
		t.Fatalf("found %d golden pictures (%v), want 22", len(files), err)
	}
	for _, file := range files {
		var mode, filter string
		var o Resize
		name := strings.TrimSuffix(filepath.Base(file), ".png")
		fmt.Sscanf(strings.ReplaceAll(name, "_", " "), "mode %s %s %dx%d", &mode, &filter, &o.Size.W, &o.Size.H)
		o.Mode, o.Filter, o.Fill = Mode(mode), Filter(filter), []float32{128.0 / 255}
		source := "resize_source.png"
		switch mode {
		case "jpeg":
			o.Mode, source = Stretch, "mode_source.jpg"
		case "enlarge":
			o.Mode, source = Stretch, "mode_small.png"
		}
		if err := o.Check(); err != nil {
			t.Fatal(err)
		}
		p, err := decodeRaster(fixture(t, source), task{})
		if err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		want, err := png.Decode(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		sum := 0.0
		got := p.resize(o)
		for i, v := range got {
			r, g, b, _ := want.At(i/3%o.Size.W, i/3/o.Size.W).RGBA()
			d := float64(v)*255 - float64([]uint32{r, g, b}[i%3])/257
			sum += max(d, -d)
		}
		mean := sum / float64(len(got))
		if mean > 0.6 {
			t.Errorf("%s differs from Pillow by %.3f of 255 on average, want at most 0.6", name, mean)
		}
	}
}

// TestResizeTurns compares shrinking before turning with turning before shrinking.
func TestResizeTurns(t *testing.T) {
	source, err := Decode(fixture(t, "resize_source.png"))
	if err != nil {
		t.Fatal(err)
	}
	for o := 1; o <= 8; o++ {
		for _, r := range []Resize{{Size: Size{31, 22}}, {Size: Size{30, 31}, Mode: Fit}, {Size: Size{21, 33}, Mode: Crop, Filter: Bicubic}} {
			got := raster{rgb: source, orient: o}.resize(r)
			want := raster{rgb: upright(source, o), orient: 1}.resize(r)
			for i := range got {
				if d := got[i] - want[i]; d > 2e-3 || d < -2e-3 {
					t.Fatalf("orientation %d, %+v: value %d is %g, want %g", o, r, i, got[i], want[i])
				}
			}
		}
	}
}

func TestResizeYAML(t *testing.T) {
	for _, o := range []Resize{
		{Size: Size{224, 224}},
		{Size: Size{320, 240}, Mode: Fit, Filter: Bicubic, Fill: []float32{0, 0.5, 1}},
	} {
		text, err := yaml.Marshal(o)
		if err != nil {
			t.Fatal(err)
		}
		var back Resize
		if err := yaml.Unmarshal(text, &back); err != nil || !reflect.DeepEqual(o, back) {
			t.Errorf("%+v becomes\n%s and then %+v (%v)", o, text, back, err)
		}
	}
	var o Resize
	if err := yaml.Unmarshal([]byte("size: [1, 2, 3]"), &o); err == nil || !strings.Contains(err.Error(), "[width, height]") {
		t.Errorf("three sides give %v", err)
	}
}

func TestResizeCheckNamesTheField(t *testing.T) {
	for _, tt := range []struct {
		o    Resize
		want string
	}{
		{Resize{}, "size is 0 x 0"},
		{Resize{Size: Size{1 << 40, 1 << 40}}, "at most 300 megapixels"},
		{Resize{Size: Size{8, 8}, Mode: "pad"}, `mode is "pad"; want stretch, fit or crop`},
		{Resize{Size: Size{8, 8}, Filter: "box"}, `filter is "box"; want bilinear or bicubic`},
		{Resize{Size: Size{8, 8}, Fill: []float32{1, 2}}, "fill[1] is 2; want 0 to 1"},
		{Resize{Size: Size{8, 8}, Fill: []float32{128}}, "fill[0] is 128; want 0 to 1"},
	} {
		if err := tt.o.Check(); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%+v: %v, want %q", tt.o, err, tt.want)
		}
	}
}
