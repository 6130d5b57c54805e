package png

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
	"math/rand/v2"
	"slices"
)

// headers are all colours and depths, of the given size, plain and interlaced.
func headers(w, h int) []Header {
	var list []Header
	for _, c := range []Color{Gray, RGB, Palette, GrayAlpha, RGBA} {
		for _, depth := range []int{1, 2, 4, 8, 16} {
			for _, interlaced := range []bool{false, true} {
				if h := (Header{w, h, depth, c, interlaced}); h.known() {
					list = append(list, h)
				}
			}
		}
	}
	return list
}

// picture is a file made by hand, and what it is made of.
type picture struct {
	Header
	values  []uint16 // samples or indices, [height, width, stored]
	palette []byte
	raw     []byte // the filtered lines
	file    []byte
}

// draw makes a picture: smooth and noisy lines, each with a filter drawn by r. Some indices lie beyond the palette.
func draw(h Header, r *rand.Rand) *picture {
	p := &picture{Header: h, values: make([]uint16, h.Width*h.Height*h.stored())}
	for i := range p.values {
		y := i / (h.Width * h.stored())
		v := uint16(r.Uint32())
		if y%3 > 0 {
			v = uint16(i*(i%4+1)*300) + v%1500
		}
		p.values[i] = v >> (16 - h.Depth)
	}
	if h.Color == Palette {
		n := 1<<h.Depth - r.IntN(1<<h.Depth)/2
		for range 3 * n {
			p.palette = append(p.palette, byte(r.Uint32()))
		}
	}
	for _, pass := range h.passes() {
		w, lines := pass.size(h)
		if w == 0 {
			continue
		}
		up := make([]byte, h.lineBytes(w))
		for j := range lines {
			line := p.line(pass, w, pass.y+j*pass.dy)
			p.raw = append(p.raw, filtered(byte(r.IntN(5)), line, up, max(1, h.Depth*h.stored()/8))...)
			up = line
		}
	}
	p.write(r.IntN(3) * 100)
	return p
}

// line packs the samples of a line of a pass.
func (p *picture) line(s pass, w, y int) []byte {
	line := make([]byte, p.lineBytes(w))
	n := p.stored()
	bit := 0
	for i := range w {
		for _, v := range p.values[n*(y*p.Width+s.x+i*s.dx):][:n] {
			if p.Depth == 16 {
				binary.BigEndian.PutUint16(line[bit/8:], v)
			} else {
				line[bit/8] |= byte(v) << (8 - p.Depth - bit%8)
			}
			bit += p.Depth
		}
	}
	return line
}

// filtered applies a filter to a line as the specification says it.
func filtered(filter byte, line, up []byte, step int) []byte {
	out := []byte{filter}
	for i, x := range line {
		var a, b, c int
		b = int(up[i])
		if i >= step {
			a, c = int(line[i-step]), int(up[i-step])
		}
		out = append(out, x-byte([]int{0, a, b, (a + b) / 2, slowPaeth(a, b, c)}[filter]))
	}
	return out
}

// slowPaeth is the predictor as the specification says it.
func slowPaeth(a, b, c int) int {
	abs := func(v int) int { return max(v, -v) }
	p := a + b - c
	pa, pb, pc := abs(p-a), abs(p-b), abs(p-c)
	switch {
	case pa <= pb && pa <= pc:
		return a
	case pb <= pc:
		return b
	}
	return c
}

var packer = zlib.NewWriter(nil) // is large, so there is one for all

// write makes the file, with the pixel data in chunks of size bytes, 0 for a single one.
func (p *picture) write(size int) {
	var b bytes.Buffer
	packer.Reset(&b)
	packer.Write(p.raw)
	packer.Close()
	head := binary.BigEndian.AppendUint32(nil, uint32(p.Width))
	head = binary.BigEndian.AppendUint32(head, uint32(p.Height))
	head = append(head, byte(p.Depth), byte(p.Color), 0, 0, 0)
	if p.Interlaced {
		head[12] = 1
	}
	p.file = slices.Concat([]byte(signature), makeChunk("IHDR", head), makeChunk("tEXt", []byte("Comment\x00by hand")))
	if p.palette != nil {
		p.file = append(p.file, makeChunk("PLTE", p.palette)...)
	}
	if size == 0 {
		size = b.Len()
	}
	for part := range slices.Chunk(b.Bytes(), size) {
		p.file = append(p.file, makeChunk("IDAT", part)...)
	}
	p.file = append(p.file, makeChunk("IEND", nil)...)
}

func makeChunk(name string, data []byte) []byte {
	c := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	c = append(append(c, name...), data...)
	return binary.BigEndian.AppendUint32(c, crc32.ChecksumIEEE(c[4:]))
}
