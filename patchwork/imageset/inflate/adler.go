package inflate

import "encoding/binary"

// adler is the state of the checksum Adler-32: a = 1 + Σ byte and b = Σ a, both modulo 65521.
//
// Source: RFC 1950, section 8.2.
type adler struct{ a, b uint32 }

const adlerMod = 65521

var newAdler = adler{1, 0}

func (s adler) value() uint32 { return s.b<<16 | s.a }

// add goes on with p, a group of words of eight bytes at a time. A group's sums stay within lanes of 16 bits.
func (s adler) add(p []byte) adler {
	const words, group = 22, 8 * 22
	const low = 0x00ff00ff_00ff00ff
	a, b := s.a, s.b
	for len(p) >= group {
		var even, odd, evens, odds uint64 // sums of the bytes of each lane, and sums of those sums before each word
		for q := p[:group]; len(q) >= 8; q = q[8:] {
			v := binary.LittleEndian.Uint64(q)
			evens += even
			odds += odd
			even += v & low
			odd += v >> 8 & low
		}
		// A byte at place j of a word counts 8 − j times in b within its word, and 8 times for each word behind it.
		b += group*a + 8*(lanes(evens)+lanes(odds))
		for j := uint32(0); j < 8; j += 2 {
			e, o := uint32(even>>(8*j)&0xffff), uint32(odd>>(8*j)&0xffff)
			a += e + o
			b += (8-j)*e + (7-j)*o
		}
		a %= adlerMod
		b %= adlerMod
		p = p[group:]
	}
	for _, v := range p {
		a += uint32(v)
		b += a
	}
	return adler{a % adlerMod, b % adlerMod}
}

// lanes is the sum of four lanes of 16 bits.
func lanes(v uint64) uint32 {
	return uint32(v&0xffff + v>>16&0xffff + v>>32&0xffff + v>>48)
}
