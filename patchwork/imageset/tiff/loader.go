package tiff

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/bits"

	"github.com/gopatchwork/patchwork/patchwork/imageset/inflate"
)

// loader decodes chunks one after another and keeps its memory between them.
type loader struct {
	m          *Image
	packed     []byte
	unpacked   []byte
	wide       []byte // lines whose colours were subsampled, or the scratch of predictor 3
	lzw        *lzwTable
	inflate    inflate.Stream
	jpegHeader []byte
}

// grown returns b with room for n bytes; its content is lost.
func grown(b []byte, n int) []byte {
	if cap(b) < n {
		return make([]byte, n)
	}
	return b[:n]
}

// lines decodes a chunk as far as it is wanted and gives each wanted line to put; nil lines where there is no data.
func (l *loader) lines(k chunk, put func(y int, line []byte)) error {
	m := l.m
	from, to := k.want.Min.Y-k.at.Y, k.want.Max.Y-k.at.Y
	width := m.lineBytes(m.chunks.w)
	subsampled := m.colour == ycc && m.yuv.on()
	whole, need := width*k.rows, width*to
	if subsampled {
		whole, need = m.yuv.bytes(m.chunks.w, k.rows), m.yuv.bytes(m.chunks.w, to)
	}
	limit := 2*int64(whole) + 1024 // what a compressor may waste
	if m.Compression == None {
		limit = int64(need)
	} else if m.Compression == JPEG {
		limit += 1 << 20 // for profiles and the like
	}
	at, n, err := m.place(k, limit)
	if err != nil {
		return err
	}
	if n == 0 {
		for y := from; y < to; y++ {
			put(y, nil)
		}
		return nil
	}
	if m.Compression == None && n < int64(need) {
		return short(int(n), whole)
	}
	if m.Compression == None && !subsampled {
		return l.plain(at, from, to, width, put)
	}
	if err := m.checkSize(need, whole); err != nil {
		return err
	}
	data := grown(l.unpacked, need)
	l.unpacked = data
	got, err := l.unpack(data, k, at, n, to)
	if err != nil {
		return err
	}
	if got < need {
		return short(got, whole)
	}
	if subsampled {
		data = l.widen(data, to)
	} else {
		l.finish(data[from*width:], width)
	}
	for y := from; y < to; y++ {
		put(y, data[y*width:][:width])
	}
	return nil
}

// checkSize says whether so many bytes may be unpacked, of a chunk that has so many.
func (m *Image) checkSize(need, whole int) error {
	limit := maxChunkBytes
	if m.Compression == JPEG { // which is decoded as a whole, and may take several times its size
		limit, need = limit/4, whole
	}
	if need <= limit {
		return nil
	}
	return fmt.Errorf("has %d MiB; at most %d are read at once. Cut the picture into tiles with gdal_translate -co TILED=YES", need>>20, limit>>20)
}

// short says that a chunk ends too early.
func short(got, want int) error { return fmt.Errorf("holds %d bytes of %d", got, want) }

// plain reads lines that are not compressed, some at a time.
func (l *loader) plain(at int64, from, to, width int, put func(y int, line []byte)) error {
	const piece = 1 << 16
	step := max(1, min(to-from, piece/width))
	if err := l.m.checkSize(width, width); err != nil {
		return err
	}
	l.unpacked = grown(l.unpacked, step*width)
	for y := from; y < to; y += step {
		data := l.unpacked[:min(step, to-y)*width]
		if err := l.read(data, at+int64(y)*int64(width)); err != nil {
			return err
		}
		if l.m.reversed {
			reverse(data)
		}
		l.finish(data, width)
		for i := 0; len(data) > 0; i++ {
			put(y+i, data[:width])
			data = data[width:]
		}
	}
	return nil
}

// check fails when the reader does not want to read the place any more, as it may after a while.
func (l *loader) check(at int64) error {
	var one [1]byte
	return l.read(one[:], at)
}

func (l *loader) read(b []byte, at int64) error {
	if got, err := l.m.r.ReadAt(b, at); got < len(b) {
		return eof(err)
	}
	return nil
}

// unpack decompresses the n bytes at this place into dst, up to its end, and returns how many bytes it got. It may
// fail only where dst is not full, except for a checksum that is wrong.
func (l *loader) unpack(dst []byte, k chunk, at, n int64, rows int) (int, error) {
	m := l.m
	section := io.NewSectionReader(m.r, at, n)
	switch m.Compression {
	case JPEG:
		return len(dst), l.jpeg(dst, at, n, k.rows, rows)
	case CCITTFax3, CCITTFax4:
		return l.fax(dst, section, k.rows)
	}
	l.packed = grown(l.packed, int(n))
	if err := l.read(l.packed, at); err != nil {
		return 0, err
	}
	if m.reversed {
		reverse(l.packed)
	}
	switch m.Compression {
	case Deflate, OldDeflate:
		return l.unpackDeflate(dst, l.packed, at, rows == k.rows)
	case None:
		return copy(dst, l.packed), nil
	case PackBits:
		return unpackBits(dst, l.packed), nil
	case LZW:
		if l.lzw == nil {
			l.lzw = new(lzwTable)
		}
		return l.lzw.unpack(dst, l.packed)
	}
	return 0, errors.New("cannot be unpacked")
}

// reverse turns the order of bits in each byte.
func reverse(b []byte) {
	for i, v := range b {
		b[i] = bits.Reverse8(v)
	}
}

// finish makes little-endian values of whole lines, and undoes the predictor where there is one.
func (l *loader) finish(data []byte, width int) {
	m := l.m
	predictor := int64(1)
	if m.predicts() {
		predictor = m.predictor
	}
	if predictor == 3 {
		l.wide = grown(l.wide, width)
		for ; len(data) > 0; data = data[width:] {
			undoFloat(data[:width], l.wide, m.inChunk(), m.Bits/8)
		}
		return
	}
	if m.swap {
		swap(data, m.Bits)
	}
	if predictor == 2 {
		for ; len(data) > 0; data = data[width:] {
			undoDifference(data[:width], m.inChunk(), m.Bits)
		}
	}
}

// swap turns big-endian values of 16, 32 or 64 bits into little-endian ones.
func swap(b []byte, size int) {
	le, be := binary.LittleEndian, binary.BigEndian
	switch size {
	case 16:
		for ; len(b) >= 2; b = b[2:] {
			le.PutUint16(b, be.Uint16(b))
		}
	case 32:
		for ; len(b) >= 4; b = b[4:] {
			le.PutUint32(b, be.Uint32(b))
		}
	case 64:
		for ; len(b) >= 8; b = b[8:] {
			le.PutUint64(b, be.Uint64(b))
		}
	}
}
