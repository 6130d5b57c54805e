package jpeg

// The inverse transform of a block to fewer pixels than it has coefficients: the lowest side × side of these, taken for
// those of a block of side × side pixels. What a smaller picture cannot show is left out before it is computed.
//
// With N = side, sample n is X(0) + Σ_k X(k)·√2·cos(k·(2n+1)·π/2N) for k from 1 to N−1, and the rest is as for 8.

// inverse4 makes 4 × 4 pixels. Each coefficient is first multiplied by cos(k·π/16), which is what it loses when the
// mean of two pixels is taken: without that, sharp edges swing beyond white, are cut off there, and darken the picture.
// With w(k) = √2·cos(k·π/8), the products are
//
//	r11 = cos(π/16)·w(1)   r13 = cos(π/16)·w(3)   r2 = cos(2π/16)   r31 = cos(3π/16)·w(1)   r33 = cos(3π/16)·w(3)
func inverse4(dst []byte, stride int, b *[64]int32, last int) {
	if last == 0 {
		v := pixel((b[0] + 128*8 + 4) >> 3)
		for y := range 4 {
			*(*[4]byte)(dst[y*stride:]) = [4]byte{v, v, v, v}
		}
		return
	}
	const r11, r13, r2, r31, r33 = 10498, 4348, 7568, 8900, 3686
	var t [16]int32
	for i := range 4 {
		x0, x2 := b[i]<<pointBits+firstHalf, b[16+i]*r2
		x1, x3 := b[8+i], b[24+i]
		o0, o1 := r11*x1+r33*x3, r13*x1-r31*x3
		t[i], t[12+i] = (x0+x2+o0)>>firstCut, (x0+x2-o0)>>firstCut
		t[4+i], t[8+i] = (x0-x2+o1)>>firstCut, (x0-x2-o1)>>firstCut
	}
	for y := range 4 {
		x := (*[4]int32)(t[4*y:])
		x0, x2 := x[0]<<pointBits+lastHalf, x[2]*r2
		o0, o1 := r11*x[1]+r33*x[3], r13*x[1]-r31*x[3]
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

// oblong makes wide × high pixels of which each is the mean of some of a square.
func oblong(wide, high int) inverse {
	side := max(wide, high)
	x, y := side/wide, side/high // pixels of the square that become one
	return func(dst []byte, stride int, b *[64]int32, last int) {
		var square [64]byte
		inverses[side](square[:], side, b, last)
		for i := range wide * high {
			left, top := i%wide*x, i/wide*y
			sum := x * y / 2
			for j := range x * y {
				sum += int(square[(top+j/x)*side+left+j%x])
			}
			dst[i/wide*stride+i%wide] = byte(sum / (x * y))
		}
	}
}
