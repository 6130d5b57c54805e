package imageset

import (
	"bytes"
	"encoding/json"
	"image"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func fixture(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestDecodeGolden compares every format and odd case with what Pillow makes of it; testdata/fixtures.py says how.
func TestDecodeGolden(t *testing.T) {
	var golden map[string]struct {
		Width, Height, Tolerance int
		Squares                  [][3]int
	}
	if err := json.Unmarshal(fixture(t, "golden.json"), &golden); err != nil {
		t.Fatal(err)
	}
	if len(golden) < 40 {
		t.Fatalf("golden.json describes only %d files", len(golden))
	}
	for name, want := range golden {
		t.Run(name, func(t *testing.T) {
			data := fixture(t, name)
			before := bytes.Clone(data)
			m, err := Decode(data)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(data, before) {
				t.Error("Decode changed its input")
			}
			if m.Rect != image.Rect(0, 0, want.Width, want.Height) {
				t.Fatalf("bounds are %v, want %d x %d at the origin", m.Rect, want.Width, want.Height)
			}
			const cell = 8
			for i, square := range want.Squares {
				x, y := i%(want.Width/cell)*cell+cell/2, i/(want.Width/cell)*cell+cell/2
				c := m.RGBAAt(x, y)
				for k, v := range []uint8{c.R, c.G, c.B} {
					if d := int(v) - square[k]; d > want.Tolerance || -d > want.Tolerance {
						t.Errorf("the square at (%d, %d) is %v, want %v within %d", x, y, c, square, want.Tolerance)
						break
					}
				}
				if c.A != 255 {
					t.Errorf("the pixel at (%d, %d) is not opaque", x, y)
				}
			}
		})
	}
}

func TestDecodeRefuses(t *testing.T) {
	jpg, tif := fixture(t, "rgb.jpg"), fixture(t, "rgb.tif")
	pngBomb := fixture(t, "rgb.png")
	copy(pngBomb[16:24], []byte{0, 0, 0x80, 0, 0, 0, 0x80, 0}) // 32768 x 32768
	crc := pngBomb[29:33]
	copy(crc, pngCRC(pngBomb[12:29]))
	tests := []struct {
		name string
		data []byte
		want string
	}{
		{"empty", nil, "the file is empty"},
		{"text", []byte("once upon a time"), "not an image of a known format: found data of an unknown kind; want JPEG, PNG, GIF, BMP, TIFF or WebP"},
		{"a web page saved as an image", []byte("\n<!DOCTYPE html><html>"), "found HTML or XML text"},
		{"a phone's picture", []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00"), "found a HEIC image"},
		{"a file that was never written", make([]byte, 4096), "found zero bytes"},
		{"Git LFS", []byte("version https://git-lfs.github.com/spec/v1\n"), "run git lfs pull"},
		{"JPEG cut off", jpg[:len(jpg)-60], "JPEG: unexpected EOF"},
		{"JPEG cut off in the header", jpg[:30], "JPEG: unexpected EOF"},
		{"PNG cut off", fixture(t, "rgb.png")[:80], "PNG: unexpected EOF"},
		{"GIF cut off", fixture(t, "palette.gif")[:100], "GIF: reading color table: unexpected EOF"},
		{"BMP cut off", fixture(t, "rgb.bmp")[:100], "BMP: unexpected EOF"},
		{"TIFF cut off", tif[:len(tif)/2], "TIFF: unexpected EOF"},
		{"WebP cut off", fixture(t, "lossy.webp")[:60], "WebP: unexpected EOF"},
		{"damaged PNG", slices.Concat(fixture(t, "rgb.png")[:60], []byte("XXXX"), fixture(t, "rgb.png")[64:]), `PNG: the chunk "IDAT" is damaged: its checksum differs`},
		{"decompression bomb", pngBomb, "PNG: has 32768 x 32768 pixels; the limit is 300 megapixels. Cut it into tiles"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m, err := Decode(tt.data)
			if err == nil {
				t.Fatalf("decoded to %v", m.Rect)
			}
			if !strings.Contains(err.Error(), tt.want) {
				t.Errorf("the error is %q, want it to say %q", err, tt.want)
			}
		})
	}
}

// TestDecodeNeverPanics cuts and damages every fixture: each result is an image or an error.
func TestDecodeNeverPanics(t *testing.T) {
	files, _ := filepath.Glob("testdata/*.*")
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for i := 1; i < 24; i++ {
			cut := data[:len(data)*i/24]
			Decode(cut)
			damaged := bytes.Clone(data)
			damaged[len(data)*i/24] ^= 0xff
			damaged[(len(data)*i/24+7)%min(len(data), 200)] ^= 0x55
			if m, err := Decode(damaged); err == nil && (m.Rect.Empty() || m.Rect.Min != image.Point{}) {
				t.Errorf("%s with byte %d damaged decodes to %v", file, len(data)*i/24, m.Rect)
			}
		}
	}
}

func TestGIFFrameSmallerThanCanvas(t *testing.T) {
	data := fixture(t, "palette.gif")
	data[6], data[8] = 60, 40 // the canvas, little-endian; the frame stays 48 x 32
	m, err := Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	if m.Rect != image.Rect(0, 0, 60, 40) {
		t.Errorf("bounds are %v, want the canvas, 60 x 40", m.Rect)
	}
	if c := m.RGBAAt(55, 35); c.R != 0 || c.A != 255 {
		t.Errorf("outside the frame is %v, want opaque black", c)
	}
	if c := m.RGBAAt(4, 4); c.R < 200 {
		t.Errorf("inside the frame is %v, want the red square", c)
	}
}

func TestOrientationIgnoresNonsense(t *testing.T) {
	good := fixture(t, "exif6.jpg")
	at := bytes.Index(good, []byte("\x12\x01\x03\x00\x01\x00\x00\x00\x06"))
	bigEndian := bytes.Index(good, []byte("\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06"))
	if at < 0 && bigEndian < 0 {
		t.Fatal("the fixture has no orientation field")
	}
	value := at + 8
	if at < 0 {
		value = bigEndian + 9
	}
	if o := orientation(good, formatJPEG); o != 6 {
		t.Fatalf("orientation is %d, want 6", o)
	}
	for _, v := range []byte{0, 9, 200} {
		data := bytes.Clone(good)
		data[value] = v
		if o := orientation(data, formatJPEG); o != 1 {
			t.Errorf("a stored orientation of %d is read as %d, want 1", v, o)
		}
	}
	for n := range len(good) { // cut anywhere: never a panic
		orientation(good[:n], formatJPEG)
		jpegExif(good[:n])
		ifdField(good[n:], orientationTag)
	}
}

// pngCRC is the checksum of a chunk's name and data.
func pngCRC(chunk []byte) []byte {
	var b bytes.Buffer
	crc := ^uint32(0)
	for _, v := range chunk {
		crc ^= uint32(v)
		for range 8 {
			crc = crc>>1 ^ 0xedb88320&-(crc&1)
		}
	}
	crc = ^crc
	b.Write([]byte{byte(crc >> 24), byte(crc >> 16), byte(crc >> 8), byte(crc)})
	return b.Bytes()
}
