package cpu

import "slices"

const (
	blockSize = 2048 // elements; a register then takes 8 kB
	pinLimit  = 1024 // longest row that is repeated in a register for a whole chunk
	maxChunks = 64
)

// allot turns the registers, of which each is written once, into as few as possible, and cuts the work.
func (c *compiler) allot() {
	last := make([]int, c.virtual)
	for i, in := range c.code {
		for _, x := range []cell{in.x, in.y, in.z} {
			if x.place == register {
				last[x.n] = i
			}
		}
	}
	real := make([]int, c.virtual)
	var free []int
	for i := range c.code {
		in := &c.code[i]
		for _, x := range []*cell{&in.x, &in.y, &in.z} {
			if x.place != register {
				continue
			}
			virtual := x.n
			x.n = real[virtual]
			if last[virtual] == i && !slices.Contains(free, x.n) {
				free = append(free, x.n)
			}
		}
		if in.dst.place != register {
			continue
		}
		virtual := in.dst.n
		if len(free) > 0 {
			in.dst.n, free = free[len(free)-1], free[:len(free)-1]
		} else {
			in.dst.n = c.scratch
			c.scratch++
		}
		real[virtual] = in.dst.n
	}
	c.cut()
}

// cut chooses blocks and chunks by the sizes alone, so that the number of cores cannot change a sum. Blocks hold whole
// rows of the operands that repeat and of the reductions where they can.
func (c *compiler) cut() {
	step := 1
	try := func(n int) {
		if m := step / gcd(step, n) * n; m <= blockSize {
			step = m
		}
	}
	for _, o := range c.operands {
		if o.pinned >= 0 && o.at.period() > 0 {
			try(o.at.period())
		}
	}
	for _, s := range c.sinks {
		if s.reduce != nil {
			try(s.reduce.width)
			try(s.reduce.group)
		}
	}
	try(16)
	c.block = blockSize / step * step
	chunks := min(max(c.size/(4*c.block), 1), maxChunks)
	if c.heads > 0 {
		chunks = min(chunks, max(1, c.size/c.heads))
	}
	blocks := (c.size + c.block - 1) / c.block
	c.chunk = (blocks + chunks - 1) / chunks * c.block
	for i := range c.operands {
		if o := &c.operands[i]; o.pinned >= 0 && o.at.period() > 0 && c.block%o.at.period() != 0 {
			c.unpin(i)
		}
	}
}

// lookAhead finds an operation that takes long, and what memory the next block needs.
func (p *pass) lookAhead() {
	p.next = nil
	p.ahead = slices.IndexFunc(p.code, func(in instruction) bool { return in.element != nil && in.element.ahead != nil })
	for i := range p.operands {
		if o := &p.operands[i]; p.next == nil && o.direct && o.local == 0 {
			p.next = o.v
		}
	}
	p.out = p.stored()
}

// stored returns the first result that is written to memory as it is, nil if there is none.
func (p *pass) stored() *value {
	for i, v := range p.results {
		if p.localResults == nil || p.localResults[i] == 0 {
			return v
		}
	}
	return nil
}

// unpin reads an operand block by block: its rows and the blocks do not fit together.
func (p *pass) unpin(i int) {
	pinned := cell{pinnedRegister, p.operands[i].pinned}
	p.operands[i].pinned = -1
	dst := cell{register, p.scratch}
	p.scratch++
	for k := range p.code {
		for _, x := range []*cell{&p.code[k].x, &p.code[k].y, &p.code[k].z} {
			if *x == pinned {
				*x = dst
			}
		}
	}
	p.code = slices.Insert(p.code, 0, instruction{dst: dst, load: i, sink: -1})
}

// overlays finds the results that may be written over an operand: whoever reads the operand has done so before.
func (c *compiler) overlays() []overlay {
	var list []overlay
	for i, o := range c.operands {
		if !o.direct || slices.ContainsFunc(c.operands[:i], o.sameStorage) || slices.ContainsFunc(c.operands[i+1:], o.sameStorage) {
			continue
		}
		at := cell{memoryOperand, i}
		lastRead := -1
		for k, in := range c.code {
			if in.x == at || in.y == at || in.z == at {
				lastRead = k
			}
		}
		for k, in := range c.code {
			if in.dst.place == memoryResult && k >= lastRead {
				list = append(list, overlay{out: c.results[in.dst.n], in: o.v})
			}
		}
	}
	return list
}

func (o operand) sameStorage(b operand) bool { return o.v.root() == b.v.root() }

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
