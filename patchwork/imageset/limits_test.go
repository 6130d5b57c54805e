package imageset

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"
)

// TestScanListsAllBroken scans 10,000 files of which every twentieth is broken in one of several ways.
func TestScanListsAllBroken(t *testing.T) {
	var small, photo bytes.Buffer
	m := image.NewRGBA(image.Rect(0, 0, 3, 2))
	if err := png.Encode(&small, m); err != nil {
		t.Fatal(err)
	}
	if err := jpeg.Encode(&photo, m, nil); err != nil {
		t.Fatal(err)
	}
	huge := bytes.Clone(small.Bytes()) // 65,539 x 65,538 pixels
	huge[17], huge[21] = 1, 1
	copy(huge[29:33], pngCRC(huge[12:29]))
	kinds := []struct {
		data    []byte
		problem string
	}{
		{nil, "the file is empty"},
		{small.Bytes()[:40], "PNG: unexpected EOF"},
		{photo.Bytes()[:photo.Len()/2], "JPEG: unexpected EOF"},
		{[]byte("<html>"), "found HTML or XML text"},
		{huge, "the limit is 300 megapixels"},
	}
	const n, every = 10_000, 20
	files := map[string][]byte{}
	name := func(i int) string { return fmt.Sprintf("photos/%02d/%05d.png", i%100, i) }
	for i := range n {
		files[name(i)] = small.Bytes()
		if i%every == 0 {
			files[name(i)] = kinds[i/every%len(kinds)].data
		}
	}
	dir := tree(t, files)
	ix, report, err := Scan(context.Background(), ScanOptions{Root: filepath.Join(dir, "p"), Sources: []Source{{"../photos"}}})
	if err != nil {
		t.Fatal(err)
	}
	if report.Added != n || report.Broken != n/every || len(ix.Problems()) != n/every {
		t.Fatalf("the report is %+v with %d problems, want %d added and %d broken", report, len(ix.Problems()), n, n/every)
	}
	for i := 0; i < n; i += every {
		row, ok := ix.Row("../" + name(i))
		if want := kinds[i/every%len(kinds)].problem; !ok || !strings.Contains(ix.At(row).Problem, want) {
			t.Fatalf("%s has the problem %q, want %q", name(i), ix.At(row).Problem, want)
		}
	}
}

func TestLimits(t *testing.T) {
	dir := tree(t, map[string][]byte{"photos/a.png": fixture(t, "resize_source.png"), "photos/b.jpg": fixture(t, "rgb.jpg")})
	o := options(dir, nil, "../photos")
	for _, tt := range []struct {
		limits Limits
		want   string
	}{
		{Limits{Pixels: 10_000}, "PNG: has 120 x 90 pixels; max_pixels in the settings is 10000"},
		{Limits{Bytes: 10_000}, "bytes; max_bytes in the settings is 10000"},
	} {
		o.Limits = tt.limits
		ix, report, err := Scan(context.Background(), o)
		if err != nil || report.Broken != 1 || !strings.Contains(ix.At(0).Problem, tt.want) {
			t.Errorf("%+v: %v, %+v, problem %q, want %q", tt.limits, err, report, ix.At(0).Problem, tt.want)
		}
	}
	o.Limits = Limits{Pixels: 10_000}
	small, _, err := Scan(context.Background(), o)
	if err != nil || small.Usable(0) {
		t.Fatal(err, small.At(0))
	}
	o.Limits, o.Old = Limits{}, small
	ix, report, err := Scan(context.Background(), o)
	if err != nil || !ix.Usable(0) || report.Changed != 1 {
		t.Fatalf("with the limit gone: %v, %+v, problem %q", err, report, ix.At(0).Problem)
	}
	r := &Reader{Root: o.Root, Index: ix, Limits: Limits{Pixels: 10_000}}
	if _, err := r.Image(0); err == nil || !strings.Contains(err.Error(), "a.png: PNG: has 120 x 90") {
		t.Errorf("reading beyond the limit gives %v", err)
	}
	if _, err := r.Image(1); err != nil {
		t.Errorf("reading within the limit: %v", err)
	}
}

// TestTimeLimit gives each decoder a nanosecond.
func TestTimeLimit(t *testing.T) {
	for _, name := range []string{"rgb.jpg", "progressive.jpg", "rgb.png", "palette.gif", "rgb.bmp", "lzw.tif", "lossy.webp", "lossless.webp"} {
		if _, err := decodeRaster(fixture(t, name), task{limits: Limits{Time: 1}}); err == nil || !strings.Contains(err.Error(), "took longer than 1ns") {
			t.Errorf("%s: %v, want that it took too long", name, err)
		}
		if _, err := decodeRaster(fixture(t, name), task{limits: Limits{Time: time.Hour}}); err != nil {
			t.Errorf("%s within an hour: %v", name, err)
		}
	}
}

func TestLimitsCheckAndYAML(t *testing.T) {
	var l Limits
	if err := yaml.Unmarshal([]byte("max_pixels: 5000\nmax_bytes: 70\nmax_time: 30s"), &l); err != nil || l != (Limits{5000, 70, 30 * time.Second}) {
		t.Errorf("read %+v, %v", l, err)
	}
	err := Limits{Pixels: maxPixels + 1, Bytes: -1, Time: -1}.Check()
	for _, want := range []string{"max_pixels is 300000001", "max_bytes is -1", "max_time is -1ns"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error is %v, want %q", err, want)
		}
	}
}
