package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// windows emits the reductions of sliding windows and the gradient of their maximum.
func (s isa) windows() {
	for _, r := range allReductions {
		s.windowTile(r)
	}
	s.maxGrad()
}

// windowTile reduces the windows of a strip of pixels.
func (s isa) windowTile(r reduction) {
	begin("window"+r.name+s.name, "func(t *byte)", "reduces the windows of t.")
	const x, out, xRow, xTap, xStep, outStep, kh, kw, channels, pixels, scale = 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
	t := param("t")
	px, po, n := field(t, x), field(t, out), field(t, pixels)
	factor := s.vec()
	VBROADCASTSS(Mem{Base: t, Disp: 8 * scale}, factor)
	left, at := GP64(), GP64()
	body := func(label string, vectors int, m mask) {
		sums := make([]vec, vectors)
		for v := range sums {
			sums[v] = s.all(number(r.identity))
		}
		row, rows := GP64(), field(t, kh)
		LEAQ(Mem{Base: px, Index: at, Scale: 1}, row)
		repeat("row"+label, rows, func() {
			q, taps := GP64(), field(t, kw)
			MOVQ(row, q)
			repeat("tap"+label, taps, func() {
				for v, sum := range sums {
					where := Mem{Base: q, Disp: v * s.bytes()}
					if m == nil {
						r.join(where, sum, sum)
					} else {
						r.join(s.load(where, m), sum, sum)
					}
				}
				ADDQ(Mem{Base: t, Disp: 8 * xTap}, q)
			})
			ADDQ(Mem{Base: t, Disp: 8 * xRow}, row)
		})
		for v, sum := range sums {
			s.store(s.mul(sum, factor), Mem{Base: po, Index: at, Scale: 1, Disp: v * s.bytes()}, m)
		}
	}
	Label("pixel")
	MOVQ(Mem{Base: t, Disp: 8 * channels}, left)
	XORQ(at, at)
	Label("four")
	CMPQ(left, Imm(uint64(4*s.lanes)))
	JL(LabelRef("vector"))
	body("Four", 4, nil)
	ADDQ(U32(uint32(4*s.bytes())), at)
	SUBQ(Imm(uint64(4*s.lanes)), left)
	JMP(LabelRef("four"))
	s.channels(left, at, func(label string, m mask) { body(label, 1, m) })
	ADDQ(Mem{Base: t, Disp: 8 * xStep}, px)
	ADDQ(Mem{Base: t, Disp: 8 * outStep}, po)
	DECQ(n)
	JNZ(LabelRef("pixel"))
	end()
}

// maxGrad gives each gradient to the first element that equals the maximum.
func (s isa) maxGrad() {
	begin("maxGrad"+s.name, "func(t *byte)", "spreads the gradient of one pixel.")
	const x, dx, y, dy, xRow, xTap, kh, kw, channels = 0, 1, 2, 3, 4, 5, 6, 7, 8
	t := param("t")
	left, at := field(t, channels), GP64()
	XORQ(at, at)
	s.channels(left, at, func(label string, m mask) {
		py, pg := field(t, y), field(t, dy)
		top := s.load(Mem{Base: py, Index: at, Scale: 1}, m)
		grad := s.load(Mem{Base: pg, Index: at, Scale: 1}, m) // what is left to give
		row, shift, rows := field(t, x), field(t, dx), field(t, kh)
		SUBQ(row, shift)
		ADDQ(at, row)
		zero := s.zero()
		repeat("row"+label, rows, func() {
			q, taps := GP64(), field(t, kw)
			MOVQ(row, q)
			repeat("tap"+label, taps, func() {
				hit := s.compare(equal, s.load(Mem{Base: q}, m), top)
				to := Mem{Base: q, Index: shift, Scale: 1}
				s.store(s.add(s.load(to, m), s.only(hit, grad)), to, m)
				left := s.where(hit, zero, grad)
				VMOVAPS(left, grad)
				ADDQ(Mem{Base: t, Disp: 8 * xTap}, q)
			})
			ADDQ(Mem{Base: t, Disp: 8 * xRow}, row)
		})
	})
	end()
}

// transposes emits the transposition of blocks of 8 by 8 floats.
func transposes() {
	begin("transpose8AVX2", "func(rows, cols int, src *float32, srcRow int, dst *float32, dstRow int)", "transposes rows times cols blocks of 8 by 8 floats; rows are srcRow and dstRow bytes apart.")
	rows, cols, src, srcRow, dst, dstRow := param("rows"), param("cols"), param("src"), param("srcRow"), param("dst"), param("dstRow")
	s3, d3 := GP64(), GP64()
	LEAQ(Mem{Base: srcRow, Index: srcRow, Scale: 2}, s3)
	LEAQ(Mem{Base: dstRow, Index: dstRow, Scale: 2}, d3)
	repeat("down", rows, func() {
		p, q, n := GP64(), GP64(), GP64()
		MOVQ(src, p)
		MOVQ(dst, q)
		MOVQ(cols, n)
		repeat("across", n, func() {
			row := func(base, half, step, step3 gp, i int) Mem {
				if i >= 4 {
					base = half
				}
				return [...]Mem{{Base: base}, {Base: base, Index: step, Scale: 1}, {Base: base, Index: step, Scale: 2}, {Base: base, Index: step3, Scale: 1}}[i%4]
			}
			half := GP64()
			LEAQ(Mem{Base: p, Index: srcRow, Scale: 4}, half)
			// Rows i and i+4 side by side, so that 4 by 4 transpositions within the halves are enough.
			var lo, hi [4]vec
			for i := range 4 {
				a, b := row(p, half, srcRow, s3, i), row(p, half, srcRow, s3, i+4)
				lo[i], hi[i] = YMM(), YMM()
				VMOVUPS(a, lo[i].AsX())
				VINSERTF128(Imm(1), b, lo[i], lo[i])
				a.Disp, b.Disp = 16, 16
				VMOVUPS(a, hi[i].AsX())
				VINSERTF128(Imm(1), b, hi[i], hi[i])
			}
			LEAQ(Mem{Base: q, Index: dstRow, Scale: 4}, half)
			for h, r := range [][4]vec{lo, hi} {
				ab, cd, ab2, cd2 := YMM(), YMM(), YMM(), YMM()
				VUNPCKLPS(r[1], r[0], ab)
				VUNPCKLPS(r[3], r[2], cd)
				VUNPCKHPS(r[1], r[0], ab2)
				VUNPCKHPS(r[3], r[2], cd2)
				for i, pair := range [][2]vec{{ab, cd}, {ab, cd}, {ab2, cd2}, {ab2, cd2}} {
					v := YMM()
					VSHUFPS(Imm([...]uint64{0x44, 0xee}[i%2]), pair[1], pair[0], v)
					VMOVUPS(v, row(q, half, dstRow, d3, 4*h+i))
				}
			}
			ADDQ(Imm(32), p)
			LEAQ(Mem{Base: q, Index: dstRow, Scale: 8}, q)
		})
		LEAQ(Mem{Base: src, Index: srcRow, Scale: 8}, src)
		ADDQ(Imm(32), dst)
	})
	end()
}
