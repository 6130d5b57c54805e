package png

import "encoding/binary"

// direct undoes the filter of the line src of 8-bit RGB or RGBA, whose first byte names it, and writes opaque RGBA.
// The line above is up, as RGBA, too; a stored pixel takes step bytes, 3 or 4. It reads a byte more than the line has.
//
// Each channel is filtered for itself, so that alpha need not be known.
func direct(dst, up, src []byte, step int) error {
	filter, src := src[0], src[1:]
	up = up[:len(dst)]
	j := 0
	switch filter {
	case filterNone:
		for i := 0; i+4 <= len(dst); i += 4 {
			binary.LittleEndian.PutUint32(dst[i:], binary.LittleEndian.Uint32(src[j:])|opaque)
			j += step
		}
	case filterSub:
		var a uint32
		for i := 0; i+4 <= len(dst); i += 4 {
			a = add4(a, binary.LittleEndian.Uint32(src[j:]))
			binary.LittleEndian.PutUint32(dst[i:], a|opaque)
			j += step
		}
	case filterUp:
		for i := 0; i+4 <= len(dst); i += 4 {
			b := binary.LittleEndian.Uint32(up[i:])
			binary.LittleEndian.PutUint32(dst[i:], add4(b, binary.LittleEndian.Uint32(src[j:]))|opaque)
			j += step
		}
	case filterAverage:
		var a uint32
		for i := 0; i+4 <= len(dst); i += 4 {
			b := binary.LittleEndian.Uint32(up[i:])
			half := a&b + (a^b)&0xfefefefe>>1
			a = add4(half, binary.LittleEndian.Uint32(src[j:]))
			binary.LittleEndian.PutUint32(dst[i:], a|opaque)
			j += step
		}
	case filterPaeth:
		var r, g, b, aboveR, aboveG, aboveB int
		for i := 0; i+4 <= len(dst); i += 4 {
			x := (*[4]byte)(src[j:])
			above := (*[4]byte)(up[i:])
			r = int(x[0] + uint8(paeth(r, int(above[0]), aboveR)))
			g = int(x[1] + uint8(paeth(g, int(above[1]), aboveG)))
			b = int(x[2] + uint8(paeth(b, int(above[2]), aboveB)))
			aboveR, aboveG, aboveB = int(above[0]), int(above[1]), int(above[2])
			binary.LittleEndian.PutUint32(dst[i:], uint32(r)|uint32(g)<<8|uint32(b)<<16|opaque)
			j += step
		}
	default:
		return filterError(filter)
	}
	return nil
}

// add4 adds four bytes to four others, each modulo 256.
func add4(a, b uint32) uint32 {
	const low7 = 0x7f7f7f7f
	return (a&low7 + b&low7) ^ (a^b)&^low7
}
