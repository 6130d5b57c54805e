package jpeg

// The inverse transform of a block to fewer pixels than it has coefficients: the lowest side × side of these, taken for
// those of a block of side × side pixels. What a smaller picture cannot show is left out before it is computed.
//
// With N = side, sample n is X(0) + Σ_k X(k)·√2·cos(k·(2n+1)·π/2N) for k from 1 to N−1, and the rest is as for 8.

// inverse4 makes 4 × 4 pixels. For N = 4, √2·cos(k·π/8) is c2 for k = 1, 1 for k = 2 and c6 for k = 3.
func inverse4(dst []byte, stride int, b *[64]int32, last int) {
	if last == 0 {
		v := pixel((b[0] + 128*8 + 4) >> 3)
		for y := range 4 {
			*(*[4]byte)(dst[y*stride:]) = [4]byte{v, v, v, v}
		}
		return
	}
	var t [16]int32
	for i := range 4 {
		x0, x2 := b[i]<<pointBits+firstHalf, b[16+i]<<pointBits
		x1, x3 := b[8+i], b[24+i]
		o0, o1 := c2*x1+c6*x3, c6*x1-c2*x3
		t[i], t[12+i] = (x0+x2+o0)>>firstCut, (x0+x2-o0)>>firstCut
		t[4+i], t[8+i] = (x0-x2+o1)>>firstCut, (x0-x2-o1)>>firstCut
	}
	for y := range 4 {
		x := (*[4]int32)(t[4*y:])
		x0, x2 := x[0]<<pointBits+lastHalf, x[2]<<pointBits
		o0, o1 := c2*x[1]+c6*x[3], c6*x[1]-c2*x[3]
		out := (*[4]byte)(dst[y*stride:])
		out[0], out[3] = pixel((x0+x2+o0)>>secondCut), pixel((x0+x2-o0)>>secondCut)
		out[1], out[2] = pixel((x0-x2+o1)>>secondCut), pixel((x0-x2-o1)>>secondCut)
	}
}

// inverse2 makes 2 × 2 pixels. For N = 2, √2·cos(π/4) is 1.
func inverse2(dst []byte, stride int, b *[64]int32, _ int) {
	top, bottom := plusMinus(b[0]+128*8+4, b[8])
	left, right := plusMinus(b[1], b[9])
	above, below := (*[2]byte)(dst), (*[2]byte)(dst[stride:])
	above[0], above[1] = pixel((top+left)>>3), pixel((top-left)>>3)
	below[0], below[1] = pixel((bottom+right)>>3), pixel((bottom-right)>>3)
}

// inverse1 makes one pixel.
func inverse1(dst []byte, _ int, b *[64]int32, _ int) { dst[0] = pixel((b[0] + 128*8 + 4) >> 3) }
