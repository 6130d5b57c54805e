package tiff

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"strings"
	"testing"
)

// encoded is a picture of one colour as JPEG of Y, Cb and Cr, with its start, after which a test may put markers.
func encoded(t *testing.T, w, h int, c color.Color) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for i := range w * h {
		m.Set(i%w, i/w, c)
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, m, &jpeg.Options{Quality: 100}); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestJPEGColours reads one JPEG as what the file says its bands are, whatever marker the JPEG itself has.
func TestJPEGColours(t *testing.T) {
	c := color.RGBA{200, 100, 50, 255}
	y, cb, cr := color.RGBToYCbCr(c.R, c.G, c.B)
	plain := encoded(t, 16, 8, c)
	jfif := append([]byte("\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"), plain[2:]...)
	adobe := append([]byte("\xff\xd8\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00\x01"), plain[2:]...)
	b := small
	for _, tt := range []struct {
		name string
		data []byte
		as   Photometric
		want [3]uint8
	}{
		{"YCbCr", plain, YCbCr, [3]uint8{c.R, c.G, c.B}}, {"YCbCr, JFIF", jfif, YCbCr, [3]uint8{c.R, c.G, c.B}},
		{"RGB", plain, RGB, [3]uint8{y, cb, cr}}, {"RGB, JFIF", jfif, RGB, [3]uint8{y, cb, cr}},
		{"RGB, though Adobe says YCbCr", adobe, RGB, [3]uint8{y, cb, cr}},
	} {
		fields, pixels := packed(JPEG, 16, 8, 8, tt.data)
		f, err := openBytes(b.file(pixels, with(fields, b.shorts(tagPhotometric, uint16(tt.as)), b.shorts(tagSamplesPerPixel, 3),
			b.shorts(tagBitsPerSample, 8, 8, 8))))
		if err != nil {
			t.Fatal(err)
		}
		m, err := f.Images[0].RGBA()
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		got := m.RGBAAt(9, 5)
		for i, v := range []uint8{got.R, got.G, got.B} {
			if d := int(v) - int(tt.want[i]); d > 2 || d < -2 {
				t.Errorf("%s: the colour is %v; want about %v", tt.name, got, tt.want)
				break
			}
		}
	}
}

func TestJPEGRefuses(t *testing.T) {
	b := small
	data := encoded(t, 16, 8, color.White)
	broken := bytes.Clone(data)
	broken[bytes.Index(broken, []byte{0xff, 0xc0})+1] = 0xc3 // lossless
	for _, tt := range []struct {
		name  string
		data  []byte
		bands int
		as    Photometric
		want  string
	}{
		{"cut off", data[:len(data)-20], 3, YCbCr, "strip 1 of 1: its JPEG is"},
		{"tables alone", data[:100], 3, YCbCr, "strip 1 of 1: its JPEG is cut off: unexpected EOF"},
		{"another kind", broken, 3, YCbCr, "strip 1 of 1: its JPEG is not read: "},
		{"bands that differ", data, 1, MinIsBlack, "strip 1 of 1: its JPEG has 3 bands; want 1"},
		{"YCbCr and alpha", data, 4, YCbCr, "its JPEG has YCbCr colours and 4 bands, which is not read"},
		{"nothing", []byte{0xff}, 3, YCbCr, "strip 1 of 1: holds 1 bytes of 4"},
	} {
		fields, pixels := packed(JPEG, 16, 8, 8, tt.data)
		f, err := openBytes(b.file(pixels, with(fields, b.shorts(tagPhotometric, uint16(tt.as)), b.shorts(tagSamplesPerPixel, uint16(tt.bands)))))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Images[0].RGBA(); err == nil || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("%s: got %v; want an error that begins %q", tt.name, err, tt.want)
		}
	}
}
