package tiff

import (
	"encoding/binary"
	"errors"
)

const (
	lzwClear = 256
	lzwEnd   = 257
	lzwFirst = 258
	lzwCodes = 4096
)

// lzwTable is the table of strings of an LZW stream. Every string was written to the output when its code was made, so
// the table only says where.
type lzwTable [lzwCodes]struct{ at, size int32 }

var errLZW = errors.New("its LZW data is broken")

// unpack unpacks src into dst and returns how many bytes it got. Codes have 9 to 12 bits, the highest bit first, and
// grow one code early; in the old variant, the lowest bit comes first and they grow in time.
//
// Source: TIFF 6.0, section 13; the old variant is told by its first code, as in libtiff.
func (t *lzwTable) unpack(dst, src []byte) (int, error) {
	early := 1
	if len(src) > 1 && src[0] == 0 && src[1]&1 == 1 {
		src = append([]byte(nil), src...)
		reverse(src) // a code then lies as in the new variant, with its own bits reversed
		early = 0
	}
	var (
		n            int    // written
		acc          uint64 // bits that wait, in the lowest places
		have         uint   // how many
		width        uint   = 9
		grow                = 1<<9 - early
		next                = lzwFirst - 1 // the code to be made; the first string after a clear makes none, so 257 is wasted
		before, size int                   // where the last string begins in dst, and how long it is
	)
	for n < len(dst) {
		if have < width {
			switch {
			case len(src) >= 4:
				acc = acc<<32 | uint64(binary.BigEndian.Uint32(src))
				src, have = src[4:], have+32
			case len(src) > 0:
				acc = acc<<8 | uint64(src[0])
				src, have = src[1:], have+8
				continue
			default:
				return n, nil
			}
		}
		have -= width
		code := int(acc>>(have&63)) & (1<<(width&15) - 1)
		if early == 0 {
			code = mirrored(code, width)
		}
		last, lastSize := before, size
		before = n
		switch {
		case code < 256:
			dst[n] = byte(code)
			size = 1
		case code > lzwEnd && code < next:
			e := &t[code&(lzwCodes-1)]
			from := int(e.at)
			if size = int(e.size); size <= 8 && n+8 <= len(dst) { // what is too much is overwritten later
				*(*[8]byte)(dst[n:]) = *(*[8]byte)(dst[from:])
			} else {
				size = copy(dst[n:], dst[from:from+size])
			}
		case code == lzwClear:
			next, width, grow = lzwFirst-1, 9, 1<<9-early
			continue
		case code == lzwEnd:
			return n, nil
		case code == next && next < lzwCodes: // the last string and its own first byte
			size = copy(dst[n:], dst[last:n])
			if n+size < len(dst) {
				dst[n+size] = dst[last]
				size++
			}
		default:
			return n, errLZW
		}
		n += size
		if next < lzwCodes {
			e := &t[next&(lzwCodes-1)]
			e.at, e.size = int32(last), int32(lastSize+1)
			if next++; next >= grow && width < 12 {
				width++
				grow = 1<<width - early
			}
		}
	}
	return n, nil
}

// mirrored turns the order of the lowest width bits.
func mirrored(code int, width uint) int {
	out := 0
	for range width {
		out = out<<1 | code&1
		code >>= 1
	}
	return out
}
