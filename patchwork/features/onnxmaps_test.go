package features

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/imageset"
)

// twoTaps is tiny with a pooling of the whole 2×2 map between two convolutions, so that there are maps of two sizes: for images of
// 4×4 pixels conv and map are 4×4×2, pool is 2×2×2 and last 2×2×1, the sum of the two channels of pool.
func twoTaps() onnxParts {
	p := tiny()
	p.inputs = [][]byte{value("pixels", 1, -1, 3, 4, 4)}
	p.outputs = [][]byte{value("flat", 1, -1, 4)}
	p.weights = append(p.weights, weight("w2", []int64{1, 2, 1, 1}, 1, 1))
	p.nodes = append(p.nodes[:2],
		node("MaxPool", []string{"map"}, []string{"pool"}, integers("kernel_shape", 2, 2), integers("strides", 2, 2)),
		node("Conv", []string{"pool", "w2"}, []string{"last"}, integers("kernel_shape", 1, 1)),
		node("Flatten", []string{"last"}, []string{"flat"}, integer("axis", 1)))
	return p
}

func TestTaps(t *testing.T) {
	file := twoTaps().write(t, "net.onnx")
	got, err := Taps(file, plain)
	want := []Tap{{"conv", "Conv", 4, 4, 2}, {"map", "Relu", 4, 4, 2}, {"pool", "MaxPool", 2, 2, 2}, {"last", "Conv", 2, 2, 1}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("taps %v, %v; want %v", got, err, want)
	}
	for _, tt := range []struct {
		taps []string
		says string
	}{
		{[]string{"flat"}, `net.onnx: it has no map "flat"; it has conv, map, pool, last`},
		{[]string{"map", "map"}, `the map "map" is named twice`},
	} {
		if _, err := OpenMaps(file, plain, MapOptions{Taps: tt.taps}); err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%v: got %v, want %q", tt.taps, err, tt.says)
		}
	}
	flat := tiny()
	flat.nodes = [][]byte{node("Flatten", []string{"pixels"}, []string{"logits"}, integer("axis", 1))}
	if _, err := Taps(flat.write(t, "flat.onnx"), plain); err == nil || !strings.Contains(err.Error(), "no feature maps") {
		t.Errorf("a network without convolutions: %v", err)
	}
}

// The maps by hand: image 0 is red in its left upper pixel and blue (0.25) everywhere, image 1 is half blue.
func TestOpenMaps(t *testing.T) {
	file := twoTaps().write(t, "net.onnx")
	e, err := OpenMaps(file, plain, MapOptions{Taps: []string{"last", "map"}})
	if err != nil {
		t.Fatal(err)
	}
	if s := e.Spec(); s.Dim != 4+32 || !s.IsMaps() || !strings.HasPrefix(s.ID, "net-maps-") {
		t.Fatalf("spec %+v", s)
	}
	b := twoByTwo
	b.H, b.W, b.Pix = 4, 4, make([]float32, 2*48)
	b.Pix[0] = 1
	for p := range 16 {
		b.Pix[3*p+2], b.Pix[48+3*p+2] = 0.25, 0.5
	}
	got := extract(t, e, b)
	want := slices.Concat([]float32{1.5, 0.5, 0.5, 0.5, 1, 0.5}, slices.Repeat([]float32{0, 0.5}, 15),
		slices.Repeat([]float32{1}, 4), slices.Repeat([]float32{0, 1}, 16))
	if farthest(got, want) > 1e-6 {
		t.Errorf("got %v, want %v", got, want)
	}
	last, err := OpenMaps(file, plain, MapOptions{})
	if err != nil || len(last.Spec().Taps) != 1 || last.Spec().Taps[0].Name != "last" {
		t.Errorf("without a choice the map is %+v, %v; want the last", last.Spec().Taps, err)
	}
	half, err := OpenMaps(file, plain, MapOptions{Half: true})
	if err != nil || half.Spec().ID == last.Spec().ID {
		t.Errorf("float16 has the same id %s, %v", half.Spec().ID, err)
	}
}

// corners is an extractor of two maps: the mean of the picture in four places, and its three channels in one.
type corners struct {
	means
	half bool
	big  float32
}

func (c *corners) Spec() Spec {
	return Spec{ID: "corners", Name: "corners", Dim: 7, Width: 8, Height: 6, Half: c.half,
		Taps: []Tap{{"a/b", "", 2, 2, 1}, {"rgb", "", 1, 1, 3}}}
}

func (c *corners) Extract(ctx context.Context, b imageset.Batch) ([]float32, error) {
	m := means{fail: c.fail}
	x, err := m.Extract(ctx, b)
	c.calls.Add(m.calls.Load())
	var out []float32
	for i := 0; i < len(x); i += 4 {
		out = append(out, x[i], x[i], x[i], c.big, x[i], x[i+1], x[i+2])
	}
	return out, err
}

func TestRunMaps(t *testing.T) {
	for _, half := range []bool{false, true} {
		a := newAlbum(t, shades(5)...)
		ex := &corners{half: half}
		first := errors.New("stop here")
		ex.fail = func(b imageset.Batch) error {
			if b.Rows[0] >= 3 {
				return first
			}
			return nil
		}
		o := RunOptions{Dir: a.dir(), Batch: 1, Workers: 1}
		if _, _, err := Run(t.Context(), ex, a.reader(), o); !errors.Is(err, first) {
			t.Fatalf("got %v", err)
		}
		ex.fail = nil
		s, report, err := Run(t.Context(), ex, a.reader(), o)
		if err != nil || report.Kept < 1 || report.Kept+report.Computed != 5 {
			t.Fatalf("after a stop: %+v, %v; want some kept and the others computed", report, err)
		}
		plain, _ := a.run(&means{id: "means"}, RunOptions{Raw: true})
		for row := range 5 {
			v := plain.Row(row)
			want := []float32{v[0], v[0], v[0], 0, v[0], v[1], v[2]}
			if got := s.Row(row); farthest(got, want) > 1e-3 || !half && farthest(got, want) > 0 {
				t.Errorf("row %d is %v, want %v", row, got, want)
			}
		}
		info, err := os.Stat(filepath.Join(a.dir(), "corners.0-a-b.npy"))
		width := map[bool]int64{false: 4, true: 2}[half]
		if err != nil || info.Size() != npyHeader+5*4*width {
			t.Errorf("the first map: %v, %v", info, err)
		}
		if want := 2*npyHeader + 5*7*width; s.Spec().DiskSize(5) != want {
			t.Errorf("DiskSize is %d, want %d", s.Spec().DiskSize(5), want)
		}
		if s.Row(99) != nil {
			t.Error("a row outside has maps")
		}
		s.Close()
	}
}

func TestMapsBeyondHalf(t *testing.T) {
	a := newAlbum(t, shades(2)...)
	s, report, err := Run(t.Context(), &corners{half: true, big: 7e4}, a.reader(), RunOptions{Dir: a.dir()})
	if err != nil || len(report.Broken) != 2 || s.Has(0) || !strings.Contains(report.Broken[0].Reason, "too large for float16; extract as float32") {
		t.Errorf("%+v, %v", report, err)
	}
}

// A file of another size, of another run or cut off is refused by name.
func TestDamagedMaps(t *testing.T) {
	a := newAlbum(t, shades(3)...)
	s, _, err := Run(t.Context(), &corners{}, a.reader(), RunOptions{Dir: a.dir()})
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	file := filepath.Join(a.dir(), "corners.1-rgb.npy")
	data, _ := os.ReadFile(file)
	for says, bad := range map[string][]byte{
		"corners.1-rgb.npy has 163 bytes and needs 164":                                          data[:len(data)-1],
		"corners.1-rgb.npy has 1×3×1 float32 per image and the sidecar says 1×1×3 float32":       append(layout{dims: []int{1, 3, 1}}.header(3), data[npyHeader:]...),
		"corners.1-rgb.npy has 1×1×3 float16 per image and the sidecar says 1×1×3 float32":       append(layout{[]int{1, 1, 3}, true}.header(3), data[npyHeader:]...),
		"corners.1-rgb.npy: its header says 3×9223372036854775807×9223372036854775807×2 numbers": append(layout{dims: []int{1<<63 - 1, 1<<63 - 1, 2}}.header(3), data[npyHeader:]...),
	} {
		os.WriteFile(file, bad, 0o644)
		if _, err := Open(a.dir(), "corners"); err == nil || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), "Delete these files") {
			t.Errorf("got %v, want %q", err, says)
		}
	}
	os.Remove(file)
	if _, err := Open(a.dir(), "corners"); err == nil || !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing map: %v", err)
	}
}
