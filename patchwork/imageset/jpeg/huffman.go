package jpeg

// lookupBits is how many bits are looked up at once.
const lookupBits = 10

// code is what a lookup tells: in its lowest 6 bits how many bits are used up; in 7 bits from bit 8 how many coefficients
// are passed over; from bit 16 the value, if whole is set. Otherwise that is the number of bits of the value, which come
// next. A code that uses no bits is none.
type code uint32

const (
	blocks code = 1 << 6 // it ends a run of blocks of a progressive JPEG; the value is how many bits of their number come next
	whole  code = 1 << 7

	skipShift  = 8
	valueShift = 16

	// endOfBlock passes over more coefficients than a block has.
	endOfBlock = whole | 64<<skipShift
)

func (c code) used() uint { return uint(c & 63) }
func (c code) skip() uint { return uint(c>>skipShift) & 127 }

// table is a Huffman table.
type table struct {
	fast [1 << lookupBits]code // by the next bits
	// A number of 16 bits that is less than last[n], and not less than last[n-1], begins with a code of n bits, which is
	// symbols[number>>(16-n)+first[n]].
	last, first [17]int
	symbols     []code // the values not included
}

// readHuffman reads the tables of a segment.
//
// Source: ITU-T T.81, B.2.4.2 and annex C.
func (s *segments) readHuffman() error {
	for b := s.body; len(b) > 0; {
		if len(b) < 17 {
			return FormatError("DHT has wrong length")
		}
		class, to := b[0]>>4, b[0]&15
		if class > 1 || to > 3 || s.frame.kind == baseline && to > 1 {
			return FormatError("bad number of a Huffman table")
		}
		counts := b[1:17]
		n := 0
		for _, c := range counts {
			n += int(c)
		}
		if n == 0 || n > 256 || len(b) < 17+n {
			return FormatError("Huffman table has wrong length")
		}
		t, err := newTable(counts, b[17:17+n], class == 0)
		if err != nil {
			return err
		}
		if class == 0 {
			s.dc[to] = t
		} else {
			s.ac[to] = t
		}
		b = b[17+n:]
	}
	return nil
}

// newTable makes a table of counts[n-1] codes of n bits each, which stand for the symbols in turn.
func newTable(counts, symbols []byte, dc bool) (*table, error) {
	t := &table{symbols: make([]code, len(symbols))}
	next, at := 0, 0 // the next code, shifted to 16 bits, and its symbol
	for n := 1; n <= 16; n++ {
		t.first[n] = at - next>>(16-n)
		for range counts[n-1] {
			if next >= 1<<16 {
				return nil, FormatError("Huffman table has more codes than bits can tell apart")
			}
			if c, ok := meaning(symbols[at], dc); ok {
				t.symbols[at] = c | code(n)
			}
			if n <= lookupBits {
				t.enter(t.symbols[at], next>>(16-lookupBits), lookupBits-n)
			}
			next += 1 << (16 - n)
			at++
		}
		t.last[n] = next
	}
	return t, nil
}

// enter writes c for all numbers that begin with it, of which the first is from; room bits are left behind it.
func (t *table) enter(c code, from, room int) {
	if c == 0 {
		return
	}
	entries := t.fast[from:][:1<<room]
	size := int(c >> valueShift)
	if c&(whole|blocks) != 0 || size > room {
		for i := range entries {
			entries[i] = c
		}
		return
	}
	c = c&(1<<valueShift-1) | whole
	for i := range entries {
		v := extend(i>>(room-size), size)
		entries[i] = (c + code(size)) | code(v)<<valueShift
	}
}

// extend is the value of size bits: those that begin with 0 are the negative ones.
//
// Source: ITU-T T.81, F.2.2.1.
func extend(bits, size int) int {
	if bits < 1<<size>>1 {
		return bits - 1<<size + 1
	}
	return bits
}

// meaning is the code of a symbol without its length; ok is false if it has no meaning.
//
// Source: ITU-T T.81, F.1.2 and G.1.2.2.
func meaning(symbol byte, dc bool) (c code, ok bool) {
	run, size := code(symbol>>4), code(symbol&15)
	switch {
	case dc:
		return code(symbol) << valueShift, symbol <= 16
	case symbol == 0:
		return endOfBlock, true
	case symbol == 0xf0: // 16 zeros, the last of them as a value
		return whole | 15<<skipShift, true
	case size == 0:
		return blocks | run<<valueShift, true
	}
	return run<<skipShift | size<<valueShift, true
}
