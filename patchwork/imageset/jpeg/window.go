package jpeg

import (
	"bytes"
	"encoding/binary"
	"io"
	"sync"
)

const (
	windowSize = 1 << 15
	// mcuBytes is more than an MCU can have: 10 blocks of 64 coefficients, each with a code and a value of 16 bits.
	mcuBytes = 4096
)

// window holds a piece of the data of a scan without what is stuffed into it, and reads bits of it. Behind the end of
// the data there are zeros, so that nothing need be checked within an MCU.
type window struct {
	bits uint64 // the next bits, from the highest; those behind n are right or 0
	n    uint   // how many
	at   int    // next byte in buf
	end  int    // of the data in buf
	last bool   // there is no more data before a marker or the end of the file
	buf  [windowSize + 2*mcuBytes]byte

	block [64]int32 // the coefficients of one

	data []byte
	from int // of the data that is not in buf yet
}

// windows keeps what is too large to be made anew for every small picture.
var windows = sync.Pool{New: func() any { return new(window) }}

// start begins to read at data[from].
func (w *window) start(data []byte, from int) {
	w.bits, w.n, w.at, w.end, w.last = 0, 0, 0, 0, false
	w.data, w.from = data, from
}

// ready makes sure that a whole MCU can be read.
func (w *window) ready() {
	if w.at+mcuBytes <= w.end || w.last {
		return
	}
	w.end = copy(w.buf[:], w.buf[w.at:w.end])
	w.at = 0
	for !w.last && w.end < windowSize {
		chunk := w.data[w.from:min(len(w.data), w.from+windowSize-w.end)]
		i := bytes.IndexByte(chunk, 0xff)
		if i < 0 {
			i = len(chunk)
		}
		w.end += copy(w.buf[w.end:], chunk[:i])
		w.from += i
		switch {
		case i < len(chunk) && w.from+1 < len(w.data) && w.data[w.from+1] == 0:
			w.buf[w.end] = 0xff
			w.end++
			w.from += 2
		case i < len(chunk), w.from == len(w.data):
			w.last = true
		}
	}
	clear(w.buf[w.end:min(len(w.buf), w.end+2*mcuBytes)])
}

// left is how many bits of the data are left; less than 0 if more have been read than there were.
func (w *window) left() int { return 8*(w.end-w.at) + int(w.n) }

// short is the error for data that ends too early.
func (w *window) short() error {
	if w.from+1 < len(w.data) {
		return FormatError("a scan ends early, at a marker")
	}
	return io.ErrUnexpectedEOF
}

// resume goes on behind the restart marker m, which should be next. Data before it is left over and passed over.
func (w *window) resume(m byte) error {
	for at := w.from; ; {
		i := bytes.IndexByte(w.data[at:], 0xff)
		if i < 0 || at+i+1 >= len(w.data) {
			return io.ErrUnexpectedEOF
		}
		at += i + 1
		switch w.data[at] {
		case m:
			w.start(w.data, at+1)
			return nil
		case 0:
			at++
		case 0xff: // fill bytes
		default:
			return FormatError("bad RST marker")
		}
	}
}

// refill returns the state of the reader with at least 56 bits.
func refill(buf *[windowSize + 2*mcuBytes]byte, bits uint64, n uint, at int) (uint64, uint, int) {
	return bits | binary.BigEndian.Uint64(buf[at:])>>(n&63), n | 56, at + int(63-n)>>3
}
