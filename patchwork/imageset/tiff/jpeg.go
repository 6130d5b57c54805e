package tiff

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/draw"
	slow "image/jpeg"
	"io"
	"strings"

	"github.com/gopatchwork/patchwork/patchwork/imageset/jpeg"
)

// jpeg decodes the JPEG of n bytes at this place into dst: lines of the chunk's width of interleaved bands. YCbCr
// becomes RGB. The picture may be higher than the rows that are wanted, and at most as high as the chunk.
//
// Source: TIFF Technical Note 2, on the tables that all chunks share.
func (l *loader) jpeg(dst []byte, at, n int64, most, rows int) error {
	m, w := l.m, l.m.chunks.w
	var soi [2]byte
	if n < 4 {
		return short(int(n), 4)
	}
	if err := l.read(soi[:], at); err != nil {
		return err
	}
	if soi != [2]byte{0xff, 0xd8} {
		return fmt.Errorf("its JPEG begins with % x; want ff d8", soi)
	}
	if l.jpegHeader == nil {
		l.jpegHeader = m.jpegStart()
	}
	l.packed = append(append(l.packed[:0], l.jpegHeader...), make([]byte, n-2)...)
	if err := l.read(l.packed[len(l.jpegHeader):], at+2); err != nil {
		return err
	}
	fits := func(width, height int) error {
		if width != w || height < rows || height > most {
			return fmt.Errorf("its JPEG has %d x %d pixels; want %d x %d", width, height, w, most)
		}
		return nil
	}
	p, err := l.photo(at, fits)
	if err != nil {
		return err
	}
	return m.flatten(dst, p, w, rows)
}

// photo decodes the JPEG in packed: with the project's decoder, or with that of Go's library if ours does not know its
// kind, as CMYK. Fits says whether its size will do.
func (l *loader) photo(at int64, fits func(w, h int) error) (image.Image, error) {
	own, err := jpeg.Open(l.packed)
	if errors.Is(err, jpeg.ErrUnsupported) {
		size, err := slow.DecodeConfig(bytes.NewReader(l.packed))
		if err != nil {
			return nil, jpegError(err)
		}
		if err := fits(size.Width, size.Height); err != nil {
			return nil, err
		}
		p, err := slow.Decode(bytes.NewReader(l.packed))
		if err != nil {
			return nil, jpegError(err)
		}
		return p, l.check(at)
	}
	if err != nil {
		return nil, jpegError(err)
	}
	if err := fits(own.Width, own.Height); err != nil {
		return nil, err
	}
	var broken error // of the reader
	p, err := own.Decode(jpeg.Options{Check: func() error {
		broken = l.check(at)
		return broken
	}})
	switch {
	case broken != nil:
		return nil, broken
	case err != nil:
		return nil, jpegError(err)
	}
	return p, nil
}

// jpegStart is what comes before the data of each chunk: a note on the colours, then the shared tables.
func (m *Image) jpegStart() []byte {
	b := []byte{0xff, 0xd8}
	if m.inChunk() == 4 || m.inChunk() == 3 && m.Photometric != YCbCr { // the bands are what they are
		b = append(b, "\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00\x00"...)
	}
	if t := m.tables; len(t) > 4 && t[0] == 0xff && t[1] == 0xd8 && t[len(t)-2] == 0xff && t[len(t)-1] == 0xd9 {
		b = append(b, t[2:len(t)-2]...)
	}
	return b
}

// jpegError is a decoder's error without its package.
func jpegError(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return fmt.Errorf("its JPEG is cut off: %w", io.ErrUnexpectedEOF)
	}
	s := err.Error()
	for _, prefix := range []string{"jpeg: ", "invalid JPEG format: ", "unsupported JPEG feature: "} {
		s = strings.TrimPrefix(s, prefix)
	}
	return errors.New("its JPEG is not read: " + s)
}

// flatten writes the lines of a decoded JPEG as interleaved bands.
func (m *Image) flatten(dst []byte, p image.Image, w, rows int) error {
	bands := m.inChunk()
	if yuv, ok := p.(*image.YCbCr); ok && m.Photometric == YCbCr {
		p = image.NewRGBA(yuv.Rect)
		draw.Draw(p.(*image.RGBA), yuv.Rect, yuv, yuv.Rect.Min, draw.Src)
	}
	if got := jpegBands(p); got != bands {
		return fmt.Errorf("its JPEG has %d bands; want %d", got, bands)
	}
	for y := range rows {
		line := dst[y*w*bands:][:w*bands]
		switch p := p.(type) {
		case *image.Gray:
			copy(line, p.Pix[y*p.Stride:])
		case *image.RGBA:
			from := p.Pix[y*p.Stride:]
			for ; len(line) > 0; line, from = line[3:], from[4:] {
				line[0], line[1], line[2] = from[0], from[1], from[2]
			}
		case *image.YCbCr:
			for x := range w {
				c := p.YCbCrAt(x, y) // only named so
				line[3*x], line[3*x+1], line[3*x+2] = c.Y, c.Cb, c.Cr
			}
		case *image.CMYK: // which the decoder has inverted
			for i, v := range p.Pix[y*p.Stride:][:len(line)] {
				line[i] = 255 - v
			}
		}
	}
	return nil
}

// jpegBands is how many bands a decoded JPEG has; 0 for what the decoder does not make.
func jpegBands(p image.Image) int {
	switch p.(type) {
	case *image.Gray:
		return 1
	case *image.RGBA, *image.YCbCr:
		return 3
	case *image.CMYK:
		return 4
	}
	return 0
}
