package tiff

import "fmt"

// subsampled is how YCbCr values that are not in a JPEG are stored: h x v pixels share their colour.
type subsampled struct {
	h, v int
	luma [3]float64 // the shares of red, green and blue in Y
	ref  [6]float64 // the values of Y, Cb and Cr that mean black and white, or no and full colour
}

func (s subsampled) on() bool { return s.h > 1 || s.v > 1 }

// bytes is how many bytes so many lines of w pixels take. Each block of h x v pixels is its Y values, Cb and Cr.
func (s subsampled) bytes(w, rows int) int {
	return ((w + s.h - 1) / s.h) * ((rows + s.v - 1) / s.v) * (s.h*s.v + 2)
}

// readYCbCr reads what the numbers of Y, Cb and Cr mean.
//
// Source: TIFF 6.0, section 21, and section 20 for ReferenceBlackWhite; where that is absent, full range, as in libtiff.
func (m *Image) readYCbCr(d *directory) error {
	s := &m.yuv
	*s = subsampled{h: 2, v: 2, luma: [3]float64{0.299, 0.587, 0.114}, ref: [6]float64{0, 255, 128, 255, 128, 255}}
	size, err := d.ints(tagYCbCrSubsampling, 2)
	if err != nil {
		return err
	}
	if len(size) == 2 {
		s.h, s.v = int(min(size[0], 99)), int(min(size[1], 99))
	}
	if m.Planar || m.Compression == JPEG {
		s.h, s.v = 1, 1 // planes are stored as they are, and JPEG knows itself
	}
	for _, n := range []int{s.h, s.v} {
		if n != 1 && n != 2 && n != 4 {
			return fmt.Errorf("its colours are subsampled by %d x %d; want 1, 2 or 4", s.h, s.v)
		}
	}
	luma, err := d.floats(tagYCbCrCoefficients, 3)
	if err != nil {
		return err
	}
	if len(luma) == 3 && luma[0] > 0 && luma[1] > 0 && luma[2] > 0 {
		copy(s.luma[:], luma)
	}
	ref, err := d.floats(tagReferenceBlack, 6)
	if err != nil {
		return err
	}
	if len(ref) == 6 && ref[0] < ref[1] && ref[2] < ref[3] && ref[4] < ref[5] {
		copy(s.ref[:], ref)
	}
	return nil
}

// widen turns blocks into so many lines of Y, Cb and Cr of every pixel.
func (l *loader) widen(data []byte, rows int) []byte {
	s, w := l.m.yuv, l.m.chunks.w
	l.wide = grown(l.wide, 3*w*rows)
	for y := 0; y < rows; y += s.v {
		for x := 0; x < w; x += s.h {
			cb, cr := data[s.h*s.v], data[s.h*s.v+1]
			for j := range min(s.v, rows-y) {
				line := l.wide[3*((y+j)*w+x):]
				for i := range min(s.h, w-x) {
					line[3*i], line[3*i+1], line[3*i+2] = data[j*s.h+i], cb, cr
				}
			}
			data = data[s.h*s.v+2:]
		}
	}
	return l.wide
}

// toRGB converts pixels of four bytes, the first three of which are Y, Cb and Cr, in place.
func (s subsampled) toRGB(pix []byte) {
	luma, blue, red := 255/(s.ref[1]-s.ref[0]), 127/(s.ref[3]-s.ref[2]), 127/(s.ref[5]-s.ref[4])
	for ; len(pix) >= 4; pix = pix[4:] {
		y := (float64(pix[0]) - s.ref[0]) * luma
		r := y + (float64(pix[2])-s.ref[4])*red*(2-2*s.luma[0])
		b := y + (float64(pix[1])-s.ref[2])*blue*(2-2*s.luma[2])
		g := (y - s.luma[0]*r - s.luma[2]*b) / s.luma[1]
		pix[0], pix[1], pix[2], pix[3] = level(r), level(g), level(b), 255
	}
}

// level rounds to 0..255.
func level(v float64) uint8 { return uint8(max(0, min(255, v+0.5))) }
