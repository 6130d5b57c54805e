package tiff

import (
	"bytes"
	"encoding/binary"
	"math"
	"slices"
)

// entry is a field of a file that a test makes; data is its values as bytes of the order of the file.
type entry struct {
	tag, kind uint16
	count     uint64
	data      []byte
}

// builder makes TIFF files, right and wrong ones.
type builder struct {
	order binary.AppendByteOrder
	big   bool
}

func (b builder) shorts(tag uint16, v ...uint16) entry {
	var data []byte
	for _, x := range v {
		data = b.order.AppendUint16(data, x)
	}
	return entry{tag, typeShort, uint64(len(v)), data}
}

func (b builder) longs(tag uint16, v ...uint32) entry {
	var data []byte
	for _, x := range v {
		data = b.order.AppendUint32(data, x)
	}
	return entry{tag, typeLong, uint64(len(v)), data}
}

func (b builder) doubles(tag uint16, v ...float64) entry {
	var data []byte
	for _, x := range v {
		data = b.order.AppendUint64(data, math.Float64bits(x))
	}
	return entry{tag, typeDouble, uint64(len(v)), data}
}

func (b builder) text(tag uint16, s string) entry {
	return entry{tag, typeASCII, uint64(len(s) + 1), append([]byte(s), 0)}
}

// grey is what a grey picture of 8 bits in one strip needs; its pixels begin at byte 16.
func (b builder) grey(w, h uint32, more ...entry) []entry {
	fields := []entry{b.longs(tagImageWidth, w), b.longs(tagImageLength, h), b.shorts(tagBitsPerSample, 8), b.shorts(tagCompression, 1),
		b.shorts(tagPhotometric, 1), b.longs(tagStripOffsets, 16), b.longs(tagStripByteCounts, w*h)}
	return with(fields, more...)
}

// with replaces fields of the same tag and adds the others.
func with(fields []entry, more ...entry) []entry {
	fields = slices.Clone(fields)
	for _, e := range more {
		if i := slices.IndexFunc(fields, func(f entry) bool { return f.tag == e.tag }); i >= 0 {
			fields[i] = e
		} else {
			fields = append(fields, e)
		}
	}
	return fields
}

// without leaves fields out.
func without(fields []entry, tags ...uint16) []entry {
	return slices.DeleteFunc(slices.Clone(fields), func(e entry) bool { return slices.Contains(tags, e.tag) })
}

// file puts the pixels at byte 16 and the directories after them.
func (b builder) file(pixels []byte, directories ...[]entry) []byte {
	out := []byte("II*\x00")
	if b.order.String() == "BigEndian" {
		out = []byte("MM\x00*")
	}
	if b.big {
		out = b.order.AppendUint16(out[:2], 43)
		out = b.order.AppendUint16(out, 8)
		out = b.order.AppendUint16(out, 0)
		out = b.order.AppendUint64(out, 0)
	} else {
		out = append(out, make([]byte, 12)...)
	}
	link := len(out) - 8 // where the offset of the next directory is written
	if !b.big {
		link = 4
	}
	out = append(out, pixels...)
	for _, fields := range directories {
		b.link(out, link, len(out))
		word, size := 4, 2
		if b.big {
			word, size = 8, 8
		}
		end := len(out) + size + len(fields)*(4+2*word) + word
		var extra []byte
		if b.big {
			out = b.order.AppendUint64(out, uint64(len(fields)))
		} else {
			out = b.order.AppendUint16(out, uint16(len(fields)))
		}
		for _, e := range fields {
			out = b.order.AppendUint16(b.order.AppendUint16(out, e.tag), e.kind)
			out = b.word(out, e.count)
			if len(e.data) <= word {
				out = append(append(out, e.data...), make([]byte, word-len(e.data))...)
				continue
			}
			out = b.word(out, uint64(end+len(extra)))
			extra = append(extra, e.data...)
		}
		link = len(out)
		out = append(b.word(out, 0), extra...)
	}
	return out
}

func (b builder) word(out []byte, v uint64) []byte {
	if b.big {
		return b.order.AppendUint64(out, v)
	}
	return b.order.AppendUint32(out, uint32(v))
}

// link writes an offset.
func (b builder) link(out []byte, at, to int) { copy(out[at:], b.word(nil, uint64(to))) }

var small = builder{order: binary.LittleEndian}

func openBytes(data []byte) (*File, error) { return Open(bytes.NewReader(data), int64(len(data))) }
