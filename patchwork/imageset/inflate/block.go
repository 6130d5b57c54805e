package inflate

import (
	"encoding/binary"
	"io"
)

// codeOrder is the order in which the lengths of the codes for lengths are stored.
//
// Source: RFC 1951, section 3.2.7.
var codeOrder = [19]uint8{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

// block reads a block's header and its tables.
func (s *Stream) block() error {
	head, err := s.take(3)
	if err != nil {
		return err
	}
	s.last = head&1 != 0
	switch head >> 1 {
	case 0:
		return s.stored()
	case 1:
		s.part = partCoded
		return s.fixed()
	case 2:
		s.part = partCoded
		return s.dynamic()
	}
	return corrupt("a block has an unknown kind")
}

func (s *Stream) stored() error {
	s.align()
	if len(s.src)-s.in < 4 {
		return io.ErrUnexpectedEOF
	}
	size, check := binary.LittleEndian.Uint16(s.src[s.in:]), binary.LittleEndian.Uint16(s.src[s.in+2:])
	if size != ^check {
		return corrupt("a stored block has two sizes")
	}
	s.in, s.left, s.part = s.in+4, int(size), partStored
	return nil
}

// fixed makes the tables of RFC 1951, section 3.2.6.
func (s *Stream) fixed() error {
	if s.isFixed {
		return nil
	}
	var lengths [288]uint8
	for i := range lengths {
		switch {
		case i < 144, i >= 280:
			lengths[i] = 8
		case i < 256:
			lengths[i] = 9
		default:
			lengths[i] = 7
		}
	}
	var dists [32]uint8
	for i := range dists {
		dists[i] = 5
	}
	err := s.tables(lengths[:], dists[:])
	s.isFixed = err == nil
	return err
}

var errEndless = corrupt("a block has no end")

// dynamic reads the tables of RFC 1951, section 3.2.7.
func (s *Stream) dynamic() error {
	head, err := s.take(14)
	if err != nil {
		return err
	}
	lits, dists, n := head&31+257, head>>5&31+1, head>>10+4
	if lits > 286 || dists > 30 {
		return corrupt("a block has too many symbols")
	}
	var small [19]uint8
	for _, i := range codeOrder[:n] {
		l, err := s.take(3)
		if err != nil {
			return err
		}
		small[i] = uint8(l)
	}
	var lengths [286 + 30]uint8
	if err := s.lengths(lengths[:lits+dists], small[:]); err != nil {
		return err
	}
	if lengths[256] == 0 {
		return errEndless
	}
	return s.tables(lengths[:lits], lengths[lits:lits+dists])
}

// lengths reads the lengths of codes, which are coded themselves.
func (s *Stream) lengths(lengths, small []uint8) error {
	const root = 7
	var symbols [19]entry
	for i := range symbols {
		symbols[i] = isLiteral | entry(i)<<16
	}
	var table [1 << root]entry
	if err := build(table[:], root, symbols[:], small); err != nil {
		return err
	}
	for i := 0; i < len(lengths); {
		s.refill()
		e := table[s.bits&(1<<root-1)]
		if s.n < e.size() || s.n == 0 {
			return io.ErrUnexpectedEOF
		}
		if e&isSpecial != 0 {
			return corrupt("a block's table holds an unknown code")
		}
		s.bits >>= e.size()
		s.n -= e.size()
		if e.value() < 16 {
			lengths[i] = uint8(e.value())
			i++
			continue
		}
		var l uint8
		extra, least := uint64(3), 3
		switch e.value() {
		case 16:
			if i == 0 {
				return corrupt("a block's table repeats nothing")
			}
			l, extra = lengths[i-1], 2
		case 18:
			extra, least = 7, 11
		}
		repeat, err := s.take(extra)
		if err != nil {
			return err
		}
		if repeat += least; repeat > len(lengths)-i {
			return corrupt("a block's table repeats too often")
		}
		for range repeat {
			lengths[i] = l
			i++
		}
	}
	return nil
}

func (s *Stream) tables(lits, dists []uint8) error {
	s.isFixed = false
	if err := build(s.lit[:], litBits, litSymbols[:], lits); err != nil {
		return err
	}
	pair(&s.lit)
	return build(s.far[:], farBits, farSymbols[:], dists)
}
