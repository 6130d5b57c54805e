package jit

import (
	"errors"
	"math"
)

// The words that a program is called with: rows, columns, a pointer for each slot, and behind them room for values that no
// register is left for.
const (
	rowsWord = iota
	colsWord
	firstSlot
)

const (
	wordBytes  = 8
	spillWords = 8
	pointers   = 7 // r9 to r15
)

// The general registers: rdi has the words, rax the byte of the position, rcx its end, rdx four times the row, rbx the
// bytes of a row, rsi the rows that are left; r8 is for whatever needs one.

// emitter writes the code of a program.
type emitter struct {
	assembler
	p      *Program
	lanes  int
	unroll int

	uses    [][]int     // by value: the nodes that use it
	pointer map[int]gpr // of slots
	fixed   map[Value]vreg
	sums    [][]vreg // by copy of the body: a register for every row reduction
	reduced []int    // the nodes that reduce rows
	rows    bool     // the program looks at rows

	// While a body is written:
	copy    int
	masked  bool
	tail    vreg // the mask of the last columns, if masked and not wide
	node    int
	where   []int // by value: 1 + its register, 0 if it is in none
	owner   []int // by register: the value in it, or one of those below
	busy    []bool
	spilled []int // by value: 1 + its room
	room    int
	masks   kreg
}

const (
	free      = -1
	temporary = -2
	reserved  = -3
)

var errRegisters = errors.New("jit: too many values at once")

// emit writes the program with so many copies of its body in the inner loop.
func emit(p *Program, lanes, unroll int) (text []byte, words int, err error) {
	defer func() {
		if r := recover(); r != nil {
			if r != errRegisters {
				panic(r)
			}
			err = errRegisters
		}
	}()
	e := &emitter{assembler: assembler{wide: lanes == 16}, p: p, lanes: lanes, unroll: unroll}
	e.survey()
	e.prologue()
	e.allRows()
	e.end()
	return e.finish(), firstSlot + p.slots + spillWords*e.room, nil
}

func (e *emitter) bytes() int { return 4 * e.lanes }

// survey counts uses and gives registers to what keeps one.
func (e *emitter) survey() {
	n := len(e.p.nodes)
	e.uses, e.where, e.spilled = make([][]int, n), make([]int, n), make([]int, n)
	slotUses := make([]int, e.p.slots)
	for i, d := range e.p.nodes {
		for _, v := range d.in[:d.op.arity()] {
			e.uses[v] = append(e.uses[v], i)
		}
		switch {
		case d.op == stream || d.op == store || d.op == ahead:
			slotUses[d.slot]++
		case d.op == row || d.op >= columnSum && d.op <= columnMin:
			slotUses[d.slot]++
			e.rows = true
		case d.op == column || d.op >= rowSum && d.op <= rowMin:
			e.rows = true
		}
		if d.op >= rowSum && d.op <= rowMin {
			e.reduced = append(e.reduced, i)
		}
	}
	e.pointer = map[int]gpr{}
	for slot, uses := range slotUses {
		if uses > 0 && len(e.pointer) < pointers {
			e.pointer[slot] = r8 + 1 + gpr(len(e.pointer))
		}
	}
	registers := 16
	spare := 10 // that the operations of the body need
	if e.wide {
		registers, spare = 32, 14
	}
	e.owner, e.busy = make([]int, registers), make([]bool, registers)
	for i := range e.owner {
		e.owner[i] = free
	}
	next := registers - 1
	take := func() vreg {
		e.owner[next] = reserved
		next--
		return vreg(next + 1)
	}
	if next-e.unroll*len(e.reduced) < spare {
		panic(errRegisters)
	}
	for range e.unroll {
		var list []vreg
		for range e.reduced {
			list = append(list, take())
		}
		e.sums = append(e.sums, list)
	}
	e.fixed = map[Value]vreg{}
	for i, d := range e.p.nodes {
		if (d.op == scalar || d.op == column) && len(e.uses[i]) > 0 && next >= spare {
			e.fixed[Value(i)] = take()
		}
	}
}

// slotWord is where the words hold the pointer of a slot.
func slotWord(slot int) place { return at(rdi, none, wordBytes*(firstSlot+slot)) }

// slotPointer returns a register with the pointer of a slot; r8 holds until the next one is asked for.
func (e *emitter) slotPointer(slot int) gpr {
	if r, ok := e.pointer[slot]; ok {
		return r
	}
	e.load(r8, slotWord(slot))
	return r8
}

func (e *emitter) prologue() {
	e.load(rsi, at(rdi, none, wordBytes*rowsWord))
	e.load(rbx, at(rdi, none, wordBytes*colsWord))
	e.registers(opMove, rcx, rbx)
	e.shiftLeft(rbx, 2)
	e.registers(opXor, rax, rax)
	e.registers(opXor, rdx, rdx)
	for slot, r := range e.p.inOrder(e.pointer) {
		e.load(r, slotWord(slot))
	}
	for i, d := range e.p.nodes {
		if r, ok := e.fixed[Value(i)]; ok && d.op == scalar {
			e.vector(broadcast, r, 0, at(e.slotPointer(d.slot), none, 0), mask{})
		}
	}
	if e.wide { // k1: the columns that are left behind the last whole vector
		e.immediate(4, rcx, e.lanes-1)
		e.code = append(e.code, 0x41, 0xb8, 0xff, 0xff, 0xff, 0xff) // MOV R8D, -1
		e.code = append(e.code, 0xc4, 0x42, 0xf0, 0xf5, 0xc0)       // BZHI R8, R8, RCX
		e.code = append(e.code, 0xc4, 0xc1, 0x78, 0x92, 0xc8)       // KMOVW K1, R8D
	}
}

// inOrder lists the pointers by slot, so that the same program gives the same code.
func (p *Program) inOrder(m map[int]gpr) func(yield func(int, gpr) bool) {
	return func(yield func(int, gpr) bool) {
		for slot := range p.slots {
			if r, ok := m[slot]; ok && !yield(slot, r) {
				return
			}
		}
	}
}

func (e *emitter) allRows() {
	top := newLabel()
	e.here(top)
	e.beginRow()
	unrolled := e.unroll * e.bytes()
	if e.unroll > 1 {
		e.registers(opMove, rcx, rbx)
		e.immediate(4, rcx, -unrolled)
		e.loop(e.unroll)
		e.registers(opMove, rcx, rbx)
		e.immediate(4, rcx, (unrolled-1)&-e.bytes())
	} else {
		e.registers(opMove, rcx, rbx)
		e.immediate(4, rcx, -e.bytes())
	}
	e.loop(1)
	rest, done := rbx, newLabel()
	e.registers(opMove, rcx, rest)
	e.immediate(4, rcx, e.bytes()-1)
	e.jump(zero, done)
	e.body(0, true)
	e.registers(opMove, rcx, rest)
	e.immediate(4, rcx, e.bytes()-1)
	e.registers(opAdd, rax, rcx)
	e.here(done)
	e.endRow()
	e.immediate(5, rsi, 1)
	e.jump(notZero, top)
}

// loop runs copies of the body for the next rcx bytes.
func (e *emitter) loop(copies int) {
	top, done := newLabel(), newLabel()
	e.registers(opAdd, rcx, rax)
	e.registers(opCompare, rax, rcx)
	e.jump(notBelow, done)
	e.here(top)
	for i := range copies {
		e.body(i, false)
	}
	e.immediate(0, rax, copies*e.bytes())
	e.registers(opCompare, rax, rcx)
	e.jump(below, top)
	e.here(done)
}

// identities of Sum, Max and Min.
var identities = [...]float64{0, math.Inf(-1), math.Inf(1)}

// joins are the instructions of Sum, Max and Min.
var joins = [...]opcode{add, maxi, mini}

func (e *emitter) beginRow() {
	for i, d := range e.p.nodes {
		if r, ok := e.fixed[Value(i)]; ok && d.op == column {
			e.vector(broadcast, r, 0, at(e.slotPointer(d.slot), rdx, 0), mask{})
		}
	}
	for _, list := range e.sums {
		for k, r := range list {
			e.vector(moveLoad, r, 0, e.number(identities[e.p.nodes[e.reduced[k]].op-rowSum]), mask{})
		}
	}
}

func (e *emitter) endRow() {
	for k, i := range e.reduced {
		d := e.p.nodes[i]
		join := joins[d.op-rowSum]
		for n := e.unroll; n > 1; n /= 2 {
			for u := range n / 2 {
				e.vector(join, e.sums[u][k], e.sums[u][k], in(e.sums[u+n/2][k]), mask{})
			}
		}
		e.fold(join, e.sums[0][k], 0, 1)
		e.sized(storeOne, 0, 0, at(e.slotPointer(d.slot), rdx, 0), mask{}, 0)
	}
	if !e.rows {
		return
	}
	seen := map[int]bool{}
	for _, d := range e.p.nodes {
		if (d.op == row || d.op >= columnSum && d.op <= columnMin) && !seen[d.slot] {
			seen[d.slot] = true
			if r, ok := e.pointer[d.slot]; ok {
				e.registers(opSub, r, rbx)
			} else {
				e.general(opSub, byte(rbx), slotWord(d.slot), 0)
			}
		}
	}
	e.immediate(0, rdx, 4)
}

// fold leaves the reduction of the lanes of v in the lowest lane of x; y is overwritten too. All of these have numbers
// below 16 where the code is not wide.
func (e *emitter) fold(join opcode, v, x, y vreg) {
	if e.wide {
		e.sized(highHalf512, v, 0, in(y), mask{}, 2, 1)
		e.sized(join, x, v, in(y), mask{}, 1)
	} else {
		e.sized(move, x, 0, in(v), mask{}, 1)
	}
	e.sized(highHalf256, x, 0, in(y), mask{}, 1, 1)
	e.sized(join, x, x, in(y), mask{}, 0)
	for _, order := range []byte{0x4e, 0xb1} {
		e.sized(permute, y, 0, in(x), mask{}, 0, order)
		e.sized(join, x, x, in(y), mask{}, 0)
	}
}

// body writes all operations for one vector, the copy-th after the position.
func (e *emitter) body(copy int, masked bool) {
	e.copy, e.masked = copy, masked
	for i := range e.owner {
		if e.owner[i] != reserved {
			e.owner[i] = free
		}
	}
	clear(e.where)
	clear(e.spilled)
	if masked && !e.wide {
		e.tail = e.temp()
		e.owner[e.tail] = reserved
		defer func() { e.owner[e.tail] = free }()
		e.code = append(e.code, 0x4c, 0x8d, 0x05) // LEA R8, [RIP + table]
		e.fixes = append(e.fixes, constantAt{len(e.code), len(e.code) + 4, tableConstant})
		e.word(0)
		e.registers(opSub, r8, rcx)
		e.vector(moveLoad, e.tail, 0, at(r8, none, 32), mask{})
	}
	for i, d := range e.p.nodes {
		e.node = i
		if !d.op.reads() && (d.op.effect() || len(e.uses[i]) > 0) {
			e.operate(i, d)
		}
		e.release()
	}
}
