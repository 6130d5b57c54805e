package png

import "image"

// Decode decodes a picture to opaque RGBA. Grey becomes three equal channels, 1, 2 and 4 bits are spread over 0 to
// 255, 16 bits are scaled to round(v·255/65535), alpha and a transparent colour are left out, and an index beyond the
// palette is black.
//
// Check is called every 256 KiB of unpacked data at least, and its error ends the work; it may be nil. Memory is 4 bytes a pixel,
// a copy of the compressed data, and a window of a few hundred kilobytes or, if it is longer, a line.
//
// Errors: data is cut off (io.ErrUnexpectedEOF); it is damaged or malformed; it holds too few or too many pixels; that
// of check. Damage to chunks that the picture does not need is overlooked.
func Decode(data []byte, check func() error) (*image.RGBA, error) {
	f, err := read(data)
	if err != nil {
		return nil, err
	}
	u, err := f.open(check)
	if err != nil {
		return nil, err
	}
	defer u.close()
	m := image.NewRGBA(image.Rect(0, 0, f.Width, f.Height))
	if f.Depth == 8 && !f.Interlaced && (f.Color == RGB || f.Color == RGBA) {
		err = f.direct(u, m)
	} else {
		err = f.paint(u, m)
	}
	if err != nil {
		return nil, err
	}
	return m, nil
}

// paint fills m from any picture.
func (f *file) paint(u *unpacker, m *image.RGBA) error {
	to := f.painter()
	line := make([]byte, 4*f.Width)
	return f.lines(u, func(p pass, w, y int, samples []byte) {
		dst := m.Pix[y*m.Stride:][:m.Stride]
		if p.dx == 1 {
			to(dst, samples)
			return
		}
		to(line[:4*w], samples)
		for i := range w {
			copy(dst[4*(p.x+i*p.dx):][:4], line[4*i:])
		}
	})
}

// direct fills m from 8-bit RGB or RGBA.
func (f *file) direct(u *unpacker, m *image.RGBA) error {
	up := make([]byte, m.Stride)
	n := 1 + f.lineBytes(f.Width)
	for y := range f.Height {
		src, err := u.next(n)
		if err != nil {
			return err
		}
		dst := m.Pix[y*m.Stride:][:m.Stride]
		if err := direct(dst, up, src[:n+1], f.stored()); err != nil {
			return err
		}
		up = dst
	}
	return u.finish()
}

// Samples decodes a picture to its samples as they are stored: [height, width, bands], 0 to 2^depth − 1. Alpha is a
// band like another, and a palette's colours are given, as 8 bits. A transparent colour has no part in it.
//
// Check and the errors are those of Decode. Memory is 4 bytes a sample, and else as there.
func Samples(data []byte, check func() error) ([]float32, Header, error) {
	f, err := read(data)
	if err != nil {
		return nil, Header{}, err
	}
	u, err := f.open(check)
	if err != nil {
		return nil, Header{}, err
	}
	defer u.close()
	n := f.Bands()
	out := make([]float32, f.Width*f.Height*n)
	spread := f.spreader()
	line := make([]float32, f.Width*n)
	err = f.lines(u, func(p pass, w, y int, samples []byte) {
		dst := out[y*f.Width*n:][:f.Width*n]
		if p.dx == 1 {
			spread(dst, samples)
			return
		}
		spread(line[:w*n], samples)
		for i := range w {
			copy(dst[n*(p.x+i*p.dx):][:n], line[n*i:])
		}
	})
	if err != nil {
		return nil, Header{}, err
	}
	return out, f.Header, nil
}
