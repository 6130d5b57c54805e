package tiff

import (
	"fmt"
	"image"
	"math"
)

// Read decodes a window of the picture into dst, all bands. It is ReadBands with the bands 0 to Bands − 1.
func (m *Image) Read(rect image.Rectangle, dst []float32) error {
	all := make([]int, m.Bands)
	for i := range all {
		all[i] = i
	}
	return m.ReadBands(rect, all, dst)
}

// ReadBands decodes a window of some bands of the picture into dst. Bands are numbered from 0 and may come in any order,
// and more than once. Where each band is stored apart, only those that are wanted are decoded.
//
// Shapes: dst has rect.Dy() · rect.Dx() · len(bands) values, line by line, the bands of a pixel together. rect lies
// within (0, 0) to (Width, Height).
//
// Values are those of the file, 12345 for a stored 12345, with these exceptions. Values that mean "not measured" (NoData)
// are NaN, in each band for itself, and so is what a sparse file leaves out, which is 0 if the file has no NoData. One-bit
// grey is 0 (black) or 255. Palettes, CMYK and YCbCr become red, green and blue in 0..255, further bands left out;
// a palette's NoData is an index and makes all three NaN.
//
// Errors: rect, bands or dst are wrong; what is stored is not read (a compression, a predictor, a width of values); a
// chunk is broken, too short or beyond the end of the file. After an error dst holds anything.
func (m *Image) ReadBands(rect image.Rectangle, bands []int, dst []float32) error {
	if rect.Empty() || !rect.In(image.Rect(0, 0, m.Width, m.Height)) {
		return fmt.Errorf("the window %v is not in the picture of %d x %d", rect, m.Width, m.Height)
	}
	w, h := rect.Dx(), rect.Dy()
	if len(dst) != h*w*len(bands) {
		return fmt.Errorf("the room for the window has %d values; want %d x %d x %d", len(dst), h, w, len(bands))
	}
	for _, b := range bands {
		if b < 0 || b >= m.Bands {
			return fmt.Errorf("band %d is not among the %d of the picture, which are numbered from 0", b, m.Bands)
		}
	}
	switch m.colour {
	case indexed:
		return m.readIndexed(rect, bands, dst)
	case ink, ycc:
		pix, err := m.window(rect)
		if err != nil {
			return err
		}
		for i := range w * h {
			for j, b := range bands {
				dst[i*len(bands)+j] = float32(pix[4*i+b])
			}
		}
		return nil
	}
	return m.readStored(rect, bands, dst)
}

// readStored gives bands as they are stored.
func (m *Image) readStored(rect image.Rectangle, bands []int, dst []float32) error {
	w, n, scale := rect.Dx(), len(bands), m.bilevel()
	planes, in := []int{0}, m.inChunk()
	if m.Planar {
		planes = bands
	}
	direct := !m.Planar && n == in // the bands as they are interleaved
	for i, b := range bands {
		direct = direct && i == b
	}
	var scratch []float32 // a line of a chunk
	if !direct {
		scratch = make([]float32, w*in)
	}
	return m.walk(rect, planes, func(s span, line []byte, skip int) {
		to := dst[(s.y*w+s.x)*n:][:s.n*n]
		values := to
		if !direct {
			values = scratch[:s.n*in]
		}
		if line == nil {
			m.blank(values)
		} else {
			m.floats(values, line, skip*in)
		}
		if scale != nil {
			scale(values)
		}
		switch {
		case m.Planar:
			for i, v := range values {
				to[i*n+s.plane] = v
			}
		case !direct:
			for i := range s.n {
				for j, b := range bands {
					to[i*n+j] = values[i*in+b]
				}
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

// readIndexed gives bands of the colours of a palette.
func (m *Image) readIndexed(rect image.Rectangle, bands []int, dst []float32) error {
	w, n, in := rect.Dx(), len(bands), m.inChunk()
	indices := make([]float32, w*in)
	return m.walk(rect, []int{0}, func(s span, line []byte, skip int) {
		some := indices[:s.n*in]
		if line == nil {
			m.blank(some)
		} else {
			m.floats(some, line, skip*in)
		}
		to := dst[(s.y*w+s.x)*n:][:s.n*n]
		for i := range s.n {
			for j, b := range bands {
				if v := some[i*in]; math.IsNaN(float64(v)) {
					to[i*n+j] = nan
				} else {
					to[i*n+j] = float32(m.palette[int(v)][b])
				}
			}
		}
	})
}
