package tiff

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"image"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
)

// deflated is data as zlib packs it.
func deflated(data []byte) []byte {
	var out bytes.Buffer
	z := zlib.NewWriter(&out)
	z.Write(data)
	z.Close()
	return out.Bytes()
}

// packed returns the fields of a grey picture whose strips of rows lines are these, and their bytes.
func packed(c Compression, w, h, rows uint32, strips ...[]byte) ([]entry, []byte) {
	var at, sizes []uint32
	var pixels []byte
	for _, s := range strips {
		at, sizes = append(at, uint32(16+len(pixels))), append(sizes, uint32(len(s)))
		pixels = append(pixels, s...)
	}
	b := small
	return b.grey(w, h, b.shorts(tagCompression, uint16(c)), b.longs(tagRowsPerStrip, rows), b.longs(tagStripOffsets, at...),
		b.longs(tagStripByteCounts, sizes...)), pixels
}

func TestReadRefuses(t *testing.T) {
	b := small
	line := []byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}
	broken := deflated(line)
	broken[len(broken)-1]++
	jpegTile := fixture(t, "jpeg_grey.tif")
	for _, tt := range []struct {
		name string
		make func() ([]entry, []byte)
		want string
	}{
		{"short", func() ([]entry, []byte) {
			f, p := packed(None, 10, 3, 1, line, line[:4], line)
			return f, p
		}, "strip 2 of 3: holds 4 bytes of 10"},
		{"short Deflate", func() ([]entry, []byte) {
			return packed(Deflate, 10, 3, 2, deflated(append(line, line...)), deflated(line[:7]))
		},
			"strip 2 of 2: holds 7 bytes of 10"},
		{"short LZW", func() ([]entry, []byte) { return packed(LZW, 10, 1, 1, []byte{0x80, 0x01, 0x00}) }, "strip 1 of 1: holds 1 bytes of 10"},
		{"short PackBits", func() ([]entry, []byte) { return packed(PackBits, 10, 1, 1, []byte{0xfe, 7, 0x80, 1, 2}) },
			"strip 1 of 1: holds 4 bytes of 10"},
		{"broken Deflate", func() ([]entry, []byte) { return packed(Deflate, 10, 1, 1, []byte("nothing of the kind")) },
			"strip 1 of 1: its Deflate data is broken after 0 bytes: it does not begin as a zlib stream does"},
		{"a wrong checksum", func() ([]entry, []byte) { return packed(Deflate, 10, 1, 1, broken) },
			"strip 1 of 1: its Deflate data is broken after 10 bytes: its checksum differs"},
		{"broken LZW", func() ([]entry, []byte) { return packed(LZW, 10, 1, 1, []byte{0x80, 0x7f, 0xff, 0xff}) },
			"strip 1 of 1: its LZW data is broken"},
		{"broken fax", func() ([]entry, []byte) {
			f, p := packed(CCITTFax4, 10, 1, 1, []byte{0, 0, 0, 0})
			return with(f, b.shorts(tagBitsPerSample, 1)), p
		}, "strip 1 of 1: its fax data is broken: invalid code"},
		{"a fax of grey", func() ([]entry, []byte) { return packed(CCITTFax4, 10, 1, 1, line) }, "its fax has 1 bands of 8 bits; want 1 of 1"},
		{"beyond the end", func() ([]entry, []byte) {
			f, p := packed(None, 10, 1, 1, line)
			return with(f, b.longs(tagStripOffsets, 1<<20)), p
		}, "strip 1 of 1: reaches from byte 1048576 beyond the end of the file at 128: unexpected EOF"},
		{"a size without a place", func() ([]entry, []byte) {
			f, p := packed(None, 10, 1, 1, line)
			return with(f, b.longs(tagStripOffsets, 0)), p
		}, "strip 1 of 1: has 10 bytes and no place"},
		{"a tile of several", func() ([]entry, []byte) {
			f, p := packed(None, 20, 1, 1, line)
			f = without(f, tagStripOffsets, tagStripByteCounts, tagRowsPerStrip)
			return with(f, b.longs(tagTileWidth, 10), b.longs(tagTileLength, 1), b.longs(tagTileOffsets, 16, 16),
				b.longs(tagTileByteCounts, 10, 9)), p
		}, "tile 2 of 2: holds 9 bytes of 10"},
		{"another compression", func() ([]entry, []byte) { return packed(50000, 10, 1, 1, line) },
			"the compression is ZSTD, which is not read; convert the file with gdal_translate -co COMPRESS=DEFLATE"},
		{"an unknown compression", func() ([]entry, []byte) { return packed(777, 10, 1, 1, line) },
			"the compression is number 777, which is not read; convert the file with gdal_translate -co COMPRESS=DEFLATE"},
		{"a predictor of bits", func() ([]entry, []byte) {
			f, p := packed(Deflate, 10, 1, 1, line)
			return with(f, b.shorts(tagBitsPerSample, 4), b.shorts(tagPredictor, 2)), p
		}, "has predictor 2 for 4-bit unsigned values, which is not read; convert the file with gdal_translate -co PREDICTOR=1"},
		{"a predictor of floats for integers", func() ([]entry, []byte) {
			f, p := packed(LZW, 10, 1, 1, line)
			return with(f, b.shorts(tagPredictor, 3)), p
		}, "has predictor 3 for 8-bit unsigned values, which is not read; convert the file with gdal_translate -co PREDICTOR=1"},
		{"complex numbers", func() ([]entry, []byte) {
			f, p := packed(None, 1, 1, 1, line)
			return with(f, b.shorts(tagBitsPerSample, 64), b.shorts(tagSampleFormat, 6)), p
		}, "its values are 64-bit complex, which is not read; convert them with gdal_translate -ot Float32"},
		{"24 bits", func() ([]entry, []byte) {
			f, p := packed(None, 1, 1, 1, line)
			return with(f, b.shorts(tagBitsPerSample, 24)), p
		}, "its values are 24-bit unsigned, which is not read; convert them with gdal_translate -ot Float32"},
		{"no JPEG", func() ([]entry, []byte) { return packed(JPEG, 10, 1, 1, line) }, "strip 1 of 1: its JPEG begins with 01 02; want ff d8"},
		{"a JPEG cut off", func() ([]entry, []byte) { return packed(JPEG, 10, 1, 1, []byte{0xff, 0xd8, 0xff, 0xdb, 0, 67}) },
			"strip 1 of 1: its JPEG is cut off: unexpected EOF"},
		{"a JPEG of 12 bits", func() ([]entry, []byte) {
			f, p := packed(JPEG, 5, 1, 1, line)
			return with(f, b.shorts(tagBitsPerSample, 12)), p
		}, "its JPEG has 12-bit unsigned values; only 8 bits are read"},
		{"a JPEG of another size", func() ([]entry, []byte) {
			at := bytes.Index(jpegTile, []byte{0xff, 0xd8, 0xff, 0xc0})
			return packed(JPEG, 20, 1, 1, jpegTile[max(at, 0):])
		}, "strip 1 of 1: its JPEG has 16 x 16 pixels; want 20 x 1"},
	} {
		fields, pixels := tt.make()
		f, err := openBytes(b.file(pixels, fields))
		if err != nil {
			t.Errorf("%s: Open: %v", tt.name, err)
			continue
		}
		m := f.Images[0]
		err = m.Read(image.Rect(0, 0, m.Width, m.Height), make([]float32, m.Width*m.Height*m.Bands))
		if err == nil || err.Error() != tt.want {
			t.Errorf("%s: got %v; want %q", tt.name, err, tt.want)
		}
		if m.IsPicture() {
			if _, err := m.RGBA(); err == nil || err.Error() != tt.want {
				t.Errorf("%s: RGBA gives %v; want %q", tt.name, err, tt.want)
			}
		}
	}
}

// TestRefusedFiles opens what other programs wrote in ways that are not read: the size is known, the error says what to do.
func TestRefusedFiles(t *testing.T) {
	for name, want := range map[string]string{
		"refused_zstd.tif": "ZSTD", "refused_webp.tif": "WebP", "refused_lzma.tif": "LZMA",
		"refused_fax2d.tif": "two-dimensional group 3",
	} {
		m := open(t, name).Images[0]
		_, err := m.RGBA()
		if m.Width != 37 || m.Height != 29 || err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "gdal_translate") {
			t.Errorf("%s: %d x %d, %v; want an error that names %s", name, m.Width, m.Height, err, want)
		}
	}
}

func TestWindows(t *testing.T) {
	m := open(t, "u8_none.tif").Images[0]
	for _, r := range []image.Rectangle{{}, image.Rect(0, 0, 38, 29), image.Rect(-1, 0, 3, 3), image.Rect(5, 5, 5, 9)} {
		if err := m.Read(r, make([]float32, max(0, r.Dx()*r.Dy()*3))); err == nil || !strings.Contains(err.Error(), "is not in the picture of 37 x 29") {
			t.Errorf("the window %v: %v", r, err)
		}
	}
	err := m.Read(image.Rect(0, 0, 2, 2), make([]float32, 11))
	if want := "the room for the window has 11 values; want 2 x 2 x 3"; err == nil || err.Error() != want {
		t.Errorf("too little room: %v; want %q", err, want)
	}
	_, err = open(t, "f32_none.tif").Images[0].RGBA()
	if want := "is not a picture (1 bands of 32-bit float values, photometric min is black); choose bands and scale their numbers"; err == nil || err.Error() != want {
		t.Errorf("a picture of floats: %v; want %q", err, want)
	}
}

// TestReadBands compares chosen bands with all of them, for each way to store them.
func TestReadBands(t *testing.T) {
	rect := image.Rect(9, 6, 31, 27)
	n := rect.Dx() * rect.Dy()
	for _, name := range []string{"u16_bands.tif", "f32_planes.tif", "u8_planes.tif", "palette.tif", "cmyk.tif", "ycbcr_22.tif", "jpeg_rgb.tif"} {
		m := open(t, name).Images[0]
		all := make([]float32, n*m.Bands)
		if err := m.Read(rect, all); err != nil {
			t.Fatal(err)
		}
		for _, bands := range [][]int{{2}, {2, 0, 2}, {1, 2}, {0, 1, 2}, {m.Bands - 1, m.Bands - 2}, {}} {
			got := make([]float32, n*len(bands))
			if err := m.ReadBands(rect, bands, got); err != nil {
				t.Errorf("%s: bands %v: %v", name, bands, err)
			}
			for i, v := range got {
				if want := all[i/len(bands)*m.Bands+bands[i%len(bands)]]; v != want {
					t.Errorf("%s: bands %v: value %d is %v; want %v", name, bands, i, v, want)
					break
				}
			}
		}
		for _, b := range []int{-1, m.Bands} {
			if err := m.ReadBands(rect, []int{b}, make([]float32, n)); err == nil || !strings.Contains(err.Error(), "numbered from 0") {
				t.Errorf("%s: band %d: %v", name, b, err)
			}
		}
	}
}

// TestReadsWhatIsTouched counts the bytes that a window reads from the file.
func TestReadsWhatIsTouched(t *testing.T) {
	for name, most := range map[string]int{
		"u8_none.tif":       3 * 37, // one line of an uncompressed strip
		"u8_none_tiles.tif": 3 * 16, // one line of one tile
		"u8_planes.tif":     3 * 37, // a line of each plane
		"u16_bands.tif":     1536,   // one tile of several, packed
	} {
		data := fixture(t, name)
		r := &failingReader{bytes.NewReader(data), math.MaxInt, 0}
		f, err := Open(r, int64(len(data)))
		if err != nil {
			t.Fatal(err)
		}
		m := f.Images[0]
		r.bytes = 0
		if err := m.Read(image.Rect(3, 5, 4, 6), make([]float32, m.Bands)); err != nil {
			t.Fatal(err)
		}
		if r.bytes > most {
			t.Errorf("%s: one pixel took %d bytes; want at most %d", name, r.bytes, most)
		}
	}
}

// TestTogether reads one picture in several goroutines, for the race detector.
func TestTogether(t *testing.T) {
	for _, name := range []string{"u8_lzw_2.tif", "jpeg_ycbcr_tiles.tif", "f32_3.tif", "palette.tif"} {
		m := open(t, name).Images[0]
		rect := image.Rect(0, 0, m.Width, m.Height)
		want := make([]float32, m.Width*m.Height*m.Bands)
		if err := m.Read(rect, want); err != nil {
			t.Fatal(err)
		}
		var wait sync.WaitGroup
		for range 4 {
			wait.Go(func() {
				got := make([]float32, len(want))
				if err := m.Read(rect, got); err != nil || !slices.Equal(got, want) {
					t.Errorf("%s: read together with others: %v, other values", name, err)
				}
			})
		}
		wait.Wait()
	}
}

// TestMissingFields reads files that leave out what has a default.
func TestMissingFields(t *testing.T) {
	b := small
	read := func(fields []entry, pixels []byte) []float32 {
		t.Helper()
		f, err := openBytes(b.file(pixels, fields))
		if err != nil {
			t.Fatal(err)
		}
		m := f.Images[0]
		dst := make([]float32, m.Width*m.Height*m.Bands)
		if err := m.Read(image.Rect(0, 0, m.Width, m.Height), dst); err != nil {
			t.Fatal(err)
		}
		return dst
	}
	if got := read(without(b.grey(2, 2), tagStripByteCounts, tagPhotometric, tagCompression), []byte{5, 6, 7, 8}); !equal(got, 5, 6, 7, 8) {
		t.Errorf("without sizes: %v", got)
	}
	fields, pixels := packed(Deflate, 2, 2, 2, deflated([]byte{5, 6, 7, 8}))
	if got := read(without(fields, tagStripByteCounts), pixels); !equal(got, 5, 6, 7, 8) {
		t.Errorf("Deflate without sizes: %v", got)
	}
	if got := read(without(b.grey(3, 1), tagBitsPerSample), []byte{0xa0}); !equal(got, 255, 0, 255) {
		t.Errorf("without bits: %v", got)
	}
	if got := read(b.grey(2, 2, b.longs(tagRowsPerStrip, 0)), []byte{5, 6, 7, 8}); !equal(got, 5, 6, 7, 8) {
		t.Errorf("with 0 lines a strip: %v", got)
	}
	if got := read(b.grey(2, 1, b.text(tagGDALNoData, " 6 ")), []byte{5, 6}); !equal(got, 5, nan) {
		t.Errorf("with no-data: %v", got)
	}
	colours := make([]uint16, 3*2)
	colours[1], colours[3], colours[5] = 255, 100, 200 // not scaled to 16 bits
	palette := b.grey(3, 1, b.shorts(tagPhotometric, 3), b.shorts(tagBitsPerSample, 1), b.shorts(tagColorMap, colours...), b.text(tagGDALNoData, "0"))
	if got := read(palette, []byte{0xa0}); !equal(got, 255, 100, 200, nan, nan, nan, 255, 100, 200) {
		t.Errorf("a palette of bytes with no-data: %v", got)
	}
}

// TestSparsePictures shows what a sparse file leaves out.
func TestSparsePictures(t *testing.T) {
	b := small
	missing := []entry{b.longs(tagStripOffsets, 0), b.longs(tagStripByteCounts, 0)}
	for _, tt := range []struct {
		name string
		more []entry
		want uint8
	}{
		{"nothing said", nil, 0},
		{"no-data of 9", []entry{b.text(tagGDALNoData, "9")}, 9},
		{"no-data that does not fit", []entry{b.text(tagGDALNoData, "-9999")}, 0},
		{"no-data of NaN", []entry{b.text(tagGDALNoData, "nan")}, 0},
		{"16 bits", []entry{b.text(tagGDALNoData, "25700"), b.shorts(tagBitsPerSample, 16)}, 100},
		{"4 bits", []entry{b.text(tagGDALNoData, "7"), b.shorts(tagBitsPerSample, 4)}, 0},
		{"min is white", []entry{b.shorts(tagPhotometric, 0)}, 255},
		{"Deflate", []entry{b.shorts(tagCompression, 8)}, 0},
	} {
		f, err := openBytes(b.file(nil, b.grey(3, 2, append(missing, tt.more...)...)))
		if err != nil {
			t.Fatal(err)
		}
		m, err := f.Images[0].RGBA()
		if err != nil || m.Pix[20] != tt.want || m.Pix[23] != 255 {
			t.Errorf("%s: got %v, %v; want grey of %d", tt.name, m, err, tt.want)
		}
	}
}

func equal(got []float32, want ...float32) bool {
	if len(got) != len(want) {
		return false
	}
	for i := range got {
		if !same(got[i], want[i]) {
			return false
		}
	}
	return true
}

// TestHalf compares halves with values of the standard.
func TestHalf(t *testing.T) {
	for bits, want := range map[uint16]float64{0: 0, 1: math.Ldexp(1, -24), 0x03ff: math.Ldexp(1023, -24), 0x0400: math.Ldexp(1, -14),
		0x3c00: 1, 0xc000: -2, 0x7bff: 65504, 0x7c00: math.Inf(1), 0xfc00: math.Inf(-1)} {
		if got := half(bits); got != want {
			t.Errorf("half %#x is %v; want %v", bits, got, want)
		}
	}
	if !math.IsNaN(half(0x7e00)) {
		t.Error("half 0x7e00 is a number")
	}
}

// TestWideNoData holds numbers beyond 24 bits apart from no-data that is the same when rounded.
func TestWideNoData(t *testing.T) {
	b := small
	pixels := binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(nil, 1<<31-1), 1<<31-2)
	f, err := openBytes(b.file(pixels, b.grey(2, 1, b.shorts(tagBitsPerSample, 32), b.longs(tagStripByteCounts, 8), b.text(tagGDALNoData, "2147483647"))))
	if err != nil {
		t.Fatal(err)
	}
	got := make([]float32, 2)
	if err := f.Images[0].Read(image.Rect(0, 0, 2, 1), got); err != nil || !equal(got, nan, 1<<31) {
		t.Errorf("got %v, %v; want NaN and 2147483648", got, err)
	}
}
