package tiff

import (
	"encoding/binary"
	"math"
)

// floats converts values of a line, little-endian, from the first after skip on. Values that mean "not measured" become
// NaN. Integers beyond 24 bits and floats of 64 bits are rounded.
func (m *Image) floats(dst []float32, line []byte, skip int) {
	none := math.NaN() // equals nothing
	if m.HasNoData {
		none = m.NoData
	}
	switch {
	case m.Bits == 8 && m.Format == Uint:
		for i, v := range line[skip:][:len(dst)] {
			dst[i] = float32(v)
		}
	case m.Bits == 16 && m.Format == Uint:
		line = line[2*skip:][:2*len(dst)]
		for i := range dst {
			dst[i] = float32(binary.LittleEndian.Uint16(line[2*i:]))
		}
	case m.Bits == 16 && m.Format == Int:
		line = line[2*skip:][:2*len(dst)]
		for i := range dst {
			dst[i] = float32(int16(binary.LittleEndian.Uint16(line[2*i:])))
		}
	case m.Bits == 32 && m.Format == Float:
		line = line[4*skip:][:4*len(dst)]
		for i := range dst {
			dst[i] = math.Float32frombits(binary.LittleEndian.Uint32(line[4*i:]))
		}
	default:
		for i := range dst {
			v := m.value(line, skip+i)
			if dst[i] = float32(v); v == none {
				dst[i] = nan
			}
		}
		return
	}
	if none := float32(none); none == none { // no value is lost in the conversion, so they can be compared after it
		for i, v := range dst {
			if v == none {
				dst[i] = nan
			}
		}
	}
}

var nan = float32(math.NaN())

// value returns the i-th value of a line.
func (m *Image) value(line []byte, i int) float64 {
	le := binary.LittleEndian
	var v uint64
	switch m.Bits {
	case 8:
		v = uint64(line[i])
	case 16:
		v = uint64(le.Uint16(line[2*i:]))
	case 32:
		v = uint64(le.Uint32(line[4*i:]))
	case 64:
		v = le.Uint64(line[8*i:])
	default:
		v = packedBits(line, i*m.Bits, m.Bits)
	}
	switch {
	case m.Format == Int:
		return float64(int64(v<<(64-m.Bits)) >> (64 - m.Bits))
	case m.Format == Uint:
		return float64(v)
	case m.Bits == 16:
		return half(uint16(v))
	case m.Bits == 32:
		return float64(math.Float32frombits(uint32(v)))
	}
	return math.Float64frombits(v)
}

// packedBits returns n bits, the highest first, from bit at on.
func packedBits(b []byte, at, n int) uint64 {
	var v uint64
	last := (at + n - 1) / 8
	for _, c := range b[at/8 : last+1] {
		v = v<<8 | uint64(c)
	}
	return v >> (8*(last+1) - at - n) & (1<<n - 1)
}

// half is the value of an IEEE 754 number of 16 bits.
func half(v uint16) float64 {
	exponent, fraction := int(v>>10&31), float64(v&1023)
	var f float64
	switch exponent {
	case 0:
		f = math.Ldexp(fraction, -24)
	case 31:
		if f = math.Inf(1); fraction != 0 {
			f = math.NaN()
		}
	default:
		f = math.Ldexp(1024+fraction, exponent-25)
	}
	if v>>15 == 1 {
		return -f
	}
	return f
}

// levels converts unsigned values of at most 16 bits to 0..255, rounding, from the first after skip on.
func (m *Image) levels(dst []uint8, line []byte, skip int) {
	switch m.Bits {
	case 8:
		copy(dst, line[skip:])
	case 16:
		line = line[2*skip:][:2*len(dst)]
		for i := range dst {
			dst[i] = uint8((uint32(binary.LittleEndian.Uint16(line[2*i:])) + 128) / 257)
		}
	default:
		most := uint64(1)<<m.Bits - 1
		for i := range dst {
			v := packedBits(line, (skip+i)*m.Bits, m.Bits)
			dst[i] = uint8((v*255 + most/2) / most)
		}
	}
}
