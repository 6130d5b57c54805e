package jit

// release gives registers back that nobody needs after the node.
func (e *emitter) release() {
	clear(e.busy)
	for r, v := range e.owner {
		if v == temporary || v >= 0 && e.next(Value(v)) < 0 {
			if v >= 0 {
				e.where[v] = 0
			}
			e.owner[r] = free
		}
	}
}

// next returns the node that uses v next after this one, -1 if none does.
func (e *emitter) next(v Value) int {
	for _, u := range e.uses[v] {
		if u > e.node {
			return u
		}
	}
	return -1
}

// temp returns a register for the time of the node.
func (e *emitter) temp() vreg {
	best, far := -1, -1
	for r, v := range e.owner {
		switch {
		case e.busy[r] || v == reserved || v == temporary:
		case v == free:
			e.owner[r], e.busy[r] = temporary, true
			return vreg(r)
		case e.next(Value(v)) > far:
			best, far = r, e.next(Value(v))
		}
	}
	if best < 0 {
		panic(errRegisters)
	}
	v := Value(e.owner[best])
	if !e.p.nodes[v].op.reads() && e.spilled[v] == 0 {
		used := 0
		for _, s := range e.spilled {
			used = max(used, s)
		}
		e.spilled[v] = used + 1
		e.room = max(e.room, used+1)
		e.vector(moveStore, vreg(best), 0, e.spillPlace(v), mask{})
	}
	e.where[v] = 0
	e.owner[best], e.busy[best] = temporary, true
	return vreg(best)
}

func (e *emitter) spillPlace(v Value) place {
	return at(rdi, none, wordBytes*(firstSlot+e.p.slots+spillWords*(e.spilled[v]-1)))
}

// drop gives a temporary register back before the node ends.
func (e *emitter) drop(r vreg) {
	if e.owner[r] == temporary {
		e.owner[r], e.busy[r] = free, false
	}
}

// register returns the register of v, and brings v there if it must.
func (e *emitter) register(v Value) vreg {
	if r, ok := e.fixed[v]; ok {
		return r
	}
	if w := e.where[v]; w > 0 {
		e.busy[w-1] = true
		return vreg(w - 1)
	}
	r := e.temp()
	switch d := e.p.nodes[v]; {
	case e.spilled[v] > 0:
		e.vector(moveLoad, r, 0, e.spillPlace(v), mask{})
	case d.op == constant:
		e.vector(moveLoad, r, 0, e.constant(d.word), mask{})
	case d.op == scalar:
		e.vector(broadcast, r, 0, at(e.slotPointer(d.slot), none, 0), mask{})
	case d.op == column:
		e.vector(broadcast, r, 0, at(e.slotPointer(d.slot), rdx, 0), mask{})
	case d.op == stream || d.op == row:
		e.read(r, e.slotPointer(d.slot))
	default:
		panic("jit: a value is used before it is computed")
	}
	e.owner[r], e.where[v] = int(v), int(r)+1
	return r
}

// position is the memory of a slot at the position.
func (e *emitter) position(pointer gpr) place { return at(pointer, rax, e.copy*e.bytes()) }

func (e *emitter) read(r vreg, pointer gpr) {
	switch {
	case !e.masked:
		e.vector(moveLoad, r, 0, e.position(pointer), mask{})
	case e.wide:
		e.vector(moveLoad, r, 0, e.position(pointer), mask{1, true})
	default:
		e.vector(maskedLoad, r, e.tail, e.position(pointer), mask{})
	}
}

func (e *emitter) write(r vreg, pointer gpr) {
	switch {
	case !e.masked:
		e.vector(moveStore, r, 0, e.position(pointer), mask{})
	case e.wide:
		e.vector(moveStore, r, 0, e.position(pointer), mask{1, false})
	default:
		e.vector(maskedSave, r, e.tail, e.position(pointer), mask{})
	}
}

// operand returns where an instruction can read v as its last operand: in memory, if it is read there for the last time.
func (e *emitter) operand(v Value) place {
	switch d := e.p.nodes[v]; {
	case !e.inMemory(v):
		return in(e.register(v))
	case d.op == constant:
		return e.constant(d.word)
	default:
		return e.position(e.pointer[d.slot])
	}
}

// inMemory reports whether operand would read v from memory.
func (e *emitter) inMemory(v Value) bool {
	if _, ok := e.fixed[v]; ok || e.where[v] > 0 || e.spilled[v] > 0 {
		return false
	}
	d := e.p.nodes[v]
	_, direct := e.pointer[d.slot]
	return d.op == constant || (d.op == stream || d.op == row) && direct && !e.masked && e.next(v) < 0
}

// give makes a temporary register the one of a value.
func (e *emitter) give(v Value, r vreg) {
	e.owner[r], e.where[v] = int(v), int(r)+1
}

// result returns the register for the result of this node: one of an operand that ends here, else a new one.
func (e *emitter) result(operands ...Value) vreg {
	for _, v := range operands {
		w := e.where[v]
		if _, ok := e.fixed[v]; ok || w == 0 || e.next(v) >= 0 {
			continue
		}
		e.where[v] = 0
		e.owner[w-1], e.busy[w-1] = temporary, true
		return vreg(w - 1)
	}
	return e.temp()
}
