// Package png decodes PNG images that lie wholly in memory, of every colour type and depth, either to opaque RGBA or to
// the samples as they are stored. It accepts what image/png accepts; photographs take less than half the time.
//
// What is transparent keeps the colour that lies under the transparency. Colour spaces and gamma are not applied.
//
// Of the project, the package imports inflate alone.
package png

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Color says what the samples of a pixel are. The numbers are those of the file.
type Color uint8

const (
	Gray      Color = 0
	RGB       Color = 2
	Palette   Color = 3
	GrayAlpha Color = 4
	RGBA      Color = 6
)

// Header is what a file says of its picture.
type Header struct {
	Width, Height int
	Depth         int // bits of a sample, or of an index into the palette: 1, 2, 4, 8 or 16
	Color         Color
	Interlaced    bool
}

// Bands is how many samples a pixel has; a palette's colours have three.
func (h Header) Bands() int {
	if h.Color == Palette {
		return 3
	}
	return h.stored()
}

// stored is how many samples or indices are stored for a pixel.
func (h Header) stored() int {
	switch h.Color {
	case RGB:
		return 3
	case GrayAlpha:
		return 2
	case RGBA:
		return 4
	}
	return 1
}

// lineBytes is the size of a line of w pixels.
func (h Header) lineBytes(w int) int { return (w*h.Depth*h.stored() + 7) / 8 }

// maxSide and maxArea keep sizes in bytes within an int. A caller has limits of its own that are lower.
const (
	maxSide = 1<<31 - 1
	maxArea = 1 << 40
)

const signature = "\x89PNG\r\n\x1a\n"

// ReadHeader reads the header, which stands first, and allocates nothing. A caller that bounds memory looks at its
// size before it calls Decode or Samples.
//
// Errors: data is cut off (io.ErrUnexpectedEOF); it is not a PNG; its size, depth, colour or another setting is not
// one that PNG has; its checksum differs.
//
// Source: PNG specification, third edition, 11.2.1.
func ReadHeader(data []byte) (Header, error) {
	if len(data) < len(signature) {
		return Header{}, io.ErrUnexpectedEOF
	}
	if string(data[:len(signature)]) != signature {
		return Header{}, errors.New("png: not a PNG file")
	}
	c, _, err := readChunk(data[len(signature):])
	if err != nil {
		return Header{}, err
	}
	if c.name != "IHDR" || len(c.data) != 13 {
		return Header{}, errors.New("png: the header is not the first chunk")
	}
	h := Header{Depth: int(c.data[8]), Color: Color(c.data[9]), Interlaced: c.data[12] == 1}
	w, ht := binary.BigEndian.Uint32(c.data), binary.BigEndian.Uint32(c.data[4:])
	h.Width, h.Height = int(w), int(ht)
	switch {
	case w == 0 || ht == 0 || w > maxSide || ht > maxSide || uint64(w)*uint64(ht) > maxArea:
		return Header{}, fmt.Errorf("png: has %d x %d pixels", w, ht)
	case !h.known():
		return Header{}, fmt.Errorf("png: has colour type %d with %d bits, which PNG does not know", h.Color, h.Depth)
	case c.data[10] != 0 || c.data[11] != 0 || c.data[12] > 1:
		return Header{}, fmt.Errorf("png: has compression %d, filter %d, interlacing %d; want 0, 0, and 0 or 1", c.data[10], c.data[11], c.data[12])
	}
	return h, nil
}

// known says whether colour and depth go together.
func (h Header) known() bool {
	switch h.Color {
	case Gray:
		return h.Depth == 1 || h.Depth == 2 || h.Depth == 4 || h.Depth == 8 || h.Depth == 16
	case Palette:
		return h.Depth == 1 || h.Depth == 2 || h.Depth == 4 || h.Depth == 8
	case RGB, GrayAlpha, RGBA:
		return h.Depth == 8 || h.Depth == 16
	}
	return false
}
