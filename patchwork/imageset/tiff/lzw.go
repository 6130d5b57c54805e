package tiff

import "errors"

const (
	lzwClear = 256
	lzwEnd   = 257
	lzwFirst = 258
	lzwCodes = 4096
)

// lzwTable is the table of strings of an LZW stream. Every string was written to the output when its code was made, so
// the table only says where.
type lzwTable struct {
	at, size [lzwCodes]int32
}

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
		n, p       int    // written, read
		acc        uint64 // bits that wait, the next one highest of the lowest `have`
		have       uint
		width      uint = 9
		next            = lzwFirst
		before          = -1 // where the string of the code before begins in dst, and how long it is
		beforeSize int
		endOfCodes = 1<<9 - early
	)
	for n < len(dst) {
		for have < width {
			if p == len(src) {
				return n, nil
			}
			acc = acc<<8 | uint64(src[p])
			p++
			have += 8
		}
		have -= width
		code := int(acc>>have) & (1<<width - 1)
		if early == 0 {
			code = mirrored(code, width)
		}
		if code == lzwClear {
			next, width, before, endOfCodes = lzwFirst, 9, -1, 1<<9-early
			continue
		}
		if code == lzwEnd {
			return n, nil
		}
		start := n
		switch {
		case code < 256:
			dst[n] = byte(code)
			n++
		case before >= 0 && code < next:
			from, size := int(t.at[code]), int(t.size[code])
			size = min(size, len(dst)-n)
			copyWithin(dst, n, from, size)
			n += size
		case before >= 0 && code == next && next < lzwCodes:
			// The string before with its own first byte added; it begins where the string before did.
			size := min(beforeSize+1, len(dst)-n)
			copyWithin(dst, n, before, size)
			n += size
		default:
			return n, errLZW
		}
		if before >= 0 && next < lzwCodes {
			t.at[next], t.size[next] = int32(before), int32(beforeSize+1)
			if next++; next >= endOfCodes && width < 12 {
				width++
				endOfCodes = 1<<width - early
			}
		}
		before, beforeSize = start, n-start
	}
	return n, nil
}

// copyWithin copies size bytes inside b to at from an earlier place, which may reach into the copy.
func copyWithin(b []byte, at, from, size int) {
	if size <= 8 {
		for i := range size {
			b[at+i] = b[from+i]
		}
		return
	}
	for size > 0 {
		n := copy(b[at:at+size], b[from:at])
		at, size = at+n, size-n
	}
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
