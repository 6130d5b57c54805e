package jpeg

import "encoding/binary"

// The inverse cosine transform of a block, of one axis after the other. With c(k) = √2·cos(k·π/16), sample n is
//
//	x(n) = X(0) + Σ_k X(k)·c(k·(2n+1))   for k from 1 to 7,
//
// divided by 8 after both axes, plus 128. Samples n and 7−n differ in the sign of the odd k.
//
// Source: ITU-T T.81, A.3.3.

// c1 to c7 are c(k) with 13 bits behind the point; c(4) is 1.
const (
	c1 = 11363
	c2 = 10703
	c3 = 9633
	c5 = 6436
	c6 = 4433
	c7 = 2260

	pointBits = 13
	keptBits  = 2 // behind the point between the two axes
)

// inverse transforms a block to pixels, which it writes to dst. Coefficients behind last in zigzag order are 0.
type inverse func(dst []byte, stride int, b *[64]int32, last int)

// inverses are those to side × side pixels.
var inverses = [9]inverse{1: inverse1, 2: inverse2, 4: inverse4, 8: inverse8}

// diagonal is how far from the first column and line the first coefficients in zigzag order reach.
var diagonal = func() (list [64]int) {
	reach := 0
	for i, at := range zigzag {
		reach = max(reach, int(at&7), int(at>>3))
		list[i] = reach
	}
	return list
}()

// inverse8 makes 8 × 8 pixels.
func inverse8(dst []byte, stride int, b *[64]int32, last int) {
	if last == 0 {
		v := uint64(pixel((b[0]+128*8+4)>>3)) * 0x01010101_01010101
		for y := range 8 {
			binary.LittleEndian.PutUint64(dst[y*stride:], v)
		}
		return
	}
	var t [64]int32 // after the first axis
	if reach := diagonal[last&63]; reach < 4 {
		for i := range reach + 1 {
			column4((*[57]int32)(t[i:]), (*[57]int32)(b[i:]))
		}
		for y := range 8 {
			line4((*[8]byte)(dst[y*stride:]), (*[8]int32)(t[8*y:]))
		}
		return
	}
	for i := range diagonal[last&63] + 1 {
		column8((*[57]int32)(t[i:]), (*[57]int32)(b[i:]))
	}
	for y := range 8 {
		line8((*[8]byte)(dst[y*stride:]), (*[8]int32)(t[8*y:]))
	}
}

// halves to round by when bits are cut off after the first and the second axis. The second brings the 128, too.
const (
	firstCut  = pointBits - keptBits
	secondCut = pointBits + keptBits + 3
	firstHalf = 1 << (firstCut - 1)
	lastHalf  = 1<<(secondCut-1) + 128<<secondCut
)

// column8 transforms a column of x to one of t.
func column8(t, x *[57]int32) {
	x0, x1, x2, x3, x4, x5, x6, x7 := x[0], x[8], x[16], x[24], x[32], x[40], x[48], x[56]
	if x1|x2|x3|x4|x5|x6|x7 == 0 {
		v := x0 << keptBits
		t[0], t[8], t[16], t[24], t[32], t[40], t[48], t[56] = v, v, v, v, v, v, v, v
		return
	}
	sum, difference := (x0+x4)<<pointBits+firstHalf, (x0-x4)<<pointBits+firstHalf
	e0, e3 := plusMinus(sum, c2*x2+c6*x6)
	e1, e2 := plusMinus(difference, c6*x2-c2*x6)
	o0 := c1*x1 + c3*x3 + c5*x5 + c7*x7
	o1 := c3*x1 - c7*x3 - c1*x5 - c5*x7
	o2 := c5*x1 - c1*x3 + c7*x5 + c3*x7
	o3 := c7*x1 - c5*x3 + c3*x5 - c1*x7
	t[0], t[56] = (e0+o0)>>firstCut, (e0-o0)>>firstCut
	t[8], t[48] = (e1+o1)>>firstCut, (e1-o1)>>firstCut
	t[16], t[40] = (e2+o2)>>firstCut, (e2-o2)>>firstCut
	t[24], t[32] = (e3+o3)>>firstCut, (e3-o3)>>firstCut
}

// line8 transforms a line of t to pixels.
func line8(out *[8]byte, t *[8]int32) {
	x1, x3, x5, x7 := t[1], t[3], t[5], t[7]
	sum, difference := (t[0]+t[4])<<pointBits+lastHalf, (t[0]-t[4])<<pointBits+lastHalf
	e0, e3 := plusMinus(sum, c2*t[2]+c6*t[6])
	e1, e2 := plusMinus(difference, c6*t[2]-c2*t[6])
	o0 := c1*x1 + c3*x3 + c5*x5 + c7*x7
	o1 := c3*x1 - c7*x3 - c1*x5 - c5*x7
	o2 := c5*x1 - c1*x3 + c7*x5 + c3*x7
	o3 := c7*x1 - c5*x3 + c3*x5 - c1*x7
	out[0], out[7] = pixel((e0+o0)>>secondCut), pixel((e0-o0)>>secondCut)
	out[1], out[6] = pixel((e1+o1)>>secondCut), pixel((e1-o1)>>secondCut)
	out[2], out[5] = pixel((e2+o2)>>secondCut), pixel((e2-o2)>>secondCut)
	out[3], out[4] = pixel((e3+o3)>>secondCut), pixel((e3-o3)>>secondCut)
}

// column4 is column8 for a column of which only the first four are not 0.
func column4(t, x *[57]int32) {
	x0, x1, x2, x3 := x[0]<<pointBits+firstHalf, x[8], x[16], x[24]
	e0, e3 := plusMinus(x0, c2*x2)
	e1, e2 := plusMinus(x0, c6*x2)
	o0, o1, o2, o3 := c1*x1+c3*x3, c3*x1-c7*x3, c5*x1-c1*x3, c7*x1-c5*x3
	t[0], t[56] = (e0+o0)>>firstCut, (e0-o0)>>firstCut
	t[8], t[48] = (e1+o1)>>firstCut, (e1-o1)>>firstCut
	t[16], t[40] = (e2+o2)>>firstCut, (e2-o2)>>firstCut
	t[24], t[32] = (e3+o3)>>firstCut, (e3-o3)>>firstCut
}

// line4 is line8 for a line of which only the first four are not 0.
func line4(out *[8]byte, t *[8]int32) {
	x0, x1, x2, x3 := t[0]<<pointBits+lastHalf, t[1], t[2], t[3]
	e0, e3 := plusMinus(x0, c2*x2)
	e1, e2 := plusMinus(x0, c6*x2)
	o0, o1, o2, o3 := c1*x1+c3*x3, c3*x1-c7*x3, c5*x1-c1*x3, c7*x1-c5*x3
	out[0], out[7] = pixel((e0+o0)>>secondCut), pixel((e0-o0)>>secondCut)
	out[1], out[6] = pixel((e1+o1)>>secondCut), pixel((e1-o1)>>secondCut)
	out[2], out[5] = pixel((e2+o2)>>secondCut), pixel((e2-o2)>>secondCut)
	out[3], out[4] = pixel((e3+o3)>>secondCut), pixel((e3-o3)>>secondCut)
}

func plusMinus(a, b int32) (sum, difference int32) { return a + b, a - b }

// pixel cuts off what is not in [0, 255].
func pixel(v int32) byte {
	if uint32(v) > 255 {
		v = ^(v >> 31)
	}
	return byte(v)
}
