package jit

// operate writes one operation.
func (e *emitter) operate(i int, d node) {
	v := Value(i)
	switch {
	case d.op == store:
		r := e.register(d.in[0])
		e.write(r, e.slotPointer(d.slot))
	case d.op == ahead:
		e.prefetch(e.position(e.slotPointer(d.slot)))
	case d.op >= rowSum && d.op <= rowMin:
		e.reduceRow(d, i)
	case d.op >= columnSum && d.op <= columnMin:
		join := joins[d.op-columnSum]
		x, t := e.register(d.in[0]), e.temp()
		pointer := e.slotPointer(d.slot)
		e.read(t, pointer)
		e.vector(join, t, t, in(x), mask{})
		e.write(t, pointer)
	case d.op < op(firstBinary):
		e.unary(v, d)
	case d.op < op(firstTernary):
		e.binary(v, d)
	case d.op == op(Select):
		c := e.compare(notEqual, e.register(d.in[0]), e.number(0))
		e.give(v, e.either(c, e.register(d.in[1]), e.register(d.in[2])))
	default:
		e.fused(v, d)
	}
}

func (e *emitter) reduceRow(d node, i int) {
	var sum vreg
	for k, n := range e.reduced {
		if n == i {
			sum = e.sums[e.copy][k]
		}
	}
	join := joins[d.op-rowSum]
	switch {
	case !e.masked:
		e.vector(join, sum, sum, e.operand(d.in[0]), mask{})
	case e.wide:
		e.vector(join, sum, sum, in(e.register(d.in[0])), mask{1, false})
	default:
		x := e.register(d.in[0])
		t := e.temp()
		e.vector(moveLoad, t, 0, e.number(identities[d.op-rowSum]), mask{})
		e.vector(blendVector, t, t, in(x), mask{}, byte(e.tail)<<4)
		e.vector(join, sum, sum, in(t), mask{})
	}
}

// fused writes a product with a sum.
func (e *emitter) fused(v Value, d node) {
	x, y := d.in[0], d.in[1]
	if e.inMemory(x) {
		x, y = y, x
	}
	a, b := e.register(x), e.operand(y)
	z := e.register(d.in[2])
	r := e.result(d.in[2])
	if r != z {
		e.vector(move, r, 0, in(z), mask{})
	}
	e.vector(map[op]opcode{op(MulAdd): multiplyAdd, op(MulSub): multiplySub, op(NegMul): negMultiplyAdd}[d.op], r, a, b, mask{})
	e.give(v, r)
}

func (e *emitter) binary(v Value, d node) {
	x, y := d.in[0], d.in[1]
	switch Binary(d.op) {
	case Add, Mul:
		if e.inMemory(x) && !e.inMemory(y) {
			x, y = y, x
		}
		e.simple(map[Binary]opcode{Add: add, Mul: mul}[Binary(d.op)], v, x, y)
	case Sub:
		e.simple(sub, v, x, y)
	case Div:
		e.simple(div, v, x, y)
	case Maximum, Minimum:
		join := map[Binary]opcode{Maximum: maxi, Minimum: mini}[Binary(d.op)]
		switch { // of two operands of which one is NaN the instruction gives the second
		case e.isNumber(y):
			e.simple(join, v, y, x)
		case e.isNumber(x):
			e.simple(join, v, x, y)
		default:
			a, b := e.register(x), e.register(y)
			m := e.op(join, a, in(b))
			e.give(v, e.either(e.compare(unordered, a, in(a)), a, m))
		}
	case AtLeast:
		e.simple(maxi, v, y, x)
	case AtMost:
		e.simple(mini, v, y, x)
	default:
		predicate := map[Binary]byte{Equal: equal, NotEqual: notEqual, Less: less, LessOrEqual: lessEqual,
			Greater: greater, GreaterOrEqual: greaterEqual}[Binary(d.op)]
		a := e.register(x)
		e.give(v, e.only(e.compare(predicate, a, e.operand(y)), e.number(1)))
	}
}

// isNumber reports whether v is a constant other than NaN.
func (e *emitter) isNumber(v Value) bool {
	d := e.p.nodes[v]
	return d.op == constant && d.word&0x7fffffff <= 0x7f800000
}

// simple writes one instruction: v = o(x, y).
func (e *emitter) simple(o opcode, v, x, y Value) {
	a := e.register(x)
	b := e.operand(y)
	r := e.result(x, y)
	e.vector(o, r, a, b, mask{})
	e.give(v, r)
}

func (e *emitter) unary(v Value, d node) {
	x := e.register(d.in[0])
	var r vreg
	switch Unary(d.op) {
	case Copy:
		r = e.temp()
		e.vector(move, r, 0, in(x), mask{})
	case Neg:
		r = e.op(xor, x, e.constant(1<<31))
	case Abs:
		r = e.op(and, x, e.constant(1<<31-1))
	case Sqrt:
		r = e.op(root, 0, in(x))
	case Rsqrt:
		t := e.op(root, 0, in(x))
		r = e.op(div, e.one(), in(t))
	case Sign:
		minus := e.temp()
		e.vector(moveLoad, minus, 0, e.number(-1), mask{})
		below := e.either(e.compare(less, x, e.number(0)), minus, x)
		r = e.either(e.compare(greater, x, e.number(0)), e.one(), below)
	case Floor, Ceil, Round:
		r = e.temp()
		e.vector(round, r, 0, in(x), mask{}, map[Unary]byte{Round: 0, Floor: 1, Ceil: 2}[Unary(d.op)])
	case Nonzero:
		r = e.only(e.compare(notEqual, x, e.number(0)), e.number(1))
	case Not:
		r = e.op(sub, e.one(), in(x))
	case Exp:
		r = e.exp(x)
	case Log:
		r = e.log(x)
	case Tanh:
		r = e.tanh(x)
	case Erf:
		r = e.erf(x)
	case Logistic:
		t := e.exp(e.op(xor, x, e.constant(1<<31)))
		r = e.op(div, e.one(), in(e.op(add, t, e.number(1))))
	}
	e.give(v, r)
}

// op returns a fresh register with o(x, y).
func (e *emitter) op(o opcode, x vreg, y place) vreg {
	r := e.temp()
	e.vector(o, r, x, y, mask{})
	return r
}

func (e *emitter) one() vreg { return e.all(1) }

// all returns a fresh register with a number in every lane.
func (e *emitter) all(x float64) vreg {
	r := e.temp()
	e.vector(moveLoad, r, 0, e.number(x), mask{})
	return r
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

// condition is a mask register in wide code, else a vector.
type condition uint8

func (e *emitter) compare(predicate byte, x vreg, y place) condition {
	if e.wide {
		e.masks = e.masks%6 + 1
		k := e.masks + 1 // k2 to k7
		e.vector(compare, vreg(k), x, y, mask{}, predicate)
		return condition(k)
	}
	r := e.temp()
	e.vector(compare, r, x, y, mask{}, predicate)
	return condition(r)
}

// either returns a fresh register with yes in the lanes of c and no in the others.
func (e *emitter) either(c condition, yes, no vreg) vreg {
	r := e.temp()
	if e.wide {
		e.vector(blendMask, r, no, in(yes), mask{kreg(c), false})
	} else {
		e.vector(blendVector, r, no, in(yes), mask{}, byte(c)<<4)
	}
	return r
}

// only returns a fresh register with x in the lanes of c and 0 in the others.
func (e *emitter) only(c condition, x place) vreg {
	r := e.temp()
	if e.wide {
		o := move
		if x.memory {
			o = moveLoad
		}
		e.vector(o, r, 0, x, mask{kreg(c), true})
	} else {
		e.vector(and, r, vreg(c), x, mask{})
	}
	return r
}
