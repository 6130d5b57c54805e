package png

import "encoding/binary"

// unpack writes samples of 1, 2 or 4 bits to a byte each. The first one stands in the highest bits of a byte.
func unpack(dst, line []byte, depth int) {
	mask := byte(1<<depth - 1)
	shift := 8
	for i := range dst {
		shift -= depth
		dst[i] = line[0] >> shift & mask
		if shift == 0 {
			line, shift = line[1:], 8
		}
	}
}

const opaque = 0xff000000 // alpha in a pixel of RGBA, the first byte of which is the lowest

// painter returns what writes the samples of a line, of a byte or of two, to dst as opaque RGBA.
func (f *file) painter() func(dst, samples []byte) {
	n := f.stored()
	if f.Depth == 16 {
		n *= 2
	}
	switch f.Color {
	case Palette:
		var colours [256]uint32
		for i, c := range f.palette {
			colours[i] = uint32(c[0]) | uint32(c[1])<<8 | uint32(c[2])<<16 | opaque
		}
		return func(dst, samples []byte) {
			for i, v := range samples[:len(dst)/4] {
				binary.LittleEndian.PutUint32(dst[4*i:], colours[v])
			}
		}
	case Gray, GrayAlpha:
		scale := uint32(255) / (1<<min(f.Depth, 8) - 1) * 0x010101
		return func(dst, samples []byte) {
			for len(dst) >= 4 {
				v := samples[0]
				if f.Depth == 16 {
					v = high(samples)
				}
				binary.LittleEndian.PutUint32(dst, uint32(v)*scale|opaque)
				dst, samples = dst[4:], samples[n:]
			}
		}
	}
	return func(dst, samples []byte) {
		for len(dst) >= 4 {
			if f.Depth == 16 {
				dst[0], dst[1], dst[2] = high(samples), high(samples[2:]), high(samples[4:])
			} else {
				dst[0], dst[1], dst[2] = samples[0], samples[1], samples[2]
			}
			dst[3] = 255
			dst, samples = dst[4:], samples[n:]
		}
	}
}

// high scales a sample of 16 bits to 8: round(v·255/65535).
func high(p []byte) byte { return byte((uint32(binary.BigEndian.Uint16(p)) + 128) / 257) }

// spreader returns what writes the samples of a line, of a byte or of two, to dst as numbers.
func (f *file) spreader() func(dst []float32, samples []byte) {
	switch {
	case f.Color == Palette:
		return func(dst []float32, samples []byte) {
			for i, v := range samples[:len(dst)/3] {
				for k, c := range f.palette[v] {
					dst[3*i+k] = float32(c)
				}
			}
		}
	case f.Depth == 16:
		return func(dst []float32, samples []byte) {
			for i := range dst {
				dst[i] = float32(binary.BigEndian.Uint16(samples[2*i:]))
			}
		}
	}
	return func(dst []float32, samples []byte) {
		for i, v := range samples[:len(dst)] {
			dst[i] = float32(v)
		}
	}
}
