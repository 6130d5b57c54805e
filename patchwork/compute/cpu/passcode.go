package cpu

import (
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"

	"github.com/gopatchwork/patchwork/patchwork/compute/cpu/jit"
)

// passCode is a pass as machine code, whose intermediate values stay in registers. What it cannot do itself, such as to
// convert integers, is done before and behind it, on registers in memory.
type passCode struct {
	function *jit.Function
	length   int  // of the rows that it looks at; 0: none
	relative bool // rows begin where a piece begins
	single   bool // its numbers by row do not lie side by side: one row at a time
	whole    bool // no register in memory: it need not go block by block
	slots    []codeSlot
	before   []instruction // loads
	behind   []instruction // sinks
}

type slotKind uint8

const (
	slotStream     slotKind = iota // operand by position
	slotRegister                   // register in memory
	slotScalar                     // operand of one number
	slotRow                        // operand by position in the row
	slotColumn                     // operand by row
	slotReciprocal                 // 1/operand by row
	slotResult                     // result by position
	slotRowSink                    // sink that makes one number of a row
	slotColumnSink                 // sink that makes a row
	slotWideSink                   // sink that makes a row shorter than the program's: its rows lie side by side
	slotAhead                      // memory that the next block reads (0) or writes (1)
)

// codeSlot says what a slot of the function is.
type codeSlot struct {
	kind  slotKind
	index int // of the operand, register cell, result or sink
	cell  cell
}

const (
	shortRow     = 16      // rows shorter than this are not worth a loop of their own
	wideSink     = 64      // a sink of shorter rows takes several of them at once
	longestSum   = 8192    // numbers that are added in one go
	longestPiece = 1 << 16 // positions of one call, which Go cannot interrupt
)

// coder writes the program of a pass.
type coder struct {
	*pass
	*passCode
	program *jit.Program
	values  map[cell]jit.Value
	known   map[codeSlot]jit.Value
	written map[int]bool // registers in memory that loads write
}

// newCode returns the pass as machine code, nil if there is none.
func (p *pass) newCode() *passCode {
	c := &coder{pass: p, passCode: &passCode{}, program: jit.NewProgram(), values: map[cell]jit.Value{},
		known: map[codeSlot]jit.Value{}, written: map[int]bool{}}
	c.chooseLength()
	if p.announces { // before what it reads, as memory takes long
		c.program.Ahead(c.newSlot(codeSlot{kind: slotAhead}))
		c.program.Ahead(c.newSlot(codeSlot{kind: slotAhead, index: 1}))
	}
	for _, in := range p.code {
		if !c.instruction(in) {
			return nil
		}
	}
	c.whole = len(c.before) == 0 && len(c.behind) == 0 && !slices.ContainsFunc(c.slots, func(s codeSlot) bool { return s.kind == slotRegister })
	if p.announces && c.byPosition() < 0 {
		return nil
	}
	var err error
	if c.function, err = c.program.Compile(); err != nil {
		return nil
	}
	return c.passCode
}

// chooseLength finds rows that many of the operands and sinks have in common: first those of which there is one number
// each, then those that all are the same.
func (c *coder) chooseLength() {
	for _, s := range c.sinks {
		if s.reduce != nil && s.reduce.width == 1 && s.reduce.group >= shortRow && c.length == 0 && s.reduce.op != reduceProduct {
			c.length = s.reduce.group
		}
	}
	for i := range c.operands {
		if o := &c.operands[i]; o.rowRun() >= shortRow && c.length == 0 {
			c.length = o.rowRun()
		}
	}
	if c.length > 0 {
		return
	}
	for _, s := range c.sinks {
		if s.reduce == nil || s.reduce.width == 1 || s.reduce.op == reduceProduct || c.block%s.reduce.width != 0 || c.chunk%s.reduce.width != 0 {
			continue
		}
		if c.length = s.reduce.width; c.length < wideSink {
			c.length *= (wideSink + c.length - 1) / c.length
			c.relative = true
		}
		return
	}
	for _, o := range c.operands {
		if o.at.period() >= wideSink && o.v.is(dtypes.Float32) {
			c.length = o.at.period()
			return
		}
	}
}

// rowRun is how many neighbouring positions read the same number, 0 if that is not the same everywhere.
func (o *operand) rowRun() int {
	if !o.v.is(dtypes.Float32) || len(o.at.runs) < 2 {
		return 0
	}
	if last := o.at.runs[len(o.at.runs)-1]; !last.keep {
		return last.n
	}
	return 0
}

// slot returns the value of a slot that is read.
func (c *coder) slot(s codeSlot) jit.Value {
	if v, ok := c.known[s]; ok {
		return v
	}
	n := c.newSlot(s)
	var v jit.Value
	switch s.kind {
	case slotScalar:
		v = c.program.Scalar(n)
	case slotRow:
		v = c.program.Row(n)
	case slotColumn, slotReciprocal:
		v = c.program.Column(n)
	default:
		v = c.program.Stream(n)
	}
	c.known[s] = v
	return v
}

func (c *coder) newSlot(s codeSlot) int {
	c.slots = append(c.slots, s)
	return c.program.Slot()
}

// operand returns the value of an operand that the code reads itself.
func (c *coder) operand(i int) (v jit.Value, ok bool) {
	o := &c.operands[i]
	if !o.v.is(dtypes.Float32) {
		return 0, false
	}
	switch {
	case o.direct:
		return c.slot(codeSlot{kind: slotStream, index: i}), true
	case o.at.scalar() && o.v.constant != nil:
		return c.program.Constant(*(*float32)(o.v.constant.base)), true
	case o.at.scalar() && o.local == 0:
		return c.slot(codeSlot{kind: slotScalar, index: i}), true
	case c.relative || c.length == 0:
	case o.rowRun() == c.length:
		if len(o.at.runs) > 2 {
			c.single = true
		}
		return c.slot(codeSlot{kind: slotColumn, index: i}), true
	case o.at.period() == c.length && o.local == 0:
		return c.slot(codeSlot{kind: slotRow, index: i}), true
	}
	return 0, false
}

// cell returns the value of a cell.
func (c *coder) cell(x cell) jit.Value {
	if v, ok := c.values[x]; ok {
		return v
	}
	switch x.place {
	case memoryOperand:
		if v, ok := c.operand(x.n); ok {
			return v
		}
	case pinnedRegister:
		for i := range c.operands {
			if c.operands[i].pinned == x.n {
				if v, ok := c.operand(i); ok {
					return v
				}
			}
		}
	}
	return c.slot(codeSlot{kind: slotRegister, cell: x})
}

// instruction writes one instruction; it returns false if there is no code for it.
func (c *coder) instruction(in instruction) bool {
	switch {
	case in.load >= 0:
		c.load(in)
		return true
	case in.sink >= 0:
		c.sink(in)
		return true
	case in.element == nil || in.element.code == nil:
		return false
	}
	x, y, z := c.arguments(in)
	var v jit.Value
	switch {
	case in.column && in.element == elements[compute.OpTypeDiv] && !in.left:
		v = c.quotient(in, x, y)
	case in.clamped:
		v = c.program.Binary(jit.Add, x, y)
		for k, f := range []jit.Binary{jit.AtLeast, jit.AtMost} {
			if o := in.limits[k]; o >= 0 {
				limit, ok := c.operand(o)
				if !ok {
					return false
				}
				v = c.program.Binary(f, v, limit)
			}
		}
	default:
		v = in.element.code(c.program, x, y, z)
	}
	c.values[in.dst] = v
	if in.dst.place == memoryResult {
		c.program.Store(c.newSlot(codeSlot{kind: slotResult, index: in.dst.n}), v)
	}
	return true
}

// arguments returns the values that an instruction reads.
func (c *coder) arguments(in instruction) (x, y, z jit.Value) {
	arity := in.element.arity()
	x = c.cell(in.x)
	switch {
	case in.column:
		y = c.byRow(in.y.n)
		if in.left {
			x, y = y, x
		}
	case in.clamped || arity > 1:
		y = c.cell(in.y)
	}
	if arity > 2 && !in.clamped {
		z = c.cell(in.z)
	}
	return x, y, z
}

// byRow returns the value of an operand that has one number for runs of positions, from a register in memory if these are
// not the rows of the code.
func (c *coder) byRow(i int) jit.Value {
	if v, ok := c.operand(i); ok {
		return v
	}
	return c.slot(codeSlot{kind: slotRegister, cell: c.loaded(i)})
}

// load brings an operand to a register in memory, unless the code reads it itself.
func (c *coder) load(in instruction) {
	if v, ok := c.operand(in.load); ok {
		c.values[in.dst] = v
		return
	}
	c.values[in.dst] = c.slot(codeSlot{kind: slotRegister, cell: c.loaded(in.load)})
}

// loaded returns the register in memory that an operand is spread in.
func (c *coder) loaded(operand int) cell {
	for _, in := range c.before {
		if in.load == operand {
			return in.dst
		}
	}
	dst := c.another()
	c.before = append(c.before, instruction{dst: dst, load: operand, sink: -1})
	return dst
}

// another returns a register in memory that no instruction has.
func (c *coder) another() cell {
	c.scratch++
	return cell{register, c.scratch - 1}
}

// quotient divides by a number for each row, by way of its reciprocal.
func (c *coder) quotient(in instruction, x, y jit.Value) jit.Value {
	o := in.y.n
	if v, ok := c.known[codeSlot{kind: slotColumn, index: o}]; !ok || v != y || c.single {
		return c.program.Binary(jit.Div, x, y)
	}
	return c.program.Binary(jit.Mul, x, c.slot(codeSlot{kind: slotReciprocal, index: o}))
}

var reductions = map[reduceOp]jit.Reduction{reduceSum: jit.Sum, reduceMax: jit.Max, reduceMin: jit.Min}

// sink feeds a sink, or writes what it reads to a register in memory for it.
func (c *coder) sink(in instruction) {
	x := c.cell(in.x)
	if r := c.sinks[in.sink].reduce; r != nil {
		f, ok := reductions[r.op]
		switch {
		case !ok || c.length == 0:
		case r.width == 1 && r.group == c.length && !c.relative:
			c.program.ReduceRow(f, c.newSlot(codeSlot{kind: slotRowSink, index: in.sink}), x)
			return
		case r.width > 1 && r.width == c.length && c.block%r.width == 0 && c.chunk%r.width == 0:
			c.program.ReduceColumn(f, c.newSlot(codeSlot{kind: slotColumnSink, index: in.sink}), x)
			return
		case r.width > 1 && c.relative && c.length%r.width == 0 && c.length < 2*wideSink && c.block%r.width == 0 && c.chunk%r.width == 0 && c.beside(r):
			c.program.ReduceColumn(f, c.newSlot(codeSlot{kind: slotWideSink, index: in.sink}), x)
			return
		}
	}
	dst := in.x // an operand in memory may be written over before the sink is fed
	if v, ok := c.known[codeSlot{kind: slotRegister, cell: dst}]; (!ok || v != x) && dst.place != memoryResult {
		dst = c.another()
		c.program.Store(c.newSlot(codeSlot{kind: slotRegister, cell: dst}), x)
	}
	c.behind = append(c.behind, instruction{x: dst, load: -1, sink: in.sink})
}

// beside reports whether a wide sink may be besides those there are: pieces end with the groups of all of them, and must begin
// where a row of each begins.
func (c *coder) beside(r *reduction) bool {
	return !slices.ContainsFunc(c.slots, func(s codeSlot) bool {
		if s.kind != slotWideSink {
			return false
		}
		other := c.sinks[s.index].reduce
		return other.group%r.width != 0 || r.group%other.width != 0
	})
}
