package jpeg

import (
	"bytes"
	"errors"
	"image"
	gojpeg "image/jpeg"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// sample is a JPEG without a restart interval, in bytes that a test may change.
func sample() []byte {
	return (&drawing{width: 40, height: 24, sampling: samplings[5], adobe: -1, scale: 9, seed: 3}).bytes()
}

// replaced is data with the first place of old changed to new.
func replaced(t *testing.T, data []byte, old, new string) []byte {
	t.Helper()
	if !bytes.Contains(data, []byte(old)) {
		t.Fatalf("the sample has no %q", old)
	}
	return bytes.Replace(data, []byte(old), []byte(new), 1)
}

func TestBroken(t *testing.T) {
	const frame = "\xff\xc0\x00\x11\x08\x00\x18\x00\x28\x03\x01\x22\x01\x02\x11\x01\x03\x11\x01"
	const scan = "\xff\xda\x00\x0c\x03\x01\x11\x02\x11\x03\x11"
	good := sample()
	data := bytes.Index(good, []byte(scan)) + len(scan) + 3 // of the scan
	progressive := bytes.Clone(good)                        // the end of a block becomes that of two
	codes := bytes.LastIndex(good, []byte("\xff\xc4")) + 21
	progressive[codes+bytes.IndexByte(good[codes:], 0)] = 0x10
	restarts := (&drawing{width: 40, height: 24, sampling: samplings[5], adobe: -1, scale: 9, seed: 3, restart: 2}).bytes()
	for _, tt := range []struct {
		name string
		data []byte
		want string
	}{
		{"of another kind", []byte("GIF89a"), "missing SOI marker"},
		{"no frame", replaced(t, good, frame, ""), "missing SOF marker"},
		{"no scan", append(bytes.Clone(good[:data-len(scan)-3]), 0xff, 0xd9), "missing SOS marker"},
		{"two frames", replaced(t, good, frame, frame+frame), "multiple SOF markers"},
		{"no pixels", replaced(t, good, "\x08\x00\x18\x00\x28", "\x08\x00\x00\x00\x28"), "no pixels"},
		{"one name twice", replaced(t, good, "\x02\x11\x01\x03", "\x02\x11\x01\x02"), "repeated component identifier"},
		{"sampling of 0", replaced(t, good, "\x02\x11\x01\x03", "\x02\x01\x01\x03"), "subsampling ratio"},
		{"table 9", replaced(t, good, "\x02\x11\x01\x03", "\x02\x11\x09\x03"), "bad Tq value"},
		{"a table that is not there", replaced(t, good, "\x02\x11\x01\x03", "\x02\x11\x02\x03"), "missing quantisation table"},
		{"codes that are not there", replaced(t, good, scan, strings.Replace(scan, "\x02\x11", "\x02\x10", 1)), "missing Huffman table"},
		{"component 9", replaced(t, good, scan, strings.Replace(scan, "\x02\x11", "\x09\x11", 1)), "unknown component selector"},
		{"a component twice", replaced(t, good, scan, strings.Replace(scan, "\x02\x11", "\x01\x11", 1)), "repeated component selector"},
		{"a scan of 4", replaced(t, good, scan, strings.Replace(scan, "\x03\x01", "\x04\x01", 1)), "SOS has wrong length"},
		{"more codes than there can be", replaced(t, good, "\xff\xda", "\xff\xc4\x00\x16\x00\x03\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x02\x03\xff\xda"), "more codes than bits can tell apart"},
		{"a symbol of other files", progressive, "bad Huffman code"},
		{"no codes", replaced(t, good, "\xff\xda", "\xff\xc4\x00\x13\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xff\xda"), "Huffman table has wrong length"},
		{"codes number 2 of a baseline file", replaced(t, good, "\xff\xda", "\xff\xc4\x00\x14\x02\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xff\xda"), "bad number of a Huffman table"},
		{"multipliers of 24 bits", replaced(t, good, "\xff\xda", "\xff\xdb\x00\x03\x20\xff\xda"), "bad quantisation table"},
		{"a short table of multipliers", replaced(t, good, "\xff\xda", "\xff\xdb\x00\x04\x00\x00\xff\xda"), "DQT has wrong length"},
		{"a restart interval of 3 bytes", replaced(t, good, "\xff\xda", "\xff\xdd\x00\x05\x00\x00\x00\xff\xda"), "DRI has wrong length"},
		{"a segment of one byte", replaced(t, good, "\xff\xda", "\xff\xfe\x00\x01\xff\xda"), "short segment length"},
		{"a marker that is none", replaced(t, good, "\xff\xda", "\xff\x05\x00\x02\xff\xda"), "unknown marker"},
		{"a marker in the data", append(bytes.Clone(good[:data+20]), 0xff, 0xd9), "a scan ends early, at a marker"},
		{"a restart too few", replaced(t, restarts, "\xff\xd1", "\xff\xd2"), "bad RST marker"},
		{"no more restarts", restarts[:bytes.Index(restarts, []byte("\xff\xd1"))], "unexpected EOF"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m, err := decode(tt.data, Options{})
			if err == nil {
				t.Fatalf("decoded to %v", m.Bounds())
			}
			if !strings.Contains(err.Error(), tt.want) {
				t.Errorf("the error is %q, want %q", err, tt.want)
			}
		})
	}
}

// TestUnsupported turns a good file into those of other kinds, each before any of its data is read.
func TestUnsupported(t *testing.T) {
	good := sample()
	for _, change := range [][2]string{
		{"\xff\xc0", "\xff\xc6"},                         // progressive and hierarchical
		{"\xff\xc0", "\xff\xc9"},                         // arithmetic codes
		{"\xff\xc0\x00\x11\x08", "\xff\xc0\x00\x11\x0c"}, // 12 bits
		{"\x01\x22\x01\x02\x11", "\x01\x31\x01\x02\x11"}, // three pixels a sample
		{"\x01\x22\x01\x02\x11", "\x01\x11\x01\x02\x22"}, // more colour than brightness
		{"\x02\x11\x01\x03\x11", "\x02\x11\x01\x03\x12"}, // blue and red differ
		{"\x03\x01\x22\x01\x02", "\x04\x01\x22\x01\x02"}, // four components
		{"\x01\x22\x01\x02\x11", "\x01\x14\x01\x02\x11"}, // four lines a sample
	} {
		if _, err := Open(replaced(t, good, change[0], change[1])); !errors.Is(err, ErrUnsupported) {
			t.Errorf("%q: %v, want ErrUnsupported", change[1], err)
		}
	}
}

// TestLenient decodes what is not quite right and does no harm.
func TestLenient(t *testing.T) {
	d := drawing{width: 40, height: 24, sampling: samplings[5], adobe: -1, scale: 9, seed: 3, restart: 2}
	want, err := decode(sample(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	plain := d.bytes()
	for _, change := range [][2]string{
		{"\xff\xd1", "\xff\xff\xff\xd1"},   // fill bytes
		{"\xff\xd1", "zz\xff\x00\xff\xd1"}, // bytes too many before a restart
		{"\xff\xd9", "zz\xff\xd4\xff\xd9"}, // and a restart too many
		{"\xff\xda", "zz\xff\x00\xff\xff\xda"},
	} {
		got, err := decode(replaced(t, plain, change[0], change[1]), Options{})
		if err != nil {
			t.Errorf("%q: %v", change[1], err)
			continue
		}
		if most, _, err := difference(got, want); err != nil || most != 0 {
			t.Errorf("%q: differs by %d, %v", change[1], most, err)
		}
	}
}

func TestOptions(t *testing.T) {
	if _, err := decode(sample(), Options{Scale: 3}); err == nil || !strings.Contains(err.Error(), "scale is 3; want 1, 2, 4 or 8") {
		t.Errorf("scale 3: %v", err)
	}
	calls, stop := 0, errors.New("enough")
	_, err := decode(sample(), Options{Check: func() error {
		if calls++; calls == 2 {
			return stop
		}
		return nil
	}})
	if err != stop || calls != 2 {
		t.Errorf("a check that fails the second time gives %v after %d calls", err, calls)
	}
}

// FuzzDecode compares with image/jpeg: the same errors and, as long as coefficients are those of pictures, the same
// pixels.
func FuzzDecode(f *testing.F) {
	files, _ := filepath.Glob("../testdata/*.jpg")
	more, _ := filepath.Glob("testdata/*.jpg")
	files = append(files, more...)
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	for i, d := range drawings() {
		if i%5 == 0 && !d.separate {
			f.Add(d.bytes())
		}
	}
	wide := false // coefficients of which sums may not fit in 32 bits
	plain := inverses[8]
	inverses[8] = func(dst []byte, stride int, b *[64]int32, last int) {
		sum := int64(0)
		for _, v := range b {
			sum += max(int64(v), -int64(v))
		}
		wide = wide || sum > 4000
		plain(dst, stride, b, last)
	}
	f.Cleanup(func() { inverses[8] = plain })
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := Open(data)
		if errors.Is(err, ErrUnsupported) {
			return
		}
		if c, e := gojpeg.DecodeConfig(bytes.NewReader(data)); e == nil && c.Width*c.Height > 1<<18 {
			return
		}
		if err == nil && p.Width*p.Height > 1<<18 {
			return
		}
		if p != nil && p.segments.restart > 0 && p.segments.frame.components[0].h*p.segments.frame.components[0].v > 1 {
			return // image/jpeg counts otherwise in a scan of one component
		}
		wide = false
		alike := true // image/jpeg knows runs of blocks in sequential files, and carries them over to the next scan
		var got image.Image
		if err == nil {
			got, err = p.Decode(Options{})
			alike = p.segments.frame.kind != progressive
			for _, t := range p.segments.ac {
				alike = alike && (t == nil || !slices.ContainsFunc(t.symbols, func(c code) bool { return c&blocks != 0 }))
			}
		}
		want, theirs := gojpeg.Decode(bytes.NewReader(data))
		if alike && err != nil && theirs == nil && !stricter(err) {
			t.Fatalf("%v, where image/jpeg has %v", err, want.Bounds())
		}
		passed := bytes.Contains(data, []byte("\xff\xff\x00")) // and a marker for image/jpeg
		if alike && err == nil && theirs != nil && !passed && !errors.As(theirs, new(gojpeg.UnsupportedError)) {
			t.Fatalf("%v, where image/jpeg says %v", got.Bounds(), theirs)
		}
		for _, scale := range []int{2, 4, 8} {
			small, e := decode(data, Options{Scale: scale})
			if (e == nil) != (err == nil) || e == nil && (small.Bounds().Dx() != up(p.Width, scale) || small.Bounds().Dy() != up(p.Height, scale)) {
				t.Fatalf("at 1/%d: %v, at full size: %v", scale, e, err)
			}
		}
		if err != nil || theirs != nil || wide || !alike {
			return
		}
		if most, _, err := difference(got, want); err != nil || most > 1 {
			t.Fatalf("differs by %d, %v", most, err)
		}
	})
}

// stricter says whether an error is one of those that image/jpeg does not know.
func stricter(err error) bool {
	for _, known := range []string{"more codes than", "bad Huffman code", "missing quantisation table", "DQT has wrong length", "no pixels", "successive approximation", "too many scans"} {
		if strings.Contains(err.Error(), known) {
			return true
		}
	}
	return false
}
