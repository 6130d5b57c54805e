package tiff

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"io"
	"math"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func TestOpenRefuses(t *testing.T) {
	b, big := small, builder{order: binary.BigEndian, big: true}
	pixels := make([]byte, 12)
	good := b.file(pixels, b.grey(4, 3))
	if _, err := openBytes(good); err != nil {
		t.Fatal(err)
	}
	circle := b.file(pixels, b.grey(4, 3))
	b.link(circle, len(circle)-4, 28)
	for _, tt := range []struct {
		name string
		data []byte
		want string
	}{
		{"nothing", nil, "the header is cut off: unexpected EOF"},
		{"another format", []byte("GIF89a, and so on"), `begins with "GI"; a TIFF begins with II or MM`},
		{"another version", []byte("II\x2b\x2a\x08\x00\x00\x00"), "its version is 10795; want 42 (TIFF) or 43 (BigTIFF)"},
		{"BigTIFF cut off", []byte("MM\x00\x2b\x00\x08\x00\x00\x00\x00"), "the header is cut off: unexpected EOF"},
		{"BigTIFF of other offsets", []byte("MM\x00\x2b\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\x10"), "its offsets have 4 bytes; BigTIFF has 8"},
		{"BigTIFF far away", []byte("MM\x00\x2b\x00\x08\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff"),
			"points to byte 18446744073709551615 of 16: unexpected EOF"},
		{"no directory", []byte("II*\x00\x00\x00\x00\x00"), "the file holds no picture"},
		{"a directory beyond the end", []byte("II*\x00\x00\x00\x00\x10"), "directory 1: reaches to byte 268435458 of 8: unexpected EOF"},
		{"cut off in the directory", good[:60], "directory 1: reaches to byte 118 of 60: unexpected EOF"},
		{"no fields", b.file(pixels, nil), "directory 1: has 0 fields"},
		{"a circle", circle, "directory 1: the directory at byte 28 is met twice; the chain goes round in a circle"},
		{"no size", b.file(pixels, without(b.grey(4, 3), tagImageLength)), "directory 1: has 4 x 0 pixels"},
		{"a huge size", big.file(pixels, with(big.grey(4, 3), entry{tagImageWidth, typeLong8, 1, []byte{1, 0, 0, 0, 0, 0, 0, 0}})),
			"directory 1: has 72057594037927936 x 3 pixels"},
		{"no bands", b.file(pixels, b.grey(4, 3, b.shorts(tagSamplesPerPixel, 0))), "directory 1: has 0 bands"},
		{"three bands of grey and RGB of two", b.file(pixels, b.grey(2, 3, b.shorts(tagSamplesPerPixel, 2), b.shorts(tagPhotometric, 2))),
			"directory 1: has 2 bands; RGB has 3"},
		{"bits that differ", b.file(pixels, b.grey(2, 3, b.shorts(tagSamplesPerPixel, 3), b.shorts(tagBitsPerSample, 5, 6, 5))),
			"directory 1: its bands have [5 6 5] bits; want the same for all"},
		{"formats that differ", b.file(pixels, b.grey(2, 3, b.shorts(tagSamplesPerPixel, 2), b.shorts(tagSampleFormat, 1, 3))),
			"directory 1: its bands have the formats [1 3]; want the same for all"},
		{"a planar configuration of 3", b.file(pixels, b.grey(2, 3, b.shorts(tagPlanar, 3))),
			"directory 1: its planar configuration is 3; want 1 (interleaved) or 2 (planes)"},
		{"no strips", b.file(pixels, without(b.grey(4, 3), tagStripOffsets)), "directory 1: tells the places of 0 strips of 1"},
		{"too few strips", b.file(pixels, b.grey(4, 3, b.longs(tagRowsPerStrip, 1))), "directory 1: tells the places of 1 strips of 3"},
		{"too few sizes", b.file(pixels, b.grey(4, 3, b.longs(tagRowsPerStrip, 1), b.longs(tagStripOffsets, 16, 20, 24))),
			"directory 1: tells the sizes of 1 strips of 3"},
		{"too many strips", b.file(pixels, b.grey(4, 1<<31-1, b.longs(tagRowsPerStrip, 1))),
			"directory 1: has 2147483647 strips; at most 4194304 are read"},
		{"tiles of nothing", b.file(pixels, b.grey(4, 3, b.longs(tagTileWidth, 0), b.longs(tagTileLength, 16))),
			"directory 1: its tiles have 0 x 16 pixels"},
		{"tiles that are far too large", b.file(pixels, b.grey(4, 3, b.longs(tagTileWidth, 16), b.longs(tagTileLength, 8192))),
			"directory 1: its tiles of 16 x 8192 pixels are far larger than the picture of 4 x 3"},
		{"a count beyond the file", b.file(pixels, with(b.grey(4, 3), entry{tagStripOffsets, typeLong, 1 << 30, make([]byte, 8)})),
			"directory 1: field 273 claims 1073741824 values; the file has 126 bytes"},
		{"a count that overflows", big.file(pixels, with(big.grey(4, 3), entry{tagStripOffsets, typeLong8, 1 << 61, make([]byte, 16)})),
			"directory 1: field 273 claims 2305843009213693952 values; the file has 200 bytes"},
		{"a value beyond the file", b.file(pixels, with(b.grey(4, 3), entry{tagImageDescription, typeASCII, 100, []byte{100, 0, 0, 0}})),
			"directory 1: field 270: reaches to byte 200 of 130: unexpected EOF"},
		{"an unknown type", b.file(pixels, with(b.grey(4, 3), entry{tagImageWidth, 14, 1, []byte{4}})), "directory 1: field 256 has the unknown type 14"},
		{"a type that does not fit", b.file(pixels, with(b.grey(4, 3), entry{tagImageWidth, typeDouble, 1, make([]byte, 8)})),
			"directory 1: field 256 has type 12; want unsigned integers"},
		{"a palette without colours", b.file(pixels, b.grey(4, 3, b.shorts(tagPhotometric, 3))),
			"directory 1: its palette has 0 values; want 768"},
		{"a palette of 32 bits", b.file(pixels, b.grey(1, 3, b.shorts(tagPhotometric, 3), b.shorts(tagBitsPerSample, 32))),
			"directory 1: its palette is for 32-bit unsigned values; want at most 16, unsigned"},
		{"odd subsampling", b.file(pixels, b.grey(2, 2, b.shorts(tagPhotometric, 6), b.shorts(tagSamplesPerPixel, 3),
			b.shorts(tagBitsPerSample, 8, 8, 8), b.shorts(tagYCbCrSubsampling, 3, 0))),
			"directory 1: its colours are subsampled by 3 x 0; want 1, 2 or 4"},
		{"a second page that is broken", b.file(pixels, b.grey(4, 3), b.grey(0, 3)), "directory 2: has 0 x 3 pixels"},
	} {
		f, err := openBytes(tt.data)
		if err == nil || err.Error() != tt.want {
			t.Errorf("%s: got %v, %v; want the error %q", tt.name, f, err, tt.want)
		}
	}
}

// TestOpenTakesLittleMemory opens files of a few kilobytes that claim the largest of everything.
func TestOpenTakesLittleMemory(t *testing.T) {
	b := builder{order: binary.LittleEndian, big: true}
	const most = 1<<31 - 1
	huge := make([][]entry, 0, 200)
	for range 200 {
		huge = append(huge, b.grey(most, most, b.longs(tagRowsPerStrip, most), b.shorts(tagSamplesPerPixel, 65535)))
	}
	for name, data := range map[string][]byte{
		"pixels and bands": b.file(nil, huge[0]),
		"many of them":     b.file(nil, huge...),
		"tiles":            b.file(nil, b.grey(most, most, b.longs(tagTileWidth, 16), b.longs(tagTileLength, 16))),
		"fields":           append([]byte("II+\x00\x08\x00\x00\x00\x10\x00\x00\x00\x00\x00\x00\x00"), "\x00\x00\x01\x00\x00\x00\x00\x00"...),
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		f, err := openBytes(data)
		runtime.ReadMemStats(&after)
		limit := uint64(1 << 20)
		if name == "many of them" {
			limit = maxTables + 1<<20
		}
		if got := after.TotalAlloc - before.TotalAlloc; got > limit {
			t.Errorf("%s: a file of %d bytes took %d bytes to open (error: %v)", name, len(data), got, err)
		}
		if err == nil { // to read it is refused before memory is spent
			if _, err := f.Images[0].RGBA(); err == nil {
				t.Errorf("%s: RGBA made a picture", name)
			}
		}
	}
}

// TestOpenPages covers what the chain of directories may say.
func TestOpenPages(t *testing.T) {
	b := builder{order: binary.BigEndian}
	reduced, mask := b.longs(tagNewSubfileType, 1), b.longs(tagNewSubfileType, 4)
	f, err := openBytes(b.file(make([]byte, 12), b.grey(1, 2, reduced), b.grey(4, 3), b.grey(4, 3, mask), b.grey(2, 1, reduced),
		b.grey(3, 3, b.longs(tagNewSubfileType, 2)), b.grey(1, 1, b.shorts(tagSubfileType, 2))))
	if err != nil {
		t.Fatal(err)
	}
	got := ""
	for _, m := range f.Images {
		got += fmt.Sprintf("%dx%d:", m.Width, m.Height)
		for _, o := range m.Overviews {
			got += fmt.Sprintf(" %dx%d", o.Width, o.Height)
		}
		got += "; "
	}
	if want := "4x3: 1x2 2x1; 3x3: 1x1; "; got != want {
		t.Errorf("pages and overviews are %s; want %s", got, want)
	}

	f, err = openBytes(b.file(make([]byte, 12), b.grey(1, 2, reduced)))
	if err != nil || len(f.Images) != 1 {
		t.Errorf("a file of one reduced picture: %v, %v; want that picture", f, err)
	}
	if _, err = openBytes(b.file(make([]byte, 12), b.grey(1, 2, mask))); err == nil || err.Error() != "the file holds no picture" {
		t.Errorf("a file of a mask: %v", err)
	}

	if !open(t, "u8_big.tif").Big || open(t, "u8_none.tif").Big {
		t.Error("Big does not tell a BigTIFF from a TIFF")
	}

	many := b.file(make([]byte, 12), slices.Repeat([][]entry{b.grey(4, 3)}, 1003)...)
	f, err = openBytes(many)
	if err != nil || len(f.Images) != maxDirectories || !f.More {
		t.Errorf("1003 pages: %v; want the first %d and More", err, maxDirectories)
	}
}

// TestGeo compares places, no-data and names with what GDAL was told to write.
func TestGeo(t *testing.T) {
	seen := 0
	for _, g := range goldens(t) {
		if g.EPSG == 0 {
			continue
		}
		seen++
		m := open(t, g.File).Images[0]
		if m.Geo.EPSG != g.EPSG || m.Geo.Point != g.Point || !m.Geo.Defined {
			t.Errorf("%s: %+v; want EPSG %d, point %v", g.File, m.Geo, g.EPSG, g.Point)
		}
		for i, v := range m.Geo.Affine {
			if math.Abs(v-g.Affine[i]) > 1e-9*max(1, math.Abs(v)) {
				t.Errorf("%s: the transformation is %v; want %v", g.File, m.Geo.Affine, g.Affine)
				break
			}
		}
		if want, _ := strconv.ParseFloat(g.NoData, 64); !m.HasNoData || m.NoData != want && !math.IsNaN(want) {
			t.Errorf("%s: no-data is %v, %v; want %v", g.File, m.NoData, m.HasNoData, want)
		}
		want := []string{"blue", "", "near <infrared>"}[:m.Bands]
		if !slices.Equal(m.Names, want) {
			t.Errorf("%s: the bands are named %q; want %q", g.File, m.Names, want)
		}
	}
	if seen < 6 {
		t.Errorf("only %d files have a place", seen)
	}
	if m := open(t, "u8_none.tif").Images[0]; m.Geo != (Geo{}) || m.HasNoData || m.Names != nil {
		t.Errorf("a plain file has %+v, no-data %v, names %v", m.Geo, m.NoData, m.Names)
	}
}

// TestFields covers what is told of a picture and does not change its numbers.
func TestFields(t *testing.T) {
	b := small
	m := func(more ...entry) *Image {
		t.Helper()
		f, err := openBytes(b.file(make([]byte, 12), b.grey(2, 1, more...)))
		if err != nil {
			t.Fatal(err)
		}
		return f.Images[0]
	}
	if got := m(b.shorts(tagOrientation, 6)).Orientation; got != 6 {
		t.Errorf("the orientation is %d; want 6", got)
	}
	if got := m(b.shorts(tagOrientation, 9)).Orientation; got != 1 {
		t.Errorf("an orientation of 9 is %d; want 1", got)
	}
	if got := m(b.text(tagImageDescription, "a field")).Description; got != "a field" {
		t.Errorf("the description is %q", got)
	}
	if got := m(b.shorts(tagSamplesPerPixel, 4), b.shorts(tagExtraSamples, 0, 2, 77)).Extra; !slices.Equal(got, []Extra{Unspecified, Alpha, Unspecified}) {
		t.Errorf("the extra bands are %v", got)
	}
	if got := m(b.text(tagGDALNoData, "none")); got.HasNoData {
		t.Error("no-data that is no number is taken for one")
	}
	if got := m(b.text(tagGDALNoData, "-3.40282347e+38"), b.shorts(tagBitsPerSample, 32), b.shorts(tagSampleFormat, 3)).NoData; float32(got) != -math.MaxFloat32 {
		t.Errorf("the lowest float is %v", got)
	}
	keys := b.shorts(tagGeoKeys, 1, 1, 0, 2, 2048, 0, 1, 4326, 3072, 0, 1, 32767)
	if got := m(keys, b.doubles(tagModelTiepoint, 0, 0, 0, 1, 2, 3)).Geo; got != (Geo{}) {
		t.Errorf("a projection of one's own and a tie point alone give %+v", got)
	}
	if got := m(b.doubles(tagModelPixelScale, 2, 3, 0), b.doubles(tagModelTiepoint, 10, 20, 0, 100, 200, 0)).Geo.Affine; got != [6]float64{80, 2, 0, 260, 0, -3} {
		t.Errorf("a tie point inside gives %v", got)
	}
}

var errStop = errors.New("it took too long")

// failingReader fails after some calls, and counts bytes.
type failingReader struct {
	io.ReaderAt
	calls, bytes int
}

func (f *failingReader) ReadAt(b []byte, at int64) (int, error) {
	if f.calls--; f.calls < 0 {
		return 0, errStop
	}
	n, err := f.ReaderAt.ReadAt(b, at)
	f.bytes += n
	return n, err
}

// TestReaderFails lets the reader of every file fail at each of its calls; that error has to come out.
func TestReaderFails(t *testing.T) {
	for _, g := range goldens(t) {
		data := fixture(t, g.File)
		for calls := range 10_000 {
			r := &failingReader{bytes.NewReader(data), calls, 0}
			f, err := Open(r, int64(len(data)))
			if err == nil {
				m := f.Images[0]
				if err = m.Read(image.Rect(0, 0, g.W, g.H), make([]float32, g.W*g.H*m.Bands)); err == nil && m.IsPicture() {
					_, err = m.RGBA()
				}
			}
			if err == nil {
				break
			}
			if !errors.Is(err, errStop) {
				t.Fatalf("%s, failing after %d calls: %v", g.File, calls, err)
			}
		}
	}
}

// TestCutOff cuts every file off at many places; nothing panics, and what is opened and read is right or an error.
func TestCutOff(t *testing.T) {
	for _, g := range goldens(t) {
		data := fixture(t, g.File)
		for n := 0; n < len(data); n += 1 + len(data)/97 {
			f, err := openBytes(data[:n])
			if err != nil {
				if !errors.Is(err, io.ErrUnexpectedEOF) && !strings.Contains(err.Error(), "claims") {
					t.Errorf("%s at %d: %v", g.File, n, err)
				}
				continue
			}
			m := f.Images[0]
			dst := make([]float32, g.W*g.H*m.Bands)
			if m.Read(image.Rect(0, 0, g.W, g.H), dst) != nil || g.Kind == "" {
				continue
			}
			for i, v := range dst {
				if want := g.want(i/g.Bands%g.W, i/g.Bands/g.W, i%g.Bands); !same(v, want) {
					t.Fatalf("%s cut off at byte %d: value %d is %v, want %v", g.File, n, i, v, want)
				}
			}
		}
	}
}
