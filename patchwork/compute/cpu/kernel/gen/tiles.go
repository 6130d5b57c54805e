package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// tiles emits the tiles of matrix products, one and two vectors wide.
func (s isa) tiles() {
	for vectors := 1; vectors <= 2; vectors++ {
		s.rowTile(vectors)
		s.colTile(vectors)
	}
}

// sums returns zeroed accumulators for a tile.
func (s isa) sums(vectors int) [][]vec {
	sums := make([][]vec, s.rows)
	for i := range sums {
		for range vectors {
			sums[i] = append(sums[i], s.zero())
		}
	}
	return sums
}

// rowTile computes a tile whose left side is read by rows; see the struct of that name in package kernel.
func (s isa) rowTile(vectors int) {
	begin(fmt.Sprintf("rows%dx%d%s", s.rows, vectors*s.lanes, s.name), "func(t *byte)", "computes t.")
	const a, zero, offs, segs, run, b, c = 0, 1, 2, 3, 4, 5, 6
	t := param("t")
	Label("tile")
	sums := s.sums(vectors)
	off, seg, panel := field(t, offs), field(t, segs), field(t, b)
	rows := make([]gp, s.rows)
	at, k := GP64(), GP64()
	right := make([]vec, vectors)
	for j := range right {
		right[j] = s.vec()
	}
	step := func(u int) {
		for j := range right {
			VMOVUPS(Mem{Base: panel, Disp: (u*vectors + j) * s.bytes()}, right[j])
		}
		for i := range rows {
			x := s.vec()
			VBROADCASTSS(Mem{Base: rows[i], Index: at, Scale: 4, Disp: 4 * u}, x)
			for j := range right {
				s.fma(sums[i][j], x, right[j])
			}
		}
	}
	Label("segment")
	for i := range rows {
		rows[i] = GP64()
		o := Mem{Base: off, Disp: 4 * i}
		MOVLQSX(o, rows[i])
		ADDQ(Mem{Base: t, Disp: 8 * a}, rows[i])
		CMPL(o, Imm(0))
		CMOVQLT(Mem{Base: t, Disp: 8 * zero}, rows[i])
	}
	ADDQ(Imm(uint64(4*s.rows)), off)
	XORQ(at, at)
	MOVQ(Mem{Base: t, Disp: 8 * run}, k)
	SUBQ(Imm(4), k)
	JL(LabelRef("few"))
	Label("four")
	for u := range 4 {
		step(u)
	}
	ADDQ(Imm(4), at)
	ADDQ(U32(uint32(4*vectors*s.bytes())), panel)
	SUBQ(Imm(4), k)
	JGE(LabelRef("four"))
	Label("few")
	ADDQ(Imm(4), k)
	JZ(LabelRef("nextSegment"))
	repeat("one", k, func() {
		step(0)
		INCQ(at)
		ADDQ(Imm(uint64(vectors*s.bytes())), panel)
	})
	Label("nextSegment")
	DECQ(seg)
	JNZ(LabelRef("segment"))
	s.storeTile(t, c, sums)
	nextTile(t, a, c)
}

// colTile computes a tile whose left side is read by columns; see the struct of that name in package kernel.
func (s isa) colTile(vectors int) {
	begin(fmt.Sprintf("cols%dx%d%s", s.rows, vectors*s.lanes, s.name), "func(t *byte)", "computes t.")
	const a, b, segs, count, run, astep, bstep, c = 0, 1, 2, 3, 4, 5, 6, 7
	t := param("t")
	Label("tile")
	sums := s.sums(vectors)
	seg, left := field(t, segs), field(t, count)
	stepA, stepB := field(t, astep), field(t, bstep)
	SHLQ(Imm(2), stepA)
	SHLQ(Imm(2), stepB)
	pa, pb, k := GP64(), GP64(), GP64()
	right := make([]vec, vectors)
	for j := range right {
		right[j] = s.vec()
	}
	step := func() {
		for j := range right {
			VMOVUPS(Mem{Base: pb, Disp: j * s.bytes()}, right[j])
		}
		for i := range s.rows {
			x := s.vec()
			VBROADCASTSS(Mem{Base: pa, Disp: 4 * i}, x)
			for j := range right {
				s.fma(sums[i][j], x, right[j])
			}
		}
		ADDQ(stepA, pa)
		ADDQ(stepB, pb)
	}
	Label("segment")
	MOVQ(Mem{Base: t, Disp: 8 * a}, pa)
	ADDQ(Mem{Base: seg}, pa)
	MOVQ(Mem{Base: t, Disp: 8 * b}, pb)
	ADDQ(Mem{Base: seg, Disp: 8}, pb)
	ADDQ(Imm(16), seg)
	MOVQ(Mem{Base: t, Disp: 8 * run}, k)
	SUBQ(Imm(4), k)
	JL(LabelRef("few"))
	Label("four")
	for range 4 {
		step()
	}
	SUBQ(Imm(4), k)
	JGE(LabelRef("four"))
	Label("few")
	ADDQ(Imm(4), k)
	JZ(LabelRef("nextSegment"))
	repeat("one", k, step)
	Label("nextSegment")
	DECQ(left)
	JNZ(LabelRef("segment"))
	s.storeTile(t, c, sums)
	nextTile(t, a, c)
}

// nextTile goes on with the next tile of a run, or returns. Fields tiles, nextA and nextC follow the four of C.
func nextTile(t gp, a, c int) {
	Label("next")
	DECQ(Mem{Base: t, Disp: 8 * (c + 4)})
	JLE(LabelRef("end"))
	step := field(t, c+5)
	ADDQ(step, Mem{Base: t, Disp: 8 * a})
	MOVQ(Mem{Base: t, Disp: 8 * (c + 6)}, step)
	ADDQ(step, Mem{Base: t, Disp: 8 * c})
	JMP(LabelRef("tile"))
	Label("end")
	end()
}

// storeTile adds the sums to C or replaces it. The fields c, coffs, add and width begin at number first, a bias and limits
// three behind them. Every row is read before one is written, as rows may be the same.
func (s isa) storeTile(t gp, first int, sums [][]vec) {
	c, coffs, width := field(t, first), field(t, first+1), field(t, first+3)
	vectors := len(sums[0])
	last := vectors - 1
	if last > 0 {
		SUBQ(Imm(uint64(last*s.lanes)), width)
	}
	at := func(i, j int) Mem {
		o := GP64()
		MOVQ(Mem{Base: coffs, Disp: 8 * i}, o)
		return Mem{Base: c, Index: o, Scale: 1, Disp: j * s.bytes()}
	}
	each := func(label string, m mask) {
		CMPQ(Mem{Base: t, Disp: 8 * (first + 2)}, Imm(0))
		JE(LabelRef("store" + label))
		for i := range sums {
			for j, v := range sums[i] {
				if m != nil && j == last {
					VADDPS(s.load(at(i, j), m), v, v)
				} else {
					VADDPS(at(i, j), v, v)
				}
			}
		}
		Label("store" + label)
		bias := field(t, first+7)
		TESTQ(bias, bias)
		JZ(LabelRef("write" + label))
		limits := 8 * (first + 8)
		low, high := s.all(Mem{Base: t, Disp: limits}), s.all(Mem{Base: t, Disp: limits + 4})
		for j := range vectors {
			b := Mem{Base: bias, Disp: j * s.bytes()}
			var more vec
			if j == last {
				more = s.load(b, m)
			} else {
				more = s.load(b, nil)
			}
			for i := range sums {
				s.cutOff(sums[i][j], more, low, high)
			}
		}
		Label("write" + label)
		for i := range sums {
			for j, v := range sums[i] {
				if m != nil && j == last {
					s.store(v, at(i, j), m)
				} else {
					s.store(v, at(i, j), nil)
				}
			}
		}
	}
	CMPQ(width, Imm(uint64(s.lanes)))
	JL(LabelRef("partial"))
	each("Whole", nil)
	JMP(LabelRef("next"))
	Label("partial")
	each("Partial", s.first(width))
}

// cutOff replaces v by v + bias, at least low and at most high. NaN stays.
func (s isa) cutOff(v vec, bias Op, low, high vec) {
	VADDPS(bias, v, v)
	VMAXPS(v, low, v)
	VMINPS(v, high, v)
}
