package tiff

import (
	"bytes"
	"fmt"
	"io"
	"math"
)

// directory is one image file directory: its fields of interest, not yet read where they lie elsewhere.
type directory struct {
	p      *parser
	fields map[uint16]field
}

type field struct {
	kind   uint16
	count  uint64
	inline []byte // the value itself, or the offset of it
}

// directory reads the table at this offset and where the next one is.
func (p *parser) directory(at int64) (d *directory, next int64, err error) {
	if p.seen[at] {
		return nil, 0, fmt.Errorf("the directory at byte %d is met twice; the chain goes round in a circle", at)
	}
	p.seen[at] = true
	countSize, entrySize, offsetSize := 2, 12, 4
	if p.big {
		countSize, entrySize, offsetSize = 8, 20, 8
	}
	b, err := p.bytes(at, int64(countSize))
	if err != nil {
		return nil, 0, err
	}
	n := uint64(p.order.Uint16(b))
	if p.big {
		n = p.order.Uint64(b)
	}
	if n == 0 || n > math.MaxUint16+1 {
		return nil, 0, fmt.Errorf("has %d fields", n)
	}
	b, err = p.bytes(at+int64(countSize), int64(n)*int64(entrySize)+int64(offsetSize))
	if err != nil {
		return nil, 0, err
	}
	d = &directory{p: p, fields: map[uint16]field{}}
	for range n {
		tag, f := p.order.Uint16(b), field{kind: p.order.Uint16(b[2:]), count: uint64(p.order.Uint32(b[4:])), inline: b[8:12]}
		if p.big {
			f.count, f.inline = p.order.Uint64(b[4:]), b[12:20]
		}
		b = b[entrySize:]
		if _, twice := d.fields[tag]; !twice && tag >= smallestTagOfInterest && tag <= largestTagOfInterest {
			d.fields[tag] = f
		}
	}
	if !p.big {
		return d, int64(p.order.Uint32(b)), nil
	}
	next, err = p.offset(b)
	return d, next, err
}

// bytes reads n bytes that must lie in the file and count as a table.
func (p *parser) bytes(at, n int64) ([]byte, error) {
	if at < 0 || at > p.size || n > p.size-at {
		return nil, fmt.Errorf("reaches to byte %d of %d: %w", at+n, p.size, io.ErrUnexpectedEOF)
	}
	if err := p.charge(n); err != nil {
		return nil, err
	}
	b := make([]byte, n)
	if got, err := p.r.ReadAt(b, at); got < len(b) {
		return nil, eof(err)
	}
	return b, nil
}

// charge counts n bytes of memory that a table takes.
func (p *parser) charge(n int64) error {
	if p.left -= n; p.left < 0 {
		return fmt.Errorf("the tables of the file have more than %d MiB", maxTables>>20)
	}
	return nil
}

// eof is the error of a reader that gave less than was asked for.
func eof(err error) error {
	if err == nil || err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// value returns the bytes of up to limit values of a field, and how large each is; none if the field is absent.
func (d *directory) value(tag uint16, limit int64) (b []byte, size int64, err error) {
	f, ok := d.fields[tag]
	if !ok || f.count == 0 {
		return nil, 1, nil
	}
	if int(f.kind) >= len(typeSizes) || typeSizes[f.kind] == 0 {
		return nil, 0, fmt.Errorf("field %d has the unknown type %d", tag, f.kind)
	}
	size = typeSizes[f.kind]
	if f.count > math.MaxInt64/16 || int64(f.count)*size > max(d.p.size, 8) {
		return nil, 0, fmt.Errorf("field %d claims %d values; the file has %d bytes", tag, f.count, d.p.size)
	}
	n := min(int64(f.count), limit) * size
	if int64(f.count)*size <= int64(len(f.inline)) {
		return f.inline[:n], size, nil
	}
	at := int64(0)
	if d.p.big {
		if at, err = d.p.offset(f.inline); err != nil {
			return nil, 0, fmt.Errorf("field %d: %w", tag, err)
		}
	} else {
		at = int64(d.p.order.Uint32(f.inline))
	}
	if b, err = d.p.bytes(at, n); err != nil {
		return nil, 0, fmt.Errorf("field %d: %w", tag, err)
	}
	return b, size, nil
}

// ints returns up to limit values of a field of unsigned integers; none if the field is absent.
func (d *directory) ints(tag uint16, limit int64) ([]int64, error) {
	b, size, err := d.value(tag, limit)
	if err != nil || len(b) == 0 {
		return nil, err
	}
	switch kind := d.fields[tag].kind; kind {
	case typeByte, typeShort, typeLong, typeIFD, typeLong8, typeIFD8:
	default:
		return nil, fmt.Errorf("field %d has type %d; want unsigned integers", tag, kind)
	}
	n := int64(len(b)) / size
	if err := d.p.charge(8 * n); err != nil {
		return nil, err
	}
	out := make([]int64, n)
	for i := range out {
		var v uint64
		switch p := b[int64(i)*size:]; size {
		case 1:
			v = uint64(p[0])
		case 2:
			v = uint64(d.p.order.Uint16(p))
		case 4:
			v = uint64(d.p.order.Uint32(p))
		case 8:
			v = d.p.order.Uint64(p)
		}
		out[i] = int64(min(v, math.MaxInt64))
	}
	return out, nil
}

// int returns the first value of a field, or what stands for it if it is absent.
func (d *directory) int(tag uint16, absent int64) (int64, error) {
	v, err := d.ints(tag, 1)
	if err != nil || len(v) == 0 {
		return absent, err
	}
	return v[0], nil
}

// floats returns up to limit values of a field of rationals, floats or doubles; none if it is absent or something else.
func (d *directory) floats(tag uint16, limit int64) ([]float64, error) {
	b, size, err := d.value(tag, limit)
	if err != nil || len(b) == 0 {
		return nil, err
	}
	out := make([]float64, int64(len(b))/size)
	for i := range out {
		p := b[int64(i)*size:]
		switch d.fields[tag].kind {
		case 5:
			out[i] = float64(d.p.order.Uint32(p)) / float64(d.p.order.Uint32(p[4:]))
		case 11:
			out[i] = float64(math.Float32frombits(d.p.order.Uint32(p)))
		case typeDouble:
			out[i] = math.Float64frombits(d.p.order.Uint64(p))
		default:
			return nil, nil
		}
	}
	return out, nil
}

// text returns up to limit bytes of a field, ending before its first zero byte; "" if it is absent or no text.
func (d *directory) text(tag uint16, limit int64) (string, error) {
	b, _, err := d.value(tag, limit)
	if err != nil || len(b) == 0 {
		return "", err
	}
	switch d.fields[tag].kind {
	case typeByte, typeASCII, typeUndef:
	default:
		return "", nil
	}
	b, _, _ = bytes.Cut(b, []byte{0})
	return string(b), nil
}
