package inflate

import "math/bits"

// entry is what a table says of the next bits.
//
//	bits 0–7    how many bits it takes, those of a length or a distance with the extra bits
//	bits 8–11   of a literal, how many bytes it stands for, 1 or 2; else the length of the code without extra bits
//	bit 15      a literal: its bytes are bits 16–31, the first one lowest
//	bit 14      neither a literal nor a length or a distance
//	bit 13      with bit 14, the end of the block
//	bit 12      with bit 14, a table of its own for longer codes: bits 16–31 say where it begins, bits 8–11 how many
//	            bits it looks at
//	bits 16–31  the smallest length or distance of the code
//
// With bit 14 alone no code begins with these bits.
type entry uint32

const (
	isLiteral entry = 1 << 15
	isSpecial entry = 1 << 14
	isEnd           = isSpecial | 1<<13
	isTable         = isSpecial | 1<<12
)

func (e entry) size() uint64  { return uint64(e & 255) }
func (e entry) small() uint64 { return uint64(e >> 8 & 15) }
func (e entry) value() int    { return int(e >> 16) }

// A table looks at litBits or farBits bits first. Behind the first entries are the tables for longer codes: at most
// 2342 and 402 entries in all for 288 and 32 symbols (zlib's examples/enough.c computes such limits). Sizes are powers
// of two, so that a mask keeps an index within bounds.
const (
	litBits, litSize = 11, 4096
	farBits, farSize = 8, 512
	maxCode          = 15 // bits of the longest code
)

// litSymbols are the entries of literals, the end and lengths, farSymbols those of distances, without their codes.
// Below the smallest length or distance stands the number of extra bits.
//
// Source: RFC 1951, section 3.2.5.
var (
	litSymbols [288]entry
	farSymbols [32]entry
)

func init() {
	for i := range 256 {
		litSymbols[i] = isLiteral | entry(i)<<16 | 1<<8
	}
	litSymbols[256] = isEnd
	base := 3
	for i := range 28 {
		extra := max(0, i/4-1)
		litSymbols[257+i] = entry(base)<<16 | entry(extra)
		base += 1 << extra
	}
	litSymbols[285] = 258 << 16
	litSymbols[286], litSymbols[287] = isSpecial, isSpecial
	base = 1
	for i := range 30 {
		extra := max(0, i/2-1)
		farSymbols[i] = entry(base)<<16 | entry(extra)
		base += 1 << extra
	}
	farSymbols[30], farSymbols[31] = isSpecial, isSpecial
}

// coded is the entry of a symbol whose code has size bits, of which the last ones count in this table.
func (e entry) coded(size int) entry {
	if e&(isLiteral|isSpecial) == 0 {
		e |= entry(size) << 8
	}
	return e + entry(size)
}

// build fills a table for the symbols whose codes have the given lengths, 0 for those that do not occur. It looks at
// root bits first.
//
// Errors: there are too many codes of these lengths, or too few, but for a single code of one bit and for none.
//
// Source: RFC 1951, section 3.2.2. Codes of each length are written once into a table of that many bits, which is then
// doubled, as in libdeflate.
func build(table []entry, root int, symbols []entry, lengths []uint8) error {
	var count [maxCode + 1]int
	for _, l := range lengths {
		count[l]++
	}
	count[0] = 0
	longest, room, codes := 0, 1, 0
	for l := 1; l <= maxCode; l++ {
		room = room<<1 - count[l]
		if room < 0 {
			return corrupt("a table has too many codes")
		}
		if codes += count[l]; count[l] > 0 {
			longest = l
		}
	}
	if room != 0 && !(codes == 0 || codes == 1 && longest == 1) {
		return corrupt("a table has too few codes")
	}
	var order [288]uint16 // symbols by length of code
	var at [maxCode + 2]int
	for l := 1; l <= maxCode; l++ {
		at[l+1] = at[l] + count[l]
	}
	for i, l := range lengths {
		if l > 0 {
			order[at[l]] = uint16(i)
			at[l]++
		}
	}

	sorted := order[:codes]
	code := uint32(0) // of 15 bits, the first bit of the stream lowest
	table[0], table[1] = isSpecial, isSpecial
	for l := 1; l <= root; l++ {
		if l > 1 {
			copy(table[1<<(l-1):1<<l], table[:1<<(l-1)])
		}
		for range count[l] {
			table[code] = symbols[sorted[0]].coded(l)
			sorted = sorted[1:]
			code = next(code, l)
		}
	}
	free, begin, size := 1<<root, 0, 0
	first := ^uint32(0)
	for l := root + 1; l <= longest; l++ {
		for left := count[l]; left > 0; left-- {
			if f := code & (1<<root - 1); f != first {
				first = f
				size = l - root
				for space := 1<<size - left; space > 0 && root+size < longest; {
					size++
					space = space<<1 - count[root+size]
				}
				begin = free
				free += 1 << size
				table[first] = isTable | entry(begin)<<16 | entry(size)<<8 | entry(root)
			}
			e := symbols[sorted[0]].coded(l - root)
			sorted = sorted[1:]
			for i := int(code >> root); i < 1<<size; i += 1 << (l - root) {
				table[begin+i] = e
			}
			code = next(code, l)
		}
	}
	return nil
}

// next is the code that follows a code of l bits, whose first bit is the lowest.
func next(code uint32, l int) uint32 {
	ones := ^code & (1<<l - 1) // the last bit that is not set yet becomes set, those behind it are cleared
	if ones == 0 {
		return 0
	}
	top := uint32(1) << (bits.Len32(ones) - 1)
	return code&(top-1) | top
}

// pair makes entries stand for two literals where both codes fit.
func pair(table *[litSize]entry) {
	for i := 1<<litBits - 1; i >= 0; i-- {
		e := table[i]
		if e&isLiteral == 0 {
			continue
		}
		size := e.size()
		// The one behind it lies before it in the table, so it still stands for a single literal.
		second := table[i>>size]
		if second&isLiteral != 0 && size+second.size() <= litBits {
			table[i] = isLiteral | second>>16<<24 | e&0xff0000 | 2<<8 | entry(size+second.size())
		}
	}
}
