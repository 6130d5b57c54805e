// Package inflate unpacks zlib streams that lie wholly in memory into room of a known size. It accepts what
// compress/zlib accepts, takes less than half the time, and never writes beyond the room it is given.
//
// The package imports no other package of patchwork.
package inflate

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// History is how far back a stream may refer to its own output, in bytes.
const History = 32768

// ErrLong says that the stream goes on when the room is full.
var ErrLong = errors.New("inflate: there is more data than there should be")

// CorruptError says what is wrong with a stream.
type CorruptError struct{ What string }

func (e CorruptError) Error() string { return "inflate: the data is damaged: " + e.What }

func corrupt(format string, args ...any) error { return CorruptError{fmt.Sprintf(format, args...)} }

// Zlib unpacks src into dst and returns how many bytes that gave. What follows the stream in src is not looked at.
//
// Errors: src ends before the stream does (io.ErrUnexpectedEOF); it is malformed, or its checksum differs
// (CorruptError); dst is full and the stream goes on (ErrLong). The first n bytes of dst are what was unpacked until
// then, and bytes behind them may have changed.
//
// Source: RFC 1950 and RFC 1951.
func Zlib(dst, src []byte) (n int, err error) {
	var s Stream
	s.Reset(src)
	switch n, err = s.Fill(dst, 0); err {
	case nil:
		return n, ErrLong
	case io.EOF:
		return n, nil
	}
	return n, err
}

// Stream unpacks a zlib stream piece by piece. Reset begins one.
type Stream struct {
	// Check is called now and then, also where blocks hold nothing and Fill goes on without output. Its error ends the
	// work. It may be nil.
	Check func() error

	src  []byte
	in   int    // where in src the bits that have not been taken yet begin
	bits uint64 // the next bits, the first one lowest
	n    uint64 // how many of them count
	part part
	last bool // no block follows this one
	left int  // bytes left of a stored block, or of a match
	dist int  // of that match; 0 if what is left is the byte held
	held byte
	sum  adler
	err  error
	lit  [litSize]entry
	far  [farSize]entry

	blocks  int  // since the last Check
	isFixed bool // the tables are those of a block without tables
}

// part is what of a stream comes next.
type part uint8

const (
	partHeader  part = iota
	partBlock        // a block's header
	partStored       // bytes of a stored block
	partCoded        // symbols of a coded block
	partTrailer      // the checksum
)

// Reset begins a stream.
func (s *Stream) Reset(src []byte) {
	s.src, s.in, s.bits, s.n = src, 0, 0, 0
	s.part, s.last, s.left, s.sum, s.err = partHeader, false, 0, newAdler, nil
}

// Fill unpacks into dst[at:] until dst is full or the stream ends, and returns where in dst its output ends. Before at
// must lie what was unpacked before, all of it or the last History bytes.
//
// Errors: the stream has ended (io.EOF), and its checksum is right; those of Zlib but for ErrLong; that of Check. After
// an error each call gives it again.
func (s *Stream) Fill(dst []byte, at int) (int, error) {
	if s.err != nil {
		return at, s.err
	}
	out, err := s.fill(dst, at)
	s.sum = s.sum.add(dst[at:out])
	if err == nil && s.part == partTrailer {
		err = s.trailer()
	}
	s.err = err
	return out, err
}

// fill goes on until dst is full or the trailer is reached.
func (s *Stream) fill(dst []byte, out int) (int, error) {
	for {
		var err error
		switch s.part {
		case partHeader:
			err = s.header()
		case partBlock:
			if err = s.pause(); err == nil {
				err = s.block()
			}
		case partStored:
			k := copy(dst[out:], s.src[s.in:min(len(s.src), s.in+s.left)])
			s.in, s.left, out = s.in+k, s.left-k, out+k
			switch {
			case s.left == 0:
				s.endBlock()
			case s.in == len(s.src):
				err = io.ErrUnexpectedEOF
			default:
				return out, nil // dst is full
			}
		case partCoded:
			if out, err = s.coded(dst, out); err == nil && s.part == partCoded {
				return out, nil // dst is full
			}
		case partTrailer:
			return out, nil
		}
		if err != nil {
			return out, err
		}
	}
}

// pause calls Check before every 64th block. The tables of that many take less than a millisecond.
func (s *Stream) pause() error {
	if s.blocks++; s.blocks < 64 || s.Check == nil {
		return nil
	}
	s.blocks = 0
	return s.Check()
}

func (s *Stream) endBlock() {
	s.part = partBlock
	if s.last {
		s.part = partTrailer
	}
}

func (s *Stream) header() error {
	if len(s.src) < 2 {
		return io.ErrUnexpectedEOF
	}
	h := binary.BigEndian.Uint16(s.src)
	switch {
	case h>>8&15 != 8 || h>>12 > 7 || h%31 != 0:
		return corrupt("it does not begin as a zlib stream does")
	case h&0x20 != 0:
		return corrupt("it needs a preset dictionary")
	}
	s.in, s.part = 2, partBlock
	return nil
}

func (s *Stream) trailer() error {
	s.align()
	if len(s.src)-s.in < 4 {
		return io.ErrUnexpectedEOF
	}
	if binary.BigEndian.Uint32(s.src[s.in:]) != s.sum.value() {
		return corrupt("its checksum differs")
	}
	return io.EOF
}

// align drops the bits up to the next whole byte and gives back the bytes behind it.
func (s *Stream) align() {
	s.in -= int(s.n / 8)
	s.bits, s.n = 0, 0
}

// refill takes whole bytes while there are any, and leaves at most 63 bits, which fast relies on.
func (s *Stream) refill() {
	for s.n < 56 && s.in < len(s.src) {
		s.bits |= uint64(s.src[s.in]) << s.n
		s.in++
		s.n += 8
	}
}

// take returns the next k bits, at most 16.
func (s *Stream) take(k uint64) (int, error) {
	if s.n < k {
		if s.refill(); s.n < k {
			return 0, io.ErrUnexpectedEOF
		}
	}
	v := s.bits & (1<<k - 1)
	s.bits >>= k
	s.n -= k
	return int(v), nil
}
