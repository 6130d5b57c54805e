package jpeg

import "math/bits"

// unit is what is needed to read a block: its tables, and for each coefficient in zigzag order where it stands in a
// block, in the lowest 6 bits, and above it what it is multiplied by.
type unit struct {
	dc, ac *table
	places [64]uint32
	needed uint  // coefficients that are used, the first in zigzag order
	value  int32 // of the constant coefficient before
	run    int   // blocks to come that have nothing, in a progressive JPEG
}

// zigzag[i] is where coefficient i stands.
//
// Source: ITU-T T.81, figure A.6: diagonals, upwards and downwards in turn.
var zigzag = func() (list [64]byte) {
	i := 0
	for d := range 15 {
		for k := range d + 1 {
			x, y := k, d-k
			if d%2 == 1 {
				x, y = y, x
			}
			if x < 8 && y < 8 {
				list[i] = byte(8*y + x)
				i++
			}
		}
	}
	return list
}()

// newUnit prepares to read blocks that become side × side pixels.
func newUnit(dc, ac *table, quant *[64]uint16, side int) *unit {
	u := &unit{dc: dc, ac: ac}
	for i, at := range zigzag {
		u.places[i] = uint32(at)
		if x, y := int(at&7), int(at>>3); x < side && y < side {
			u.places[i] |= uint32(quant[i]) << 6
			u.needed = uint(i + 1)
		}
	}
	return u
}

// read reads a block into w.block, which is 0 before. It returns the number of the last coefficient in zigzag order that may
// not be 0 and is needed; ok is false if there is a code without a meaning.
//
// A run that leads beyond the last coefficient ends the block, as in image/jpeg.
func (w *window) read(u *unit) (last int, ok bool) {
	buf, b := &w.buf, &w.block
	v, ok := w.difference(u.dc)
	if !ok {
		return 0, false
	}
	u.value += v
	b[0] = u.value * int32(u.places[0]>>6)

	ac, places, needed := u.ac, &u.places, u.needed
	bits, n, at := w.bits, w.n, w.at
	k, end := uint(1), uint(0)
	for k < needed {
		bits, n, at = refill(buf, bits, n, at)
		c := ac.fast[bits>>(64-lookupBits)]
		if c&whole == 0 {
			if c = ac.open(bits); c == 0 {
				w.bits, w.n, w.at = bits, n, at
				return 0, false
			}
		}
		k += c.skip()
		if k > 63 {
			w.bits, w.n, w.at = bits<<c.bare(), n-c.bare(), at
			return int(end), true
		}
		place := places[k]
		b[place&63] = int32(c) >> valueShift * int32(place>>6)
		end = k
		k++
		bits, n = bits<<c.used(), n-c.used()
	}
	for k < 64 { // what is not needed
		bits, n, at = refill(buf, bits, n, at)
		c := ac.fast[bits>>(64-lookupBits)]
		if c&whole == 0 {
			if c = ac.open(bits); c == 0 {
				w.bits, w.n, w.at = bits, n, at
				return 0, false
			}
		}
		k += c.skip()
		if k > 63 {
			bits, n = bits<<c.bare(), n-c.bare()
			break
		}
		k++
		bits, n = bits<<c.used(), n-c.used()
	}
	w.bits, w.n, w.at = bits, n, at
	return int(end), true
}

// difference reads by how much the constant coefficient differs from the one before.
func (w *window) difference(dc *table) (v int32, ok bool) {
	bits, n, at := refill(&w.buf, w.bits, w.n, w.at)
	c := dc.fast[bits>>(64-lookupBits)]
	if c == 0 {
		c = dc.long(bits)
	}
	used := c.used()
	if c&whole != 0 {
		v = int32(c) >> valueShift
	} else {
		size := uint(c >> valueShift)
		v = int32(extend(int(bits<<used>>(64-size)), int(size)))
		used += size
	}
	w.bits, w.n, w.at = bits<<used, n-used, at
	return v, c != 0
}

// long is the code that the bits begin with, its value not included; 0 if there is none.
func (t *table) long(bits uint64) code {
	number := int(bits >> 48)
	for n := 1; n <= 16; n++ {
		if number < t.last[n] {
			return t.symbols[number>>(16-n)+t.first[n]]
		}
	}
	return 0
}

// open is the code that the bits begin with, its value included; 0 if there is none, or one that ends a run of blocks.
// Values have at most 15 bits.
func (t *table) open(bits uint64) code {
	c := t.fast[bits>>(64-lookupBits)]
	if c.used() == 0 {
		c = t.long(bits)
	}
	switch {
	case c&whole != 0:
		return c
	case c&blocks != 0 || c == 0:
		return 0
	}
	size := uint(c >> valueShift)
	v := extend(int(bits<<c.used()>>(64-size)), int(size))
	return c&(1<<valueShift-1) + code(size) | whole | code(v)<<valueShift
}

// bare is how many bits are used up without the value.
func (c code) bare() uint {
	v := int32(c) >> valueShift
	return c.used() - uint(bits.Len32(uint32(max(v, -v))))
}
