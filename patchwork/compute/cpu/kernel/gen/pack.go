package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/attr"
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// packs emits the copies of rows to panels.
func (s isa) packs() {
	s.packRows(1)
	s.packRows(2)
	s.packColumns()
}

// packRows copies rows of used floats to rows of so many vectors, with zeros behind them.
func (s isa) packRows(vectors int) {
	begin(fmt.Sprintf("packRows%d%s", vectors*s.lanes, s.name), "func(rows, used int, dst, src *float32, srcRow int)", "copies rows of used floats, srcRow bytes apart, to a panel.")
	rows, used, dst, src, row := param("rows"), param("used"), param("dst"), param("src"), param("srcRow")
	SUBQ(Imm(uint64((vectors-1)*s.lanes)), used)
	m := s.first(used)
	repeat("row", rows, func() {
		for v := range vectors {
			at := Mem{Base: src, Disp: v * s.bytes()}
			if v < vectors-1 {
				s.store(s.load(at, nil), Mem{Base: dst, Disp: v * s.bytes()}, nil)
			} else {
				s.store(s.load(at, m), Mem{Base: dst, Disp: v * s.bytes()}, nil)
			}
		}
		ADDQ(row, src)
		ADDQ(U32(uint32(vectors*s.bytes())), dst)
	})
	end()
}

// packColumns copies steps of used floats to steps of as many floats as a tile has rows, the last one repeated.
func (s isa) packColumns() {
	begin(fmt.Sprintf("packColumns%d%s", s.rows, s.name), "func(steps, used int, dst, src *float32, srcStep int)", "copies steps of used floats, srcStep bytes apart, to a panel.")
	steps, used, dst, src, step := param("steps"), param("used"), param("dst"), param("src"), param("srcStep")
	half := isa{lanes: 8}
	index, last := half.vec(), half.vec()
	count := GLOBL(fmt.Sprintf("count_to_%d", s.rows), attr.RODATA|attr.NOPTR)
	for i := range 8 {
		DATA(4*i, U32(uint32(i)))
	}
	t := GP64()
	LEAQ(Mem{Base: used, Disp: -1}, t)
	VMOVD(t.As32(), last.AsX())
	VPBROADCASTD(last.AsX(), last)
	VPMINSD(count, last, index)
	m := half.first(used)
	unit := 4 * s.rows
	repeat("step", steps, func() {
		x := YMM()
		if s.rows == 8 {
			VMASKMOVPS(Mem{Base: src}, m, x)
			VPERMPS(x, index, x)
			VMOVUPS(x, Mem{Base: dst})
		} else {
			VMASKMOVPS(Mem{Base: src}, m.(vec).AsX(), x.AsX())
			VPERMILPS(index.AsX(), x.AsX(), x.AsX())
			VMOVUPS(x.AsX(), Mem{Base: dst})
		}
		ADDQ(step, src)
		ADDQ(Imm(uint64(unit)), dst)
	})
	end()
}
