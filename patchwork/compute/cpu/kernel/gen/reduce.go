package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// reduction is what a reduction does.
type reduction struct {
	name     string
	identity float64
	join     func(...Op)
}

var allReductions = []reduction{
	{name: "Sum", join: VADDPS},
	{name: "Max", join: VMAXPS, identity: math.Inf(-1)},
	{name: "Min", join: VMINPS, identity: math.Inf(1)},
}

func (s isa) reductions() {
	for _, r := range allReductions {
		s.rowReduce(r)
		s.columnReduce(r)
	}
}

// fold returns the reduction of the lanes of v in the lowest lane of a vector.
func (s isa) fold(v vec, join func(...Op)) vec {
	y := YMM()
	if s.wide() {
		VEXTRACTF32X8(Imm(1), v, y)
		join(v.AsY(), y, y)
	} else {
		VMOVAPS(v, y)
	}
	x, z := XMM(), XMM()
	VEXTRACTF128(Imm(1), y, x)
	join(y.AsX(), x, x)
	VPERMILPS(Imm(0x4e), x, z)
	join(z, x, x)
	VPERMILPS(Imm(0xb1), x, z)
	join(z, x, x)
	return x
}

// rowReduce reduces every row of a matrix: four sums side by side, joined pairwise at the end.
func (s isa) rowReduce(r reduction) {
	begin("row"+r.name+s.name, "func(rows, cols int, src, dst *float32)", "reduces every row of a matrix.")
	rows, cols, src, dst := param("rows"), param("cols"), param("src"), param("dst")
	start := s.all(number(r.identity))
	var sums [4]vec
	for i := range sums {
		sums[i] = s.vec()
	}
	n := GP64()
	Label("row")
	for _, v := range sums {
		VMOVAPS(start, v)
	}
	MOVQ(cols, n)
	s.pass(n, 4, func(at int, lanes mask) {
		x := s.load(Mem{Base: src, Disp: at * s.bytes()}, lanes)
		if lanes != nil {
			x = s.where(lanes, x, start)
		}
		r.join(x, sums[at], sums[at])
	}, func(vectors int) { ADDQ(U32(uint32(vectors*s.bytes())), src) })
	// pass leaves src at the rest of the row.
	rest := GP64()
	MOVQ(cols, rest)
	ANDQ(Imm(uint64(s.lanes-1)), rest)
	LEAQ(Mem{Base: src, Index: rest, Scale: 4}, src)
	r.join(sums[1], sums[0], sums[0])
	r.join(sums[3], sums[2], sums[2])
	r.join(sums[2], sums[0], sums[0])
	VMOVSS(s.fold(sums[0], r.join), Mem{Base: dst})
	ADDQ(Imm(4), dst)
	DECQ(rows)
	JNZ(LabelRef("row"))
	end()
}

// columnReduce reduces every column of a matrix onto acc, row by row.
func (s isa) columnReduce(r reduction) {
	begin("column"+r.name+s.name, "func(rows, cols int, src, acc *float32)", "reduces every column of a matrix.")
	rows, cols, src, acc := param("rows"), param("cols"), param("src"), param("acc")
	stride, p, n := GP64(), GP64(), GP64()
	MOVQ(cols, stride)
	SHLQ(Imm(2), stride)
	body := func(label string, vectors int, lanes mask) {
		sums := make([]vec, vectors)
		for i := range sums {
			sums[i] = s.load(Mem{Base: acc, Disp: i * s.bytes()}, lanes)
		}
		MOVQ(rows, n)
		MOVQ(src, p)
		repeat("row"+label, n, func() {
			for i := range sums {
				at := Mem{Base: p, Disp: i * s.bytes()}
				if lanes == nil {
					r.join(at, sums[i], sums[i])
					continue
				}
				r.join(s.load(at, lanes), sums[i], sums[i])
			}
			ADDQ(stride, p)
		})
		for i := range sums {
			s.store(sums[i], Mem{Base: acc, Disp: i * s.bytes()}, lanes)
		}
	}
	advance := func(vectors int) {
		for _, q := range []gp{src, acc} {
			ADDQ(U32(uint32(vectors*s.bytes())), q)
		}
		SUBQ(Imm(uint64(vectors*s.lanes)), cols)
	}
	Label("four")
	CMPQ(cols, Imm(uint64(4*s.lanes)))
	JL(LabelRef("single"))
	body("Four", 4, nil)
	advance(4)
	JMP(LabelRef("four"))
	Label("single")
	CMPQ(cols, Imm(uint64(s.lanes)))
	JL(LabelRef("rest"))
	body("Single", 1, nil)
	advance(1)
	JMP(LabelRef("single"))
	Label("rest")
	TESTQ(cols, cols)
	JZ(LabelRef("done"))
	body("Rest", 1, s.first(cols))
	Label("done")
	end()
}
