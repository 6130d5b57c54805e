package main

import (
	"fmt"
	"math"

	"github.com/mmcloughlin/avo/attr"
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// isa is one instruction set; its methods emit instructions on whole vectors.
type isa struct {
	name  string
	lanes int // float32 values in a vector
	rows  int // height of a tile of a matrix product
}

type (
	vec  = reg.VecVirtual
	gp   = reg.GPVirtual
	mask = reg.Register // a vector of all ones or zeros in AVX2, a K register in AVX-512
)

func (s isa) wide() bool { return s.lanes == 16 }
func (s isa) bytes() int { return 4 * s.lanes }

func (s isa) vec() vec {
	if s.wide() {
		return ZMM()
	}
	return YMM()
}

func (s isa) zero() vec {
	v := s.vec()
	if s.wide() {
		VPXORD(v, v, v)
	} else {
		VXORPS(v, v, v)
	}
	return v
}

// constants are stored once, four bytes each.
var constants = map[uint32]Mem{}

func bits(b uint32) Mem {
	m, ok := constants[b]
	if !ok {
		m = ConstData(fmt.Sprintf("word_%08x", b), U32(b))
		constants[b] = m
	}
	return m
}

func number(x float64) Mem { return bits(math.Float32bits(float32(x))) }

// all returns a vector that holds the constant in every lane.
func (s isa) all(m Mem) vec {
	v := s.vec()
	VBROADCASTSS(m, v)
	return v
}

func (s isa) one() vec { return s.all(number(1)) }

// op returns a fresh vector with the result of a two-operand instruction: x op y.
func (s isa) op(f func(...Op), x, y Op) vec {
	v := s.vec()
	f(y, x, v) // sources stand last to first
	return v
}

func (s isa) add(x, y Op) vec { return s.op(VADDPS, x, y) }
func (s isa) sub(x, y Op) vec { return s.op(VSUBPS, x, y) }
func (s isa) mul(x, y Op) vec { return s.op(VMULPS, x, y) }
func (s isa) div(x, y Op) vec { return s.op(VDIVPS, x, y) }
func (s isa) and(x, y Op) vec { return s.op(VANDPS, x, y) }
func (s isa) or(x, y Op) vec  { return s.op(VORPS, x, y) }
func (s isa) xor(x, y Op) vec { return s.op(VXORPS, x, y) }

// fma replaces acc by x·y + acc.
func (s isa) fma(acc, x vec, y Op) { VFMADD231PS(y, x, acc) }

// horner returns the polynomial in x with these coefficients, highest power first.
func (s isa) horner(x vec, coefficients ...float64) vec {
	p := s.all(number(coefficients[0]))
	for _, c := range coefficients[1:] {
		VFMADD213PS(s.all(number(c)), x, p)
	}
	return p
}

func (s isa) round(x vec) vec {
	v := s.vec()
	if s.wide() {
		VRNDSCALEPS(Imm(0), x, v)
	} else {
		VROUNDPS(Imm(0), x, v)
	}
	return v
}

// Predicates of compare, quiet.
const (
	equal        = 0x00
	less         = 0x11
	lessEqual    = 0x12
	unordered    = 0x03
	notEqual     = 0x04
	notLess      = 0x15 // or unordered
	greaterEqual = 0x1d
	greater      = 0x1e
)

func (s isa) compare(predicate uint64, x, y Op) mask {
	if s.wide() {
		k := K()
		VCMPPS(Imm(predicate), y, x, k)
		return k
	}
	v := s.vec()
	VCMPPS(Imm(predicate), y, x, v)
	return v
}

// where returns yes in the lanes of m and no in the others.
func (s isa) where(m mask, yes, no vec) vec {
	v := s.vec()
	if s.wide() {
		VBLENDMPS(yes, no, m, v)
	} else {
		VBLENDVPS(m, yes, no, v)
	}
	return v
}

// only returns x in the lanes of m and 0 in the others.
func (s isa) only(m mask, x vec) vec {
	v := s.vec()
	if s.wide() {
		VMOVAPS_Z(x, m, v)
	} else {
		VANDPS(m, x, v)
	}
	return v
}

var maskTable Mem

// first returns the mask of the first n lanes; n is overwritten.
func (s isa) first(n gp) mask {
	if s.wide() {
		ones := GP32()
		MOVL(I32(-1), ones)
		BZHIL(n.As32(), ones, ones)
		k := K()
		KMOVW(ones, k)
		return k
	}
	if maskTable.Symbol.Name == "" {
		maskTable = GLOBL("lanes_first", attr.RODATA|attr.NOPTR)
		for i := range 16 {
			DATA(4*i, I32(map[bool]int32{true: -1}[i < 8]))
		}
	}
	v, table := YMM(), GP64()
	LEAQ(maskTable, table)
	NEGQ(n)
	VMOVUPS(Mem{Base: table, Index: n, Scale: 4, Disp: 32}, v)
	return v
}

// load reads a vector; where m is not nil only its lanes, and 0 in the others.
func (s isa) load(at Mem, m mask) vec {
	v := s.vec()
	switch {
	case m == nil:
		VMOVUPS(at, v)
	case s.wide():
		VMOVUPS_Z(at, m, v)
	default:
		VMASKMOVPS(at, m, v)
	}
	return v
}

// store writes a vector; where m is not nil only its lanes.
func (s isa) store(v vec, at Mem, m mask) {
	switch {
	case m == nil:
		VMOVUPS(v, at)
	case s.wide():
		VMOVUPS(v, m, at)
	default:
		VMASKMOVPS(v, m, at)
	}
}

// field loads the i-th field of the struct that t points to; every field has 8 bytes.
func field(t gp, i int) gp {
	r := GP64()
	MOVQ(Mem{Base: t, Disp: 8 * i}, r)
	return r
}

// begin starts a function. A struct of package kernel is passed as *byte: its type is not known here.
func begin(name, signature, doc string) {
	TEXT(name, attr.NOSPLIT, signature)
	Doc(name + " " + doc)
	Pragma("noescape")
}

func param(name string) gp { return Load(Param(name), GP64()).(gp) }

func end() {
	VZEROUPPER()
	RET()
}

// repeat emits body as a loop that runs n times, n at least 1; n counts down to 0.
func repeat(label string, n Op, body func()) {
	Label(label)
	body()
	DECQ(n)
	JNZ(LabelRef(label))
}

// pass emits body for every vector of n floats: in loops of unroll vectors, then of one, then with a mask for what is
// left. at is the number of the vector after the pointers; advance moves the pointers by so many vectors.
func (s isa) pass(n gp, unroll int, body func(at int, m mask), advance func(vectors int)) {
	if unroll > 1 {
		Label("several")
		CMPQ(n, Imm(uint64(unroll*s.lanes)))
		JL(LabelRef("single"))
		for u := range unroll {
			body(u, nil)
		}
		advance(unroll)
		SUBQ(Imm(uint64(unroll*s.lanes)), n)
		JMP(LabelRef("several"))
	}
	Label("single")
	CMPQ(n, Imm(uint64(s.lanes)))
	JL(LabelRef("rest"))
	body(0, nil)
	advance(1)
	SUBQ(Imm(uint64(s.lanes)), n)
	JMP(LabelRef("single"))
	Label("rest")
	TESTQ(n, n)
	JZ(LabelRef("done"))
	body(0, s.first(n))
	Label("done")
}
