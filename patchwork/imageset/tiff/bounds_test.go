package tiff

import (
	"bytes"
	"image"
	"image/color"
	"runtime"
	"strings"
	"testing"
)

// TestBombs reads small pictures whose chunks unpack to far more, or claim to.
func TestBombs(t *testing.T) {
	b := small
	zeros := make([]byte, 4<<20)
	jpegOfMore := encoded(t, 16, 8, color.White)
	copy(jpegOfMore[bytes.Index(jpegOfMore, []byte{0xff, 0xc0})+5:], "\xff\xf0\xff\xf0")
	tiled := func(c Compression, data []byte) ([]entry, []byte) {
		fields, pixels := packed(c, 10, 10, 10, data)
		return with(fields, b.longs(tagTileWidth, 4096), b.longs(tagTileLength, 4096)), pixels
	}
	for _, tt := range []struct {
		name string
		make func() ([]entry, []byte)
		most uint64 // bytes that may be taken
		want string
	}{
		{"Deflate", func() ([]entry, []byte) { return packed(Deflate, 10, 1, 1, deflated(zeros)) }, 1 << 18, ""},
		{"PackBits", func() ([]entry, []byte) { return packed(PackBits, 10, 1, 1, bytes.Repeat([]byte{0x81, 0}, 1<<20)) }, 1 << 18, ""},
		{"a large tile", func() ([]entry, []byte) { return tiled(Deflate, deflated(zeros)) }, 1 << 18, ""},
		{"a large tile of little", func() ([]entry, []byte) { return tiled(LZW, []byte{0x80, 0}) }, 1 << 18, "holds 0 bytes of 16777216"},
		{"a large JPEG", func() ([]entry, []byte) { return packed(JPEG, 16, 8, 8, jpegOfMore) }, 1 << 18, "has 65520 x 65520 pixels; want 16 x 8"},
		{"a JPEG of a large tile", func() ([]entry, []byte) {
			fields, pixels := tiled(JPEG, jpegOfMore)
			return with(fields, b.shorts(tagSamplesPerPixel, 400)), pixels
		}, 1 << 20, "has 6400 MiB; at most 256 are read at once"},
		{"many bands", func() ([]entry, []byte) {
			fields, pixels := tiled(Deflate, deflated(nil))
			return with(fields, b.shorts(tagSamplesPerPixel, 65535)), pixels
		}, 1 << 26, "has 2559 MiB; at most 1024 are read at once. Cut the picture into tiles"},
	} {
		fields, pixels := tt.make()
		f, err := openBytes(b.file(pixels, fields))
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		m := f.Images[0]
		dst := make([]float32, m.Width*m.Height*m.Bands)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		err = m.Read(image.Rect(0, 0, m.Width, m.Height), dst)
		runtime.ReadMemStats(&after)
		if got := after.TotalAlloc - before.TotalAlloc; got > tt.most {
			t.Errorf("%s: took %d bytes; want at most %d", tt.name, got, tt.most)
		}
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v; want %q", tt.name, err, tt.want)
		}
	}
}
