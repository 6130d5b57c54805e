package png

import (
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/gopatchwork/patchwork/patchwork/imageset/inflate"
)

var (
	errShort = errors.New("png: not enough pixel data")
	errLong  = errors.New("png: too much pixel data")
)

// unpacker unpacks the filtered lines of a picture one by one, through a window that slides over them.
type unpacker struct {
	stream inflate.Stream
	buf    []byte // the window, and spare bytes behind it
	at     int    // where the next line begins
	end    int    // where what is unpacked ends
	left   int    // bytes still to be unpacked
}

const (
	windowBytes = 256 << 10 // unpacked at a time, which caches hold
	spare       = 8         // bytes that may be read behind a line
	keptBytes   = 1 << 20   // a larger window is not kept for the next picture
	maxRatio    = 1032      // bytes that a byte of a zlib stream gives at most
)

var unpackers = sync.Pool{New: func() any { return new(unpacker) }}

// newUnpacker begins to unpack a stream of total bytes in lines of at most longest bytes.
func newUnpacker(stream []byte, total, longest int, check func() error) (*unpacker, error) {
	if total/maxRatio > len(stream) {
		return nil, errShort
	}
	u := unpackers.Get().(*unpacker)
	u.stream.Reset(stream)
	u.stream.Check = check
	u.at, u.end, u.left = 0, 0, total
	if size := min(total, inflate.History+max(windowBytes, longest)) + spare; cap(u.buf) < size {
		u.buf = make([]byte, size)
	} else {
		u.buf = u.buf[:size]
	}
	return u, nil
}

func (u *unpacker) close() {
	u.stream.Reset(nil)
	u.stream.Check = nil
	if cap(u.buf) > keptBytes {
		u.buf = nil
	}
	unpackers.Put(u)
}

// next returns the next n bytes. They are valid, and must not be changed, until the next call. Behind them are spare
// bytes of any value.
func (u *unpacker) next(n int) ([]byte, error) {
	if u.end-u.at < n {
		if err := u.slide(); err != nil {
			return nil, err
		}
		if u.end-u.at < n {
			return nil, errShort
		}
	}
	line := u.buf[u.at : u.at+n : u.at+n+spare]
	u.at += n
	return line, nil
}

// slide moves what is still needed to the beginning and fills the room.
func (u *unpacker) slide() error {
	if check := u.stream.Check; check != nil {
		if err := check(); err != nil {
			return err
		}
	}
	window := u.buf[:len(u.buf)-spare]
	if from := min(u.at, u.end-inflate.History); from > 0 {
		copy(window, window[from:u.end])
		u.at, u.end = u.at-from, u.end-from
	}
	end, err := u.stream.Fill(window[:min(len(window), u.end+u.left)], u.end)
	u.left -= end - u.end
	u.end = end
	if err == io.EOF {
		return nil
	}
	return unpackError(err)
}

// finish says whether the stream ends where the picture does.
func (u *unpacker) finish() error {
	switch _, err := u.stream.Fill(u.buf[:u.end], u.end); err {
	case io.EOF:
		return nil
	case nil:
		return errLong
	default:
		return unpackError(err)
	}
}

// unpackError is an error of the stream in words of the picture. The chunks are whole, so the file is not cut off.
func unpackError(err error) error {
	if err == io.ErrUnexpectedEOF {
		return errShort
	}
	if c, ok := errors.AsType[inflate.CorruptError](err); ok {
		return fmt.Errorf("png: the pixel data is damaged: %s", c.What)
	}
	return err
}

// pass is the part of the pixels that an interlaced file stores together: those at (x + i·dx, y + j·dy).
type pass struct{ x, y, dx, dy int }

// passes are those of Adam7.
//
// Source: PNG specification, third edition, 8.1.
var passes = []pass{{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}}

func (h Header) passes() []pass {
	if h.Interlaced {
		return passes
	}
	return []pass{{0, 0, 1, 1}}
}

// size is the number of pixels across and down.
func (p pass) size(h Header) (w, ht int) {
	return (h.Width - p.x + p.dx - 1) / p.dx, (h.Height - p.y + p.dy - 1) / p.dy
}

// open begins to unpack the lines of f.
func (f *file) open(check func() error) (*unpacker, error) {
	total := 0
	for _, p := range f.passes() {
		if w, h := p.size(f.Header); w > 0 {
			total += h * (1 + f.lineBytes(w))
		}
	}
	return newUnpacker(f.pixels, total, 1+f.lineBytes(f.Width), check)
}

// lines calls each with the samples of each line in the order of the file, in a byte or, if they have 16 bits, in two:
// the pass, how many pixels the line has, and its place among the picture's lines. They are valid until each returns.
func (f *file) lines(u *unpacker, each func(p pass, w, y int, samples []byte)) error {
	step := max(1, f.Depth*f.stored()/8)
	n := f.lineBytes(f.Width)
	both := make([]byte, 2*n)
	var small []byte
	if f.Depth < 8 {
		small = make([]byte, f.Width)
	}
	for _, p := range f.passes() {
		w, h := p.size(f.Header)
		if w == 0 {
			continue
		}
		n := f.lineBytes(w)
		line, up := both[:n], both[n:2*n]
		clear(up)
		for j := range h {
			src, err := u.next(1 + n)
			if err != nil {
				return err
			}
			if err := unfilter(line, up, src, step); err != nil {
				return err
			}
			samples := line
			if f.Depth < 8 {
				samples = small[:w]
				unpack(samples, line, f.Depth)
			}
			each(p, w, p.y+j*p.dy, samples)
			line, up = up, line
		}
	}
	return u.finish()
}
