package features

import (
	"math"
	"sync"
)

// toHalf is the float16 nearest to v, of two the even one, as numpy rounds. (GoMLX's conversion makes 0 of all below 2^-14.)
func toHalf(v float32) uint16 {
	b := math.Float32bits(v)
	sign := uint16(b >> 16 & 0x8000)
	switch b &= 0x7fffffff; {
	case b > 0x7f800000:
		return sign | 0x7e00 // NaN
	case b >= 0x477ff000:
		return sign | 0x7c00 // 65520 and more is infinite
	case b >= 0x38800000: // 2^-14, the smallest that has a leading 1
		b += 0xfff + b>>13&1
		return sign | uint16(b>>13-112<<10)
	case b < 0x33000000: // less than half of the smallest, 2^-24
		return sign
	}
	shift := 126 - b>>23
	b = b&0x7fffff | 0x800000
	rest, out := b&(1<<shift-1), b>>shift
	if half := uint32(1) << (shift - 1); rest > half || rest == half && out&1 == 1 {
		out++
	}
	return sign | uint16(out)
}

// halves is every float16 by its bits: maps are read in every step of a training, and looking up is faster than computing.
var halves = sync.OnceValue(func() *[1 << 16]float32 {
	t := new([1 << 16]float32)
	for i := range t {
		exponent, mantissa := i>>10&31, i&1023
		v := math.Ldexp(float64(mantissa), -24)
		switch {
		case exponent == 31 && mantissa > 0:
			v = math.NaN()
		case exponent == 31:
			v = math.Inf(1)
		case exponent > 0:
			v = math.Ldexp(float64(1024+mantissa), exponent-25)
		}
		if i >= 1<<15 {
			v = -v
		}
		t[i] = float32(v)
	}
	return t
})

// beyondHalf returns the first number that float16 cannot hold, and whether there is one.
func beyondHalf(x []float32) (v float32, yes bool) {
	for _, v := range x {
		if v >= 65520 || v <= -65520 {
			return v, true
		}
	}
	return 0, false
}
