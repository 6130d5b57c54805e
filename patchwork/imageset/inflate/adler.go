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
	const group = 8 * 22
	const low, pairs = 0x00ff00ff_00ff00ff, 0x0000ffff_0000ffff
	a, b := uint64(s.a), uint64(s.b)
	for len(p) >= group {
		var even, odd, evens, odds uint64 // sums of the bytes of each lane, and sums of those sums before each word
		q := (*[group]byte)(p)
		for i := 0; i < group; i += 16 {
			v, w := binary.LittleEndian.Uint64(q[i:i+8]), binary.LittleEndian.Uint64(q[i+8:i+16])
			evens += even
			odds += odd
			even += v & low
			odd += v >> 8 & low
			evens += even
			odds += odd
			even += w & low
			odd += w >> 8 & low
		}
		// A byte at place j of a word counts 8 − j times in b within its word, and 8 times for each word behind it.
		before := evens&pairs + evens>>16&pairs + odds&pairs + odds>>16&pairs
		b += group*a + 8*(before>>32+before&0xffffffff)
		b += 8*(even&0xffff) + 7*(odd&0xffff) + 6*(even>>16&0xffff) + 5*(odd>>16&0xffff) +
			4*(even>>32&0xffff) + 3*(odd>>32&0xffff) + 2*(even>>48) + odd>>48
		both := even&pairs + even>>16&pairs + odd&pairs + odd>>16&pairs
		a += both>>32 + both&0xffffffff
		a %= adlerMod
		b %= adlerMod
		p = p[group:]
	}
	for _, v := range p {
		a += uint64(v)
		b += a
	}
	return adler{uint32(a % adlerMod), uint32(b % adlerMod)}
}
