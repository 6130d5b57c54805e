package tiff

import (
	"fmt"
	"image"
	"math"
)

// Read decodes a window of the picture into dst.
//
// Shapes: dst has rect.Dy() · rect.Dx() · Bands values, line by line, the bands of a pixel together. rect lies within
// (0, 0) to (Width, Height).
//
// Values are those of the file, 12345 for a stored 12345, with these exceptions. Values that mean "not measured" (NoData)
// are NaN, in each band for itself, and so is what a sparse file leaves out, which is 0 if the file has no NoData. One-bit
// grey is 0 (black) or 255. Palettes, CMYK and YCbCr become red, green and blue in 0..255, further bands left out;
// a palette's NoData is an index and makes all three NaN.
//
// Errors: rect or dst has a wrong size; what is stored is not read (a compression, a predictor, a width of values); a
// chunk is broken, too short or beyond the end of the file. After an error dst holds anything.
func (m *Image) Read(rect image.Rectangle, dst []float32) error {
	if rect.Empty() || !rect.In(image.Rect(0, 0, m.Width, m.Height)) {
		return fmt.Errorf("the window %v is not in the picture of %d x %d", rect, m.Width, m.Height)
	}
	w, h := rect.Dx(), rect.Dy()
	if len(dst) != h*w*m.Bands {
		return fmt.Errorf("the room for the window has %d values; want %d x %d x %d", len(dst), h, w, m.Bands)
	}
	switch m.colour {
	case indexed:
		return m.readIndexed(rect, dst)
	case ink, lumaBlue:
		pix, err := m.window(rect)
		if err != nil {
			return err
		}
		for i := range w * h {
			dst[3*i], dst[3*i+1], dst[3*i+2] = float32(pix[4*i]), float32(pix[4*i+1]), float32(pix[4*i+2])
		}
		return nil
	}
	return m.readStored(rect, dst, m.samples)
}

// readStored gives the first planes as they are stored, [h, w, bands].
func (m *Image) readStored(rect image.Rectangle, dst []float32, bands int) error {
	planes, w := 1, rect.Dx()
	var one []float32 // a line of one plane
	if m.Planar {
		planes, one = bands, make([]float32, w)
	}
	scale := m.bilevel()
	return m.walk(rect, planes, func(s span, line []byte, skip int) {
		to := dst[(s.y*w+s.x)*bands:][:s.n*bands]
		values := to
		if m.Planar {
			values = one[:s.n]
		}
		if line == nil {
			m.blank(values)
		} else {
			m.floats(values, line, skip*m.inChunk())
		}
		if scale != nil {
			scale(values)
		}
		if m.Planar {
			for i, v := range values {
				to[i*bands+s.plane] = v
			}
		}
	})
}

// blank fills in what a sparse file leaves out.
func (m *Image) blank(dst []float32) {
	v := float32(0)
	if m.HasNoData {
		v = nan
	}
	for i := range dst {
		dst[i] = v
	}
}

// bilevel returns what makes black and white of one-bit grey, or nil for other pictures.
func (m *Image) bilevel() func([]float32) {
	if m.Bits != 1 || m.colour != grey || m.samples != 1 || m.Format != Uint {
		return nil
	}
	zero, one := float32(0), float32(255)
	if m.Photometric == MinIsWhite {
		zero, one = one, zero
	}
	return func(values []float32) {
		for i, v := range values {
			switch v {
			case 0:
				values[i] = zero
			case 1:
				values[i] = one
			}
		}
	}
}

// readIndexed gives the colours of a palette.
func (m *Image) readIndexed(rect image.Rectangle, dst []float32) error {
	w := rect.Dx()
	indices := make([]float32, w*m.inChunk())
	return m.walk(rect, 1, func(s span, line []byte, skip int) {
		some := indices[:s.n*m.inChunk()]
		if line == nil {
			m.blank(some)
		} else {
			m.floats(some, line, skip*m.inChunk())
		}
		to := dst[3*(s.y*w+s.x):][:3*s.n]
		for i := range s.n {
			v := some[i*m.inChunk()]
			if math.IsNaN(float64(v)) {
				to[3*i], to[3*i+1], to[3*i+2] = nan, nan, nan
				continue
			}
			c := m.palette[int(v)]
			to[3*i], to[3*i+1], to[3*i+2] = float32(c[0]), float32(c[1]), float32(c[2])
		}
	})
}
