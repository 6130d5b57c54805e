package jpeg

import (
	"bytes"
	"errors"
	gojpeg "image/jpeg"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// progressives are the JPEGs of testdata/progressive.py.
func progressives(t *testing.T) map[string][]byte {
	t.Helper()
	files, err := filepath.Glob("testdata/progressive_*.jpg")
	if err != nil || len(files) != 9 {
		t.Fatalf("found %d files (%v), want 9", len(files), err)
	}
	list := map[string][]byte{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		list[filepath.Base(file)] = data
	}
	return list
}

// TestProgressive compares with image/jpeg, and the means of pixels with what is decoded at a lower scale.
func TestProgressive(t *testing.T) {
	list := progressives(t)
	for name, data := range list {
		want, err := gojpeg.Decode(bytes.NewReader(list[strings.Replace(name, "_restarts", "", 1)]))
		if err != nil {
			t.Fatal(err)
		}
		got, err := decode(data, Options{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if most, _, err := difference(got, want); err != nil || most > 1 {
			t.Errorf("%s: differs by %d, %v", name, most, err)
		}
		small, err := decode(data, Options{Scale: 8})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		full, eighth := planesOf(want)[0], planesOf(small)[0]
		for y := range 59 / 8 {
			for x := range 83 / 8 {
				sum := 0.0
				for i := range 64 {
					sum += float64(full.pix[(8*y+i/8)*full.stride+8*x+i%8])
				}
				if d := math.Abs(sum/64 - float64(eighth.pix[y*eighth.stride+x])); d > 3 { // what is cut off at 0 and 255 counts
					t.Errorf("%s: block (%d, %d) at 1/8 differs by %.1f from its mean", name, x, y, d)
				}
			}
		}
	}
}

func TestProgressiveTruncated(t *testing.T) {
	for name, data := range progressives(t) {
		for n := 3; n < len(data); n += 97 {
			if _, err := decode(data[:n], Options{}); !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("%s: %d of %d bytes: %v", name, n, len(data), err)
			}
		}
	}
}

func TestProgressiveBroken(t *testing.T) {
	data := progressives(t)["progressive_grey.jpg"]
	scan := bytes.LastIndex(data, []byte("\xff\xda\x00\x08\x01\x01"))
	band := scan + 7
	with := func(first, last, bits byte) []byte {
		broken := bytes.Clone(data)
		copy(broken[band:], []byte{first, last, bits})
		return broken
	}
	first := bytes.Index(data, []byte("\xff\xda"))
	one := data[first : first+10+bytes.Index(data[first+10:], []byte("\xff\xc4"))]
	for _, tt := range []struct {
		name string
		data []byte
		want string
	}{
		{"a band from the constant coefficient on", with(0, 5, 0x10), "bad spectral selection bounds"},
		{"a band that ends before it begins", with(6, 5, 0x10), "bad spectral selection bounds"},
		{"a band beyond the block", with(1, 64, 0x10), "bad spectral selection bounds"},
		{"two bits at once", with(1, 63, 0x20), "bad successive approximation values"},
		{"201 scans", append(bytes.Clone(data[:first]), bytes.Repeat(one, 201)...), "too many scans"},
	} {
		if _, err := decode(tt.data, Options{}); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
	}
}
