package png

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	stdpng "image/png"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// reference decodes by image/png and brings the colours into the form of Decode.
func reference(data []byte) (*image.RGBA, error) {
	m, err := stdpng.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	b := m.Bounds()
	out := image.NewRGBA(b)
	high := func(v uint16) uint8 { return uint8((uint32(v)*255 + 32767) / 65535) }
	for y := range b.Dy() {
		for x := range b.Dx() {
			var c color.RGBA
			switch m := m.(type) {
			case *image.Gray:
				v := m.GrayAt(x, y).Y
				c = color.RGBA{v, v, v, 255}
			case *image.Gray16:
				v := high(m.Gray16At(x, y).Y)
				c = color.RGBA{v, v, v, 255}
			case *image.RGBA:
				c = m.RGBAAt(x, y)
			case *image.NRGBA:
				v := m.NRGBAAt(x, y)
				c = color.RGBA{v.R, v.G, v.B, 255}
			case *image.RGBA64:
				v := m.RGBA64At(x, y)
				c = color.RGBA{high(v.R), high(v.G), high(v.B), 255}
			case *image.NRGBA64:
				v := m.NRGBA64At(x, y)
				c = color.RGBA{high(v.R), high(v.G), high(v.B), 255}
			case *image.Paletted:
				v := color.NRGBAModel.Convert(m.At(x, y)).(color.NRGBA)
				c = color.RGBA{v.R, v.G, v.B, 255}
			default:
				return nil, fmt.Errorf("image/png gives a %T", m)
			}
			out.SetRGBA(x, y, c)
		}
	}
	return out, nil
}

// same says in what got differs from the reference.
func same(got, want *image.RGBA) error {
	if got.Rect != want.Rect {
		return fmt.Errorf("bounds are %v, want %v", got.Rect, want.Rect)
	}
	for i := range want.Pix {
		if got.Pix[i] != want.Pix[i] {
			x, y := i%want.Stride/4, i/want.Stride
			return fmt.Errorf("at (%d, %d): %v, want %v", x, y, got.RGBAAt(x, y), want.RGBAAt(x, y))
		}
	}
	return nil
}

// wantSamples are the samples that a picture was made of.
func (p *picture) wantSamples() []float32 {
	var want []float32
	for _, v := range p.values {
		if p.Color != Palette {
			want = append(want, float32(v))
			continue
		}
		for k := range 3 {
			var c byte
			if at := 3*int(v) + k; at < len(p.palette) {
				c = p.palette[at]
			}
			want = append(want, float32(c))
		}
	}
	return want
}

func checkPicture(t *testing.T, p *picture) {
	t.Helper()
	want, err := reference(p.file)
	if err != nil {
		t.Fatalf("%+v: image/png: %v", p.Header, err)
	}
	got, err := Decode(p.file, nil)
	if err != nil {
		t.Fatalf("%+v: %v", p.Header, err)
	}
	if err := same(got, want); err != nil {
		t.Fatalf("%+v: %v", p.Header, err)
	}
	samples, h, err := Samples(p.file, nil)
	if err != nil || h != p.Header || !slices.Equal(samples, p.wantSamples()) {
		t.Fatalf("%+v: the samples differ, %+v, %v", p.Header, h, err)
	}
}

func TestAllKinds(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for w := 1; w <= 17; w++ {
		for h := 1; h <= 17; h++ {
			for _, head := range headers(w, h) {
				checkPicture(t, draw(head, r))
			}
		}
	}
}

// TestLarge goes through several windows, and with lines longer than one.
func TestLarge(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, h := range []Header{
		{700, 900, 8, RGB, false}, {500, 300, 16, RGBA, true}, {100_001, 7, 8, RGBA, false}, {400_000, 2, 8, RGB, false}, {60_000, 9, 16, RGB, false}, {1500, 700, 1, Gray, true},
	} {
		checkPicture(t, draw(h, r))
	}
}

// TestTransparency decodes what image/png's encoder makes of transparent pixels: the colours under them stay.
func TestTransparency(t *testing.T) {
	m := image.NewNRGBA(image.Rect(0, 0, 40, 30))
	for i := range m.Pix {
		m.Pix[i] = byte(i * 7)
	}
	p := image.NewPaletted(m.Rect, color.Palette{color.NRGBA{10, 20, 30, 0}, color.NRGBA{40, 50, 60, 70}, color.NRGBA{1, 2, 3, 255}})
	for i := range p.Pix {
		p.Pix[i] = byte(i % 3)
	}
	for _, m := range []image.Image{m, p} {
		var b bytes.Buffer
		if err := stdpng.Encode(&b, m); err != nil {
			t.Fatal(err)
		}
		want, err := reference(b.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		got, err := Decode(b.Bytes(), nil)
		if err == nil {
			err = same(got, want)
		}
		if err != nil {
			t.Errorf("%T: %v", m, err)
		}
	}
}

func TestPaeth(t *testing.T) {
	for a := range 256 {
		for b := range 256 {
			for c := range 256 {
				if got, want := paeth(a, b, c), slowPaeth(a, b, c); got != want {
					t.Fatalf("of %d, %d and %d: %d, want %d", a, b, c, got, want)
				}
			}
		}
	}
}

func TestCutOff(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, h := range headers(37, 29) {
		p := draw(h, r)
		for n := 0; n < len(p.file); n += 53 {
			if _, err := Decode(p.file[:n], nil); err != io.ErrUnexpectedEOF {
				t.Errorf("%+v cut at %d of %d: %v", h, n, len(p.file), err)
			}
			if _, _, err := Samples(p.file[:n], nil); err != io.ErrUnexpectedEOF {
				t.Errorf("samples of %+v cut at %d of %d: %v", h, n, len(p.file), err)
			}
		}
	}
}

// overlooked are the complaints of image/png about what Decode does not look at.
var overlooked = []string{"invalid checksum", "tRNS", "chunk out of order", "too much pixel data"}

// compare says where Decode and image/png differ without a reason.
func compare(data []byte) error {
	got, err := Decode(data, nil)
	want, bad := reference(data)
	switch {
	case bad == nil && err != nil:
		return fmt.Errorf("%w; image/png decodes it", err)
	case bad == nil:
		return same(got, want)
	case err == nil && !slices.ContainsFunc(overlooked, func(s string) bool { return strings.Contains(bad.Error(), s) }):
		return fmt.Errorf("decoded; image/png says %w", bad)
	}
	return nil
}

// TestDamage damages single bytes, with the checksums as they were and with right ones.
func TestDamage(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for _, h := range headers(13, 11) {
		p := draw(h, r)
		for i := range p.file {
			if i < len(signature) || i >= 16 && i < 24 {
				continue // of the signature, and of the size, which may become too large for a test
			}
			data := bytes.Clone(p.file)
			data[i] ^= 1 << r.IntN(8)
			if err := compare(data); err != nil {
				t.Errorf("%+v, byte %d: %v", h, i, err)
			}
			mendChecksums(data)
			if err := compare(data); err != nil {
				t.Errorf("%+v, byte %d, with right checksums: %v", h, i, err)
			}
		}
	}
}

func TestRefuses(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	good := draw(Header{20, 10, 8, RGB, false}, r)
	remade := func(change func(p *picture)) []byte {
		p := *good
		p.raw = bytes.Clone(p.raw)
		change(&p)
		p.write(0)
		return p.file
	}
	damaged := func(at int) []byte {
		data := bytes.Clone(good.file)
		data[at] ^= 1
		return data
	}
	head := good.file[:8+25]
	sum := damaged(len(good.file) - 12 - 4 - 1)
	mendChecksums(sum)
	for _, tt := range []struct {
		name string
		data []byte
		want string
	}{
		{"another file", []byte("something else"), "png: not a PNG file"},
		{"header's checksum", damaged(30), `png: the chunk "IHDR" is damaged: its checksum differs`},
		{"pixels' checksum", damaged(len(good.file) - 20), `png: the chunk "IDAT" is damaged: its checksum differs`},
		{"no width", remade(func(p *picture) { p.Width = 0 }), "png: has 0 x 10 pixels"},
		{"a depth", remade(func(p *picture) { p.Depth = 4 }), "png: has colour type 2 with 4 bits, which PNG does not know"},
		{"a colour", remade(func(p *picture) { p.Color = 5 }), "png: has colour type 5 with 8 bits, which PNG does not know"},
		{"a filter", remade(func(p *picture) { p.raw[61] = 5 }), "png: a line has the filter 5; want 0 to 4"},
		{"a filter, interlaced", remade(func(p *picture) { p.Width, p.Height, p.Interlaced, p.raw = 1, 1, true, []byte{5, 1, 2, 3} }),
			"png: a line has the filter 5; want 0 to 4"},
		{"too few lines", remade(func(p *picture) { p.raw = p.raw[:len(p.raw)-1] }), "png: not enough pixel data"},
		{"too many lines", remade(func(p *picture) { p.raw = append(p.raw, 0) }), "png: too much pixel data"},
		{"declares far too many", remade(func(p *picture) { p.Width, p.Height = 1<<20, 1<<20 }), "png: not enough pixel data"},
		{"no palette", remade(func(p *picture) { p.Color = Palette }), "png: there is no palette"},
		{"a palette of grey", remade(func(p *picture) { p.Color, p.palette = Gray, make([]byte, 3) }), "png: there is a palette where none belongs"},
		{"a palette of 4 bytes", remade(func(p *picture) { p.palette = make([]byte, 4) }), "png: the palette has 4 bytes"},
		{"two palettes", slices.Concat(head, makeChunk("PLTE", make([]byte, 3)), makeChunk("PLTE", make([]byte, 3))), "png: there is a palette where none belongs"},
		{"the checksum of the stream", sum, "png: the pixel data is damaged: its checksum differs"},
		{"no pixels", slices.Concat(head, makeChunk("IEND", nil)), "png: there is no pixel data"},
		{"two headers", slices.Concat(head, head[8:]), "png: there are two headers"},
		{"an end that is not empty", slices.Concat(head, makeChunk("IEND", []byte{1})), "png: the end is not empty"},
		{"a stream of another kind", slices.Concat(head, makeChunk("IDAT", make([]byte, 99)), makeChunk("IEND", nil)), "png: the pixel data is damaged: "},
		{"a chunk of 4 GiB", slices.Concat(head, []byte("\xff\xff\xff\xffIDAT")), `png: the chunk "IDAT" has the size 4294967295, which is too large`},
	} {
		_, err := Decode(tt.data, nil)
		if err == nil || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("%s: the error is %v, want %q", tt.name, err, tt.want)
		}
		if _, _, err2 := Samples(tt.data, nil); err2 == nil || err2.Error() != err.Error() {
			t.Errorf("%s: Samples says %v, Decode %v", tt.name, err2, err)
		}
	}
}

// TestOverlooks decodes files with damage that does not concern the picture.
func TestOverlooks(t *testing.T) {
	p := draw(Header{20, 10, 8, RGB, false}, rand.New(rand.NewPCG(11, 12)))
	want, err := Decode(p.file, nil)
	if err != nil {
		t.Fatal(err)
	}
	text := bytes.Clone(p.file)
	text[8+25+10] ^= 1
	for name, data := range map[string][]byte{
		"a damaged comment":     text,
		"data behind the end":   append(bytes.Clone(p.file), "more"...),
		"pixels after the last": slices.Concat(p.file[:len(p.file)-12], makeChunk("tIME", nil), makeChunk("IDAT", []byte("more")), makeChunk("IEND", nil)),
	} {
		got, err := Decode(data, nil)
		if err == nil {
			err = same(got, want)
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCheckEndsIt(t *testing.T) {
	p := draw(Header{700, 900, 8, RGB, false}, rand.New(rand.NewPCG(13, 14)))
	enough := errors.New("enough")
	for stop := range 3 {
		calls := 0
		check := func() error {
			if calls++; calls > stop {
				return enough
			}
			return nil
		}
		if _, err := Decode(p.file, check); err != enough || calls != stop+1 {
			t.Errorf("%v after %d calls, want the error of call %d", err, calls, stop+1)
		}
		calls = 0
		if _, _, err := Samples(p.file, check); err != enough || calls != stop+1 {
			t.Errorf("samples: %v after %d calls, want the error of call %d", err, calls, stop+1)
		}
	}
}
