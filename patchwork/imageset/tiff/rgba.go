package tiff

import (
	"encoding/binary"
	"fmt"
	"image"
)

// maxPicture is how many pixels RGBA makes; they take four bytes each. Callers with many files want a lower limit.
const maxPicture = 1 << 30

// IsPicture reports whether RGBA can show the picture: grey, RGB, palette, CMYK or YCbCr of unsigned values of at most
// 16 bits. Other pictures are numbers without agreed colours, for Read.
func (m *Image) IsPicture() bool { return m.colour != other && m.Format == Uint && m.Bits <= 16 }

// RGBA decodes the whole picture as a viewer shows it: opaque, with its origin at (0, 0).
//
// Values are scaled to 8 bits, v · 255 / (2^Bits − 1), rounded; min-is-white is inverted. Alpha and other extra bands are
// cut off and not composited, so colours are as stored, multiplied by alpha if that is associated. CMYK is converted
// without a colour profile: red = 255 · (1 − C) · (1 − K). NoData means nothing here, except for what a sparse file
// leaves out: it has that value if 8 or 16 bits hold it, else 0.
//
// Errors: IsPicture is false, or as for Read.
func (m *Image) RGBA() (*image.RGBA, error) {
	rect := image.Rect(0, 0, m.Width, m.Height)
	pix, err := m.window(rect)
	if err != nil {
		return nil, err
	}
	return &image.RGBA{Pix: pix, Stride: 4 * m.Width, Rect: rect}, nil
}

// window decodes a part of the picture to red, green, blue and 255.
func (m *Image) window(rect image.Rectangle) ([]byte, error) {
	if !m.IsPicture() {
		return nil, fmt.Errorf("is not a picture (%d bands of %d-bit %v values, photometric %v); choose bands and scale their numbers",
			m.samples, m.Bits, m.Format, m.Photometric)
	}
	w := rect.Dx()
	if int64(w)*int64(rect.Dy()) > maxPicture {
		return nil, fmt.Errorf("has %d x %d pixels; at most %d are shown at once. Read it in windows", w, rect.Dy(), maxPicture)
	}
	if err := m.check(); err != nil {
		return nil, err
	}
	pix := make([]byte, 4*w*rect.Dy())
	planes := []int{0}
	for m.Planar && len(planes) < m.colour.bands() {
		planes = append(planes, len(planes))
	}
	p := painter{m: m}
	err := m.walk(rect, planes, func(s span, line []byte, skip int) {
		p.paint(pix[4*(s.y*w+s.x):][:4*s.n], s.plane, line, skip)
	})
	if err != nil {
		return nil, err
	}
	switch m.colour {
	case ink:
		cmykToRGB(pix)
	case ycc:
		m.yuv.toRGB(pix)
	}
	return pix, nil
}

// painter turns pieces of lines into pixels.
type painter struct {
	m     *Image
	bytes []byte // levels of values that are not bytes
	gap   []byte // a line that stands for what is left out
}

// paint sets pixels from a piece of a line of one plane, or of all bands where they are interleaved. CMYK and YCbCr are
// left as they are, in the four bytes of the pixel.
func (p *painter) paint(to []byte, plane int, line []byte, skip int) {
	m := p.m
	step := m.inChunk()
	n := len(to) / 4 * step
	if line == nil {
		line, skip = p.blank(n), 0
	}
	if m.colour == indexed {
		for i := 0; len(to) > 0; i, to = i+step, to[4:] {
			c := &m.palette[p.index(line, skip*step+i)]
			to[0], to[1], to[2], to[3] = c[0], c[1], c[2], 255
		}
		return
	}
	if m.Bits == 8 {
		line = line[skip*step:][:n]
	} else {
		p.bytes = grown(p.bytes, n)
		m.levels(p.bytes, line, skip*step)
		line = p.bytes
	}
	switch {
	case m.colour == grey:
		invert := byte(0)
		if m.Photometric == MinIsWhite {
			invert = 255
		}
		for i := 0; len(to) >= 4; i, to = i+step, to[4:] {
			binary.LittleEndian.PutUint32(to, uint32(line[i]^invert)*0x010101|opaque)
		}
	case m.Planar:
		for i, v := range line {
			to[4*i+plane] = v
			if plane < 3 {
				to[4*i+3] = 255
			}
		}
	case m.colour == ink:
		for ; len(to) >= 4; line, to = line[step:], to[4:] {
			copy(to[:4], line[:4])
		}
	default:
		if step == 3 {
			done := rgbPixels(to, line)
			line, to = line[3*done:], to[4*done:]
		}
		for ; len(to) >= 4; line, to = line[step:], to[4:] {
			to[0], to[1], to[2], to[3] = line[0], line[1], line[2], 255
		}
	}
}

const opaque = 0xff000000

// rgbPixels makes pixels of groups of three bytes, eight at a time, and returns how many.
func rgbPixels(to, line []byte) int {
	le, n := binary.LittleEndian, 0
	for len(to) >= 32 && len(line) >= 26 { // two more bytes than are used
		from, pixels := (*[26]byte)(line), (*[32]byte)(to)
		le.PutUint64(pixels[0:], twoPixels(le.Uint64(from[0:])))
		le.PutUint64(pixels[8:], twoPixels(le.Uint64(from[6:])))
		le.PutUint64(pixels[16:], twoPixels(le.Uint64(from[12:])))
		le.PutUint64(pixels[24:], twoPixels(le.Uint64(from[18:])))
		line, to, n = line[24:], to[32:], n+8
	}
	return n
}

// twoPixels spreads the lowest six bytes, little-endian.
func twoPixels(v uint64) uint64 { return v&0xffffff | v>>24<<32 | opaque<<32 | opaque }

// index returns the i-th value of a line of unsigned values of at most 16 bits.
func (p *painter) index(line []byte, i int) int {
	switch p.m.Bits {
	case 8:
		return int(line[i])
	case 16:
		return int(line[2*i]) | int(line[2*i+1])<<8
	}
	return int(packedBits(line, i*p.m.Bits, p.m.Bits))
}

// blank returns a line of n values that stands for what a sparse file leaves out.
func (p *painter) blank(n int) []byte {
	m := p.m
	size := (n*m.Bits + 7) / 8
	if len(p.gap) < size {
		p.gap = make([]byte, size)
		v := 0
		if m.HasNoData && m.NoData >= 0 && m.NoData < float64(int(1)<<m.Bits) {
			v = int(m.NoData)
		}
		switch m.Bits {
		case 8:
			for i := range p.gap {
				p.gap[i] = byte(v)
			}
		case 16:
			for i := 0; i+2 <= size; i += 2 {
				p.gap[i], p.gap[i+1] = byte(v), byte(v>>8)
			}
		}
	}
	return p.gap
}

// cmykToRGB converts pixels of four bytes in place.
func cmykToRGB(pix []byte) {
	for ; len(pix) >= 4; pix = pix[4:] {
		white := 255 - uint32(pix[3])
		for i := range 3 {
			pix[i] = uint8(((255-uint32(pix[i]))*white + 127) / 255)
		}
		pix[3] = 255
	}
}
