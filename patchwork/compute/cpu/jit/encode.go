package jit

import (
	"encoding/binary"
	"math"
)

// assembler writes instructions of amd64. Wide code has vectors of 64 bytes (AVX-512, EVEX prefix), other code of 32 bytes
// (AVX2, VEX prefix).
type assembler struct {
	wide      bool
	code      []byte
	constants []uint32     // float32 words, each of which fills a vector behind the code
	fixes     []constantAt // places that want the distance to a constant
}

type constantAt struct{ at, end, constant int }

// tableConstant stands for eight words of ones and eight of zeros.
const tableConstant = -1

type (
	vreg uint8 // a vector register
	gpr  uint8 // a general register, by its number in the instruction set
	kreg uint8 // a mask register
)

const (
	rax gpr = iota
	rcx
	rdx
	rbx
	rsp
	rbp
	rsi
	rdi
	r8
	none gpr = 255
)

// place is where an operand lies: in a register, in memory at base+index+offset, or among the constants.
type place struct {
	reg         vreg
	memory      bool
	base, index gpr
	offset      int
	constant    int  // 1 + its number; 0: none
	broadcast   bool // wide only: one float32 for all lanes
}

func in(r vreg) place { return place{reg: r} }

func at(base, index gpr, offset int) place {
	return place{memory: true, base: base, index: index, offset: offset}
}

// opcode is an instruction on vectors: its map (1: 0F, 2: 0F38, 3: 0F3A), its prefix (0, 1: 66, 2: F3, 3: F2), W and its byte.
type opcode struct{ table, prefix, w, op byte }

// mask says which lanes an instruction writes: 0 means all. Cleared lanes become 0, others stay.
type mask struct {
	k     kreg
	clear bool
}

// vector writes dst = op(src1, src2) of whole vectors. An instruction of two operands has src1 0.
func (a *assembler) vector(o opcode, dst, src1 vreg, src2 place, m mask, imm ...byte) {
	a.sized(o, dst, src1, src2, m, map[bool]int{false: 1, true: 2}[a.wide], imm...)
}

// sized is vector for vectors of 16 (size 0), 32 (1) or 64 (2) bytes.
func (a *assembler) sized(o opcode, dst, src1 vreg, src2 place, m mask, size int, imm ...byte) {
	// Bits 3 and 4 of the registers, inverted in the prefix.
	r, r2 := bit(byte(dst), 3), bit(byte(dst), 4)
	x, b := byte(0), byte(0)
	switch {
	case !src2.memory:
		b, x = bit(byte(src2.reg), 3), bit(byte(src2.reg), 4)
	case src2.constant == 0:
		b = bit(byte(src2.base), 3)
		if src2.index != none {
			x = bit(byte(src2.index), 3)
		}
	}
	if a.wide {
		p0 := (1-r)<<7 | (1-x)<<6 | (1-b)<<5 | (1-r2)<<4 | o.table
		p1 := o.w<<7 | (^byte(src1)&15)<<3 | 1<<2 | o.prefix
		p2 := byte(size)<<5 | (1-bit(byte(src1), 4))<<3 | byte(m.k)
		if m.clear {
			p2 |= 1 << 7
		}
		if src2.broadcast {
			p2 |= 1 << 4
		}
		a.code = append(a.code, 0x62, p0, p1, p2)
	} else {
		p0 := (1-r)<<7 | (1-x)<<6 | (1-b)<<5 | o.table
		p1 := o.w<<7 | (^byte(src1)&15)<<3 | byte(size)<<2 | o.prefix
		a.code = append(a.code, 0xc4, p0, p1)
	}
	a.code = append(a.code, o.op)
	a.operand(byte(dst), src2, len(imm))
	a.code = append(a.code, imm...)
}

func bit(x byte, n uint) byte { return x >> n & 1 }

// operand writes the bytes that name a register or an extension of the opcode and an operand; trailing bytes follow them.
func (a *assembler) operand(reg byte, p place, trailing int) {
	reg &= 7
	switch {
	case !p.memory:
		a.code = append(a.code, 0xc0|reg<<3|byte(p.reg)&7)
	case p.constant > 0:
		a.code = append(a.code, reg<<3|5)
		a.fixes = append(a.fixes, constantAt{len(a.code), len(a.code) + 4 + trailing, p.constant - 1})
		a.word(0)
	default:
		index := byte(4) // none
		if p.index != none {
			index = byte(p.index) & 7
		}
		a.code = append(a.code, 0x80|reg<<3|4, index<<3|byte(p.base)&7)
		a.word(uint32(int32(p.offset)))
	}
}

func (a *assembler) word(w uint32) { a.code = binary.LittleEndian.AppendUint32(a.code, w) }

// constant returns the place of a vector that holds a word in every lane.
func (a *assembler) constant(word uint32) place {
	for i, c := range a.constants {
		if c == word {
			return place{memory: true, constant: i + 1}
		}
	}
	a.constants = append(a.constants, word)
	return place{memory: true, constant: len(a.constants)}
}

func (a *assembler) number(x float64) place { return a.constant(math.Float32bits(float32(x))) }

// finish puts the constants behind the code and returns the whole.
func (a *assembler) finish() []byte {
	for len(a.code)%64 != 0 {
		a.code = append(a.code, 0xcc)
	}
	first := len(a.code)
	size := map[bool]int{false: 32, true: 64}[a.wide]
	for _, c := range a.constants {
		for range size / 4 {
			a.word(c)
		}
	}
	table := len(a.code)
	if !a.wide {
		for i := range 16 {
			a.word(map[bool]uint32{true: 0xffffffff}[i < 8])
		}
	}
	for _, f := range a.fixes {
		to := table
		if f.constant != tableConstant {
			to = first + f.constant*size
		}
		binary.LittleEndian.PutUint32(a.code[f.at:], uint32(int32(to-f.end)))
	}
	return a.code
}

// Instructions on general registers, of 64 bits.

// general writes an instruction whose operand is a register (reg) and a place in memory.
func (a *assembler) general(op byte, reg byte, p place, trailing int) {
	rex := 0x48 | bit(reg, 3)<<2 | bit(byte(p.base), 3)
	if p.index != none {
		rex |= bit(byte(p.index), 3) << 1
	}
	a.code = append(a.code, rex, op)
	a.operand(reg, p, trailing)
}

// registers writes an instruction of two registers: dst op= src.
func (a *assembler) registers(op byte, dst, src gpr) {
	a.code = append(a.code, 0x48|bit(byte(src), 3)<<2|bit(byte(dst), 3), op, 0xc0|byte(src)&7<<3|byte(dst)&7)
}

// immediate writes an instruction of a register and a number: /0 add, /4 and, /5 sub, /7 compare.
func (a *assembler) immediate(extension byte, dst gpr, n int) {
	a.code = append(a.code, 0x48|bit(byte(dst), 3), 0x81, 0xc0|extension<<3|byte(dst)&7)
	a.word(uint32(int32(n)))
}

// prefetch announces that memory will be read or written.
func (a *assembler) prefetch(p place) {
	a.code = append(a.code, 0x40|bit(byte(p.index), 3)<<1|bit(byte(p.base), 3), 0x0f, 0x18)
	a.operand(1, p, 0)
}

const (
	opMove    = 0x89 // dst = src
	opAdd     = 0x01
	opSub     = 0x29
	opXor     = 0x31
	opCompare = 0x39
	opLoad    = 0x8b // register from memory
)

func (a *assembler) load(dst gpr, p place) { a.general(opLoad, byte(dst), p, 0) }

// shiftLeft multiplies by a power of two.
func (a *assembler) shiftLeft(dst gpr, n byte) {
	a.code = append(a.code, 0x48|bit(byte(dst), 3), 0xc1, 0xe0|byte(dst)&7, n)
}

// Conditions of jumps.
const (
	below    = 0x2 // unsigned
	notBelow = 0x3
	zero     = 0x4
	notZero  = 0x5
)

// label is a place in the code that jumps go to.
type label struct {
	at    int
	jumps []int // from where, while it is not known
}

func newLabel() *label { return &label{at: -1} }

func (a *assembler) jump(condition byte, l *label) {
	a.code = append(a.code, 0x0f, 0x80|condition)
	if l.at >= 0 {
		a.word(uint32(int32(l.at - len(a.code) - 4)))
		return
	}
	l.jumps = append(l.jumps, len(a.code))
	a.word(0)
}

func (a *assembler) here(l *label) {
	l.at = len(a.code)
	for _, from := range l.jumps {
		binary.LittleEndian.PutUint32(a.code[from:], uint32(int32(l.at-from-4)))
	}
}

// end returns to who called.
func (a *assembler) end() { a.code = append(a.code, 0xc5, 0xf8, 0x77, 0xc3) } // VZEROUPPER, RET
