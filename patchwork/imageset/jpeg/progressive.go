package jpeg

// A progressive JPEG sends the coefficients of all blocks in several scans: a band of them in each, and first without
// the lowest bits, which later scans refine. They are kept in zigzag order until the last scan is read.
//
// Source: ITU-T T.81, annex G.

// maxScans is more than encoders make. Where many blocks are passed over by one code, a short file could hold so many
// scans that they take hours.
const maxScans = 200

// band is the part of the coefficients that a scan brings, from the first to the last, without the lowest bits.
type band struct {
	first, last uint
	lowest      uint // bits that later scans bring
	refines     bool // it brings one bit of what an earlier scan brought
}

// readBand reads the end of a scan's header.
func readBand(b []byte, components int) (band, error) {
	d := band{uint(b[0]), uint(b[1]), uint(b[2] & 15), b[2]>>4 != 0}
	switch {
	case d.first == 0 && d.last != 0, d.first > d.last, d.last > 63:
		return d, FormatError("bad spectral selection bounds")
	case d.first != 0 && components != 1:
		return d, FormatError("progressive AC coefficients for more than one component")
	case d.refines && uint(b[2]>>4) != d.lowest+1, d.lowest > 13:
		return d, FormatError("bad successive approximation values")
	}
	return d, nil
}

// bring reads what the scan has of a block; false if there is a code without a meaning.
func (w *window) bring(c *[64]int16, u *unit, d band) bool {
	switch {
	case d.first > 0 && d.refines:
		return w.refine(c, u, d)
	case d.first > 0:
		return w.begin(c, u, d)
	case d.refines:
		c[0] |= int16(w.take(1) << d.lowest)
		return true
	}
	v, ok := w.difference(u.dc)
	u.value += v
	c[0] = int16(u.value << d.lowest)
	return ok
}

// take reads n bits, at most 16.
func (w *window) take(n uint) int {
	if w.n < n {
		w.bits, w.n, w.at = refill(&w.buf, w.bits, w.n, w.at)
	}
	v := int(w.bits >> 1 >> (63 - n))
	w.bits, w.n = w.bits<<n, w.n-n
	return v
}

// begin reads the band of a block for the first time.
func (w *window) begin(c *[64]int16, u *unit, d band) bool {
	if u.run > 0 {
		u.run--
		return true
	}
	bits, n, at := w.bits, w.n, w.at
	for k := d.first; k <= d.last; k++ {
		bits, n, at = refill(&w.buf, bits, n, at)
		e := u.ac.fast[bits>>(64-lookupBits)]
		if e&whole == 0 {
			if e = u.ac.open(bits); e == 0 {
				w.bits, w.n, w.at = bits, n, at
				return w.endOfBand(u)
			}
		}
		k += e.skip()
		if k > d.last {
			bits, n = bits<<e.bare(), n-e.bare()
			break
		}
		c[k&63] = int16(int32(e) >> valueShift << d.lowest)
		bits, n = bits<<e.used(), n-e.used()
	}
	w.bits, w.n, w.at = bits, n, at
	return true
}

// endOfBand reads a code that ends the band in this block and a run of others; false if it is none.
func (w *window) endOfBand(u *unit) bool {
	w.bits, w.n, w.at = refill(&w.buf, w.bits, w.n, w.at)
	e := u.ac.fast[w.bits>>(64-lookupBits)]
	if e == 0 {
		e = u.ac.long(w.bits)
	}
	if e&blocks == 0 {
		return false
	}
	w.take(e.used())
	size := uint(e >> valueShift)
	u.run = 1<<size + w.take(size) - 1
	return true
}

// refine reads a further bit of the band of a block: of each coefficient that is not 0 one, and those that become 1 or
// −1 of their last places.
func (w *window) refine(c *[64]int16, u *unit, d band) bool {
	k := d.first
	for u.run == 0 && k <= d.last {
		w.bits, w.n, w.at = refill(&w.buf, w.bits, w.n, w.at)
		e := u.ac.fast[w.bits>>(64-lookupBits)]
		if e&whole == 0 {
			if e = u.ac.open(w.bits); e == 0 {
				if !w.endOfBand(u) {
					return false
				}
				u.run++ // this block is one of them
				break
			}
		}
		if e.skip() > 63 { // the end of this block alone
			w.take(e.used())
			u.run = 1
			break
		}
		v := int32(e) >> valueShift
		if v < -1 || v > 1 {
			return false
		}
		w.take(e.used())
		if k = w.correct(c, k, d, int(e.skip())); k > d.last {
			return false
		}
		if v != 0 {
			c[k&63] = int16(v << d.lowest)
		}
		k++
	}
	if u.run > 0 {
		u.run--
		w.correct(c, k, d, 64)
	}
	return true
}

// correct reads a bit for each coefficient from k that is not 0, up to the one behind so many that are, and returns
// which that is.
func (w *window) correct(c *[64]int16, k uint, d band, zeros int) uint {
	bits, n := w.bits, w.n
	for ; k <= d.last; k++ {
		v := c[k&63]
		if v != 0 {
			if n == 0 {
				bits, n, w.at = refill(&w.buf, bits, n, w.at)
			}
			one := int16(int64(bits) >> 63) // −1 if the bit is 1
			c[k&63] = v + (v>>15|1)<<d.lowest&one
			bits, n = bits<<1, n-1
			continue
		}
		if zeros == 0 {
			break
		}
		zeros--
	}
	w.bits, w.n = bits, n
	return k
}

// finish transforms the blocks of a plane when all scans are read.
func (p *plane) finish(quant *[64]uint16, check func() error) error {
	if p.coefficients == nil { // no scan brought them
		return nil
	}
	if quant == nil {
		return FormatError("missing quantisation table")
	}
	u := newUnit(nil, nil, quant, max(p.wide, p.high))
	b := new([64]int32)
	for y := range p.blocksDown {
		if err := check(); err != nil {
			return err
		}
		for x := range p.blocksAcross {
			*b = [64]int32{}
			last := 0
			for k, v := range p.coefficients[y*p.across*p.h+x][:u.needed] {
				if v != 0 {
					b[u.places[k]&63] = int32(v) * int32(u.places[k]>>6)
					last = k
				}
			}
			p.inverse(p.pix[y*p.high*p.stride+x*p.wide:], p.stride, b, last)
		}
	}
	return nil
}
