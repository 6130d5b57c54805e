package inflate

import (
	"encoding/binary"
	"io"
)

// coded unpacks symbols until dst is full or the block ends, and then calls endBlock.
func (s *Stream) coded(dst []byte, out int) (int, error) {
	for {
		var err error
		if s.left == 0 {
			out, err = s.fast(dst, out)
			if err != nil || s.part != partCoded {
				return out, err
			}
		}
		var more bool
		if out, more, err = s.careful(dst, out); err != nil || !more {
			return out, err
		}
	}
}

// Within the room that fast keeps free, it writes three times two literals and a match with what it copies too much;
// and it reads twice.
const (
	roomOut = 6 + 258 + 16
	roomIn  = 16
)

// fast unpacks symbols while there is room. Between two refills are at least 56 bits: three times litBits, and the 15
// and 5 of a length behind two entries; or the 15 and 13 of a distance.
func (s *Stream) fast(dst []byte, out int) (int, error) {
	src, in, bits, n := s.src, s.in, s.bits, s.n
	lit, far := &s.lit, &s.far
	var err error
	for out <= len(dst)-roomOut && in <= len(src)-roomIn {
		bits |= binary.LittleEndian.Uint64(src[in:]) << (n & 63)
		in += int(7 - n>>3)
		n |= 56
		e := lit[bits&(1<<litBits-1)]
		if e&isLiteral != 0 {
			binary.LittleEndian.PutUint16(dst[out:], uint16(e>>16))
			out += int(e >> 8 & 3)
			bits >>= e & 63
			n -= uint64(e & 63)
			e = lit[bits&(1<<litBits-1)]
			if e&isLiteral != 0 {
				binary.LittleEndian.PutUint16(dst[out:], uint16(e>>16))
				out += int(e >> 8 & 3)
				bits >>= e & 63
				n -= uint64(e & 63)
				e = lit[bits&(1<<litBits-1)]
				if e&isLiteral != 0 {
					binary.LittleEndian.PutUint16(dst[out:], uint16(e>>16))
					out += int(e >> 8 & 3)
					bits >>= e & 63
					n -= uint64(e & 63)
					continue
				}
			}
		}
		if e&isSpecial != 0 {
			if e&isTable == isTable {
				bits >>= litBits
				n -= litBits
				e = lit[(uint64(e>>16)+bits&(1<<(e>>8&15)-1))&(litSize-1)]
			}
			if e&isLiteral != 0 {
				dst[out] = byte(e >> 16)
				out++
				bits >>= e & 63
				n -= uint64(e & 63)
				continue
			}
			if e&isSpecial != 0 {
				bits >>= e & 63
				n -= uint64(e & 63)
				if e&isEnd == isEnd {
					s.endBlock()
				} else {
					err = corrupt("it holds an unknown code")
				}
				break
			}
		}
		length := int(e>>16) + int(bits&(1<<(e&63)-1)>>(e>>8&15))
		bits >>= e & 63
		n -= uint64(e & 63)

		bits |= binary.LittleEndian.Uint64(src[in:]) << (n & 63)
		in += int(7 - n>>3)
		n |= 56
		e = far[bits&(1<<farBits-1)]
		if e&isSpecial != 0 {
			if e&isTable == isTable {
				bits >>= farBits
				n -= farBits
				e = far[(uint64(e>>16)+bits&(1<<(e>>8&15)-1))&(farSize-1)]
			}
			if e&isSpecial != 0 {
				err = corrupt("it holds an unknown code")
				break
			}
		}
		dist := int(e>>16) + int(bits&(1<<(e&63)-1)>>(e>>8&15))
		bits >>= e & 63
		n -= uint64(e & 63)
		if dist > out {
			err = corrupt("it refers to what comes before its beginning")
			break
		}
		repeat(dst, out, length, dist)
		out += length
	}
	s.in, s.bits, s.n = in, bits, n
	return out, err
}

// repeat copies length bytes from dist bytes before out to out, where copies repeat themselves. It may write 16 bytes
// too many.
func repeat(dst []byte, out, length, dist int) {
	from, end := out-dist, out+length
	if dist >= 8 {
		for {
			binary.LittleEndian.PutUint64(dst[out:], binary.LittleEndian.Uint64(dst[from:]))
			binary.LittleEndian.PutUint64(dst[out+8:], binary.LittleEndian.Uint64(dst[from+8:]))
			if out += 16; out >= end {
				return
			}
			from += 16
		}
	}
	// Eight bytes hold the pattern once or more; it is written again at each multiple of its size.
	p := patterns[dist&7]
	v := binary.LittleEndian.Uint64(dst[from:]) & p.mask * p.times
	for ; out < end; out += p.step {
		binary.LittleEndian.PutUint64(dst[out:], v)
	}
}

// patterns are, by size: which bytes count, what repeats them within eight bytes, and the largest multiple within.
var patterns = [8]struct {
	mask, times uint64
	step        int
}{
	{},
	{0xff, 0x0101010101010101, 8},
	{0xffff, 0x0001000100010001, 8},
	{0xffffff, 0x0001000001000001, 6},
	{0xffffffff, 0x0000000100000001, 8},
	{0xffffffffff, 0x0000010000000001, 5},
	{0xffffffffffff, 0x0001000000000001, 6},
	{0xffffffffffffff, 0x0100000000000001, 7},
}

// careful unpacks one symbol with every check. It reports whether there may be more: dst is not full and the block has
// not ended. What does not fit into dst is left for the next call.
func (s *Stream) careful(dst []byte, out int) (int, bool, error) {
	if s.left == 0 {
		s.refill()
		e, size := look(s.lit[:], litBits, s.bits)
		switch {
		case s.n < size:
			return out, false, io.ErrUnexpectedEOF
		case e&isLiteral != 0:
			if out == len(dst) {
				return out, false, nil
			}
			s.drop(size)
			dst[out] = byte(e >> 16)
			out++
			if e.small() == 2 {
				s.left, s.dist, s.held = 1, 0, byte(e>>24)
			}
		case e&isEnd == isEnd:
			s.drop(size)
			s.endBlock()
			return out, false, nil
		case e&isSpecial != 0:
			return out, false, corrupt("it holds an unknown code")
		default:
			length := e.value() + s.extra(e, size)
			s.drop(size)
			e, size = look(s.far[:], farBits, s.bits)
			switch {
			case s.n < size:
				return out, false, io.ErrUnexpectedEOF
			case e&isSpecial != 0:
				return out, false, corrupt("it holds an unknown code")
			}
			s.left, s.dist = length, e.value()+s.extra(e, size)
			s.drop(size)
			if s.dist > out {
				return out, false, corrupt("it refers to what comes before its beginning")
			}
		}
	}
	for ; s.left > 0 && out < len(dst); s.left-- {
		switch {
		case s.dist == 0:
			dst[out] = s.held
		case s.dist > out: // the caller has not kept what it should
			return out, false, corrupt("it refers to what is gone")
		default:
			dst[out] = dst[out-s.dist]
		}
		out++
	}
	return out, s.left == 0, nil
}

// look returns the entry for the next bits and how many of them it takes.
func look(table []entry, root int, bits uint64) (entry, uint64) {
	e := table[bits&(1<<root-1)]
	if e&isTable != isTable {
		return e, e.size()
	}
	e = table[e.value()+int(bits>>root&(1<<e.small()-1))]
	return e, uint64(root) + e.size()
}

// extra returns the extra bits of a length or distance that takes size bits in all.
func (s *Stream) extra(e entry, size uint64) int {
	return int(s.bits & (1<<size - 1) >> (size - e.size() + e.small()))
}

func (s *Stream) drop(k uint64) {
	s.bits >>= k
	s.n -= k
}
