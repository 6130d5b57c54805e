package png

import "encoding/binary"

// painter returns what writes a stored line, without a filter, to dst as opaque RGBA.
func (f *file) painter() func(dst, stored []byte) {
	n := f.stored()
	if f.Depth == 16 {
		return func(dst, stored []byte) { paint16(dst, stored, 2*n, f.Color == Gray || f.Color == GrayAlpha) }
	}
	switch f.Color {
	case Palette:
		return func(dst, stored []byte) { f.paintIndices(dst, stored) }
	case Gray, GrayAlpha:
		scale := 255 / (1<<f.Depth - 1)
		return func(dst, stored []byte) {
			if f.Depth < 8 {
				eachSmall(len(dst)/4, f.Depth, stored, func(i int, v byte) {
					putGrey(dst[4*i:], v*byte(scale))
				})
				return
			}
			for i := 0; 4*i < len(dst); i++ {
				putGrey(dst[4*i:], stored[n*i])
			}
		}
	}
	return func(dst, stored []byte) {
		for i := 0; 4*i < len(dst); i++ {
			p := stored[n*i:]
			dst[4*i], dst[4*i+1], dst[4*i+2], dst[4*i+3] = p[0], p[1], p[2], 255
		}
	}
}

func putGrey(dst []byte, v byte) {
	binary.LittleEndian.PutUint32(dst, uint32(v)*0x010101|0xff000000)
}

// paint16 scales pixels of step bytes, whose first samples of 16 bits are grey or the colours.
func paint16(dst, stored []byte, step int, grey bool) {
	for i := 0; 4*i < len(dst); i++ {
		p := stored[step*i:]
		if grey {
			putGrey(dst[4*i:], high(p))
			continue
		}
		dst[4*i], dst[4*i+1], dst[4*i+2], dst[4*i+3] = high(p), high(p[2:]), high(p[4:]), 255
	}
}

// high scales a sample of 16 bits to 8: round(v·255/65535).
func high(p []byte) byte { return byte((uint32(binary.BigEndian.Uint16(p)) + 128) / 257) }

func (f *file) paintIndices(dst, stored []byte) {
	eachSmall(len(dst)/4, f.Depth, stored, func(i int, v byte) {
		c := &f.palette[v]
		dst[4*i], dst[4*i+1], dst[4*i+2], dst[4*i+3] = c[0], c[1], c[2], 255
	})
}

// eachSmall calls f with the first n samples of at most 8 bits. The first one stands in the highest bits of a byte.
func eachSmall(n, depth int, stored []byte, f func(i int, v byte)) {
	if depth == 8 {
		for i, v := range stored[:n] {
			f(i, v)
		}
		return
	}
	mask := byte(1<<depth - 1)
	for i := range n {
		bit := i * depth
		f(i, stored[bit/8]>>(8-depth-bit%8)&mask)
	}
}

// spreader returns what writes a stored line, without a filter, to dst as numbers.
func (f *file) spreader() func(dst []float32, stored []byte) {
	switch {
	case f.Color == Palette:
		return func(dst []float32, stored []byte) {
			eachSmall(len(dst)/3, f.Depth, stored, func(i int, v byte) {
				for k, c := range f.palette[v] {
					dst[3*i+k] = float32(c)
				}
			})
		}
	case f.Depth == 16:
		return func(dst []float32, stored []byte) {
			for i := range dst {
				dst[i] = float32(binary.BigEndian.Uint16(stored[2*i:]))
			}
		}
	}
	return func(dst []float32, stored []byte) {
		eachSmall(len(dst), f.Depth, stored, func(i int, v byte) { dst[i] = float32(v) })
	}
}
