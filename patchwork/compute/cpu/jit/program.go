package jit

import "math"

// Program is a list of operations on every position of a matrix [rows, cols] of float32 that lies in memory row after row.
// Its methods append to it. What it reads and writes are slots: places in memory that are named when it runs.
type Program struct {
	nodes []node
	slots int
	known map[node]Value
}

// Value is what an operation made at the position.
type Value int32

type node struct {
	op   op
	in   [3]Value
	slot int
	word uint32 // of a constant
}

// NewProgram returns an empty program.
func NewProgram() *Program { return &Program{known: map[node]Value{}} }

// Slot is a new place in memory.
func (p *Program) Slot() int {
	p.slots++
	return p.slots - 1
}

// add appends a node, unless there is one like it. What a program writes it does not read again.
func (p *Program) add(n node) Value {
	if v, ok := p.known[n]; ok {
		return v
	}
	p.nodes = append(p.nodes, n)
	v := Value(len(p.nodes) - 1)
	if !n.op.effect() {
		p.known[n] = v
	}
	return v
}

// Stream reads the slot's memory at the position.
func (p *Program) Stream(slot int) Value { return p.add(node{op: stream, slot: slot}) }

// Row reads the slot's memory at the position's column: one row for all.
func (p *Program) Row(slot int) Value { return p.add(node{op: row, slot: slot}) }

// Column reads the slot's memory at the position's row: one number for each row.
func (p *Program) Column(slot int) Value { return p.add(node{op: column, slot: slot}) }

// Scalar reads the one number of the slot.
func (p *Program) Scalar(slot int) Value { return p.add(node{op: scalar, slot: slot}) }

// Constant is a number.
func (p *Program) Constant(x float32) Value {
	return p.add(node{op: constant, word: math.Float32bits(x)})
}

// Unary appends a function of one number.
func (p *Program) Unary(f Unary, x Value) Value { return p.add(node{op: op(f), in: [3]Value{x}}) }

// Binary appends a function of two numbers.
func (p *Program) Binary(f Binary, x, y Value) Value {
	return p.add(node{op: op(f), in: [3]Value{x, y}})
}

// Ternary appends a function of three numbers.
func (p *Program) Ternary(f Ternary, x, y, z Value) Value {
	return p.add(node{op: op(f), in: [3]Value{x, y, z}})
}

// Store writes x to the slot's memory at the position.
func (p *Program) Store(slot int, x Value) {
	p.add(node{op: store, in: [3]Value{x}, slot: slot})
}

// ReduceRow writes for each row the sum (or maximum, or minimum) of x to the slot.
func (p *Program) ReduceRow(f Reduction, slot int, x Value) {
	p.add(node{op: rowSum + op(f), in: [3]Value{x}, slot: slot})
}

// ReduceColumn adds (or compares) x to the number that the slot has for the column.
func (p *Program) ReduceColumn(f Reduction, slot int, x Value) {
	p.add(node{op: columnSum + op(f), in: [3]Value{x}, slot: slot})
}

// Ahead has the slot's memory at the position brought to the caches, for who comes later.
func (p *Program) Ahead(slot int) { p.add(node{op: ahead, slot: slot}) }

// Reduction is what makes one number of many.
type Reduction uint8

// The reductions. Max and Min may pass over a NaN.
const (
	Sum Reduction = iota
	Max
	Min
)

type op uint8

const (
	stream op = iota
	row
	column
	scalar
	constant
	store
	rowSum
	rowMax
	rowMin
	columnSum
	columnMax
	columnMin
	ahead
	firstUnary
)

func (o op) effect() bool { return o >= store && o <= ahead }

// reads reports whether the operation brings a number from memory or from the code.
func (o op) reads() bool { return o <= constant }

func (o op) arity() int {
	switch {
	case o.reads() || o == ahead:
		return 0
	case o.effect() || o < op(firstBinary):
		return 1
	case o < op(firstTernary):
		return 2
	}
	return 3
}

// Unary is a function of one number, as in package kernel.
type Unary op

// The functions of one number.
const (
	Copy Unary = Unary(firstUnary) + iota // a register of its own, whatever happens to the memory
	Neg
	Abs
	Sqrt
	Rsqrt // 1/√x
	Sign
	Floor
	Ceil
	Round // half to even
	Nonzero
	Not // 1 − x
	Exp
	Log
	Tanh
	Erf
	Logistic
	firstBinary
)

// Binary is a function of two numbers, as in package kernel.
type Binary op

// The functions of two numbers. Comparisons give 1 or 0.
const (
	Add Binary = Binary(firstBinary) + iota
	Sub
	Mul
	Div
	Maximum // NaN if either is
	Minimum // NaN if either is
	AtLeast // max(x, y), x if either is NaN
	AtMost  // min(x, y), x if either is NaN
	Equal
	NotEqual
	Less
	LessOrEqual
	Greater
	GreaterOrEqual
	firstTernary
)

// Ternary is a function of three numbers.
type Ternary op

// The functions of three numbers.
const (
	MulAdd Ternary = Ternary(firstTernary) + iota // x·y + z, rounded once
	MulSub                                        // x·y − z
	NegMul                                        // z − x·y
	Select                                        // y where x is not 0, else z
)
