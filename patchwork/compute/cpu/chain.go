package cpu

import (
	"fmt"
	"slices"
)

// chain is several passes that go over the same rows: what one of them makes of a row, such as its largest value or its
// mean, the next ones read for the same row only. They take turns on blocks of rows, so that a row is read from memory
// once and what only they need never gets there. Softmax, layer normalisation and unit length become one chain each,
// and so do their gradients.
type chain struct {
	passes []*pass
	rows   int
	length int      // of a row
	locals []*value // read by passes of the chain alone: they exist block by block
	block  int      // rows
	chunk  int      // rows, a multiple of block
}

const (
	chainBlock  = 4096  // elements of a block, unless one row has more
	chainLength = 16384 // longest row
)

// rowLength returns the length of the rows that the pass reduces to one value each, 0 if it reduces none.
func (p *pass) rowLength() int {
	for _, s := range p.sinks {
		if r := s.reduce; r != nil && r.width == 1 && r.group > 1 && r.group <= chainLength && p.size >= 2*r.group {
			return r.group
		}
	}
	return 0
}

// chain joins passes to chains. Each begins with one that reduces rows; later ones join it if all else that they read
// is known by then.
func (p *plan) chain() {
	maker := p.makers()
	gone := make([]bool, len(p.steps))
	for i, s := range p.steps {
		if gone[i] || s.pass == nil || s.pass.rowLength() == 0 {
			continue
		}
		c := &chain{length: s.pass.rowLength()}
		c.rows = s.pass.size / c.length
		made := map[*value]bool{} // true: known row by row; false: only when the chain is done
		steps := []*step{s}
		c.note(s.pass, made)
		for j := i + 1; j < len(p.steps); j++ {
			next := p.steps[j]
			if gone[j] || next.pass == nil || !c.joins(next, made, maker, i) {
				continue
			}
			c.note(next.pass, made)
			steps = append(steps, next)
			gone[j] = true
			for _, v := range next.out {
				maker[v] = i
			}
		}
		if len(steps) > 1 {
			p.steps[i] = p.chainStep(c, steps, gone)
		}
	}
	p.drop(gone)
}

// joins reports whether a step can take part in a chain that runs in place of step first.
func (c *chain) joins(s *step, made map[*value]bool, maker map[*value]int, first int) bool {
	q := s.pass
	if q.size != c.rows && q.size != c.rows*c.length {
		return false
	}
	reads := false
	for _, o := range q.operands {
		v := o.v.root()
		rowwise, ours := made[v]
		if !ours {
			if m, ok := maker[v]; ok && v.constant == nil && m >= first {
				return false
			}
			continue
		}
		if !rowwise || !c.sameRow(o, q.size) {
			return false
		}
		reads = true
	}
	return reads
}

// sameRow reports whether position i of a pass reads a value made by the chain at the same row.
func (c *chain) sameRow(o operand, size int) bool {
	a := o.at
	switch {
	case a.full():
		return o.v.size() == size
	case len(a.runs) == 2 && a.runs[0].keep && !a.runs[1].keep:
		return size == c.rows*c.length && a.runs[0].n == c.rows
	}
	return false
}

// note adds a pass and what it makes.
func (c *chain) note(p *pass, made map[*value]bool) {
	c.passes = append(c.passes, p)
	for _, v := range p.results {
		made[v] = true
	}
	for _, s := range p.sinks {
		made[s.v] = s.reduce == nil || c.reducesRows(p, s)
	}
}

// reducesRows reports whether a sink makes one value of each row.
func (c *chain) reducesRows(p *pass, s sink) bool {
	return p.size == c.rows*c.length && s.reduce.width == 1 && s.reduce.group == c.length
}

// chainStep makes one step of those of a chain.
func (p *plan) chainStep(c *chain, steps []*step, gone []bool) *step {
	all := &step{kind: "chain"}
	inside := map[*value]bool{}
	for _, s := range steps {
		for _, v := range s.out {
			inside[v] = true
		}
	}
	outside := map[*value]bool{}
	for _, v := range p.main.outs {
		outside[v.root()] = true
	}
	for i, s := range p.steps {
		if gone[i] || s == steps[0] {
			continue
		}
		for _, v := range s.in {
			outside[v.root()] = true
		}
	}
	for k, s := range steps {
		for _, v := range s.in {
			if !inside[v.root()] {
				all.in = append(all.in, v)
			}
		}
		for _, v := range s.out {
			if outside[v] || !c.keeps(v) {
				all.out = append(all.out, v)
			} else {
				c.locals = append(c.locals, v)
			}
		}
		for _, o := range s.over {
			if c.overlays(o, k) {
				all.over = append(all.over, o)
			}
		}
	}
	c.cut()
	all.name = fmt.Sprintf("chain of %d passes over %d rows of %d:", len(steps), c.rows, c.length)
	for _, s := range steps {
		all.name += " " + s.pass.title + ";"
	}
	all.do = (&chainRuns{chain: c, backend: p.backend}).do
	return all
}

// keeps reports whether a value can exist block by block: each block of it is made at once.
func (c *chain) keeps(v *value) bool {
	for _, p := range c.passes {
		if slices.Contains(p.results, v) {
			return true
		}
		for _, s := range p.sinks {
			if s.v == v {
				return s.reduce != nil && c.reducesRows(p, s)
			}
		}
	}
	return false
}

// overlays reports whether pass k of the chain may write over an operand: no later pass reads it, and none reads it
// elsewhere than at the positions that it works on.
func (c *chain) overlays(o overlay, k int) bool {
	in := o.in.root()
	if slices.Contains(c.locals, in) {
		return false
	}
	for i, p := range c.passes {
		for _, x := range p.operands {
			if x.v.root() == in && (i > k || !x.direct) {
				return false
			}
		}
	}
	return true
}

// cut chooses blocks and chunks by the sizes alone.
func (c *chain) cut() {
	c.block = max(1, chainBlock/c.length)
	blocks := (c.rows + c.block - 1) / c.block
	chunks := min(max(blocks/2, 1), maxChunks)
	for _, p := range c.passes {
		if p.heads > 0 {
			chunks = min(chunks, max(1, p.size/p.heads))
		}
	}
	c.chunk = (blocks + chunks - 1) / chunks * c.block
	for _, p := range c.passes {
		unit := p.size / c.rows
		p.block, p.chunk = c.block*unit, c.chunk*unit
		for i := range p.operands {
			o := &p.operands[i]
			o.local = 1 + slices.Index(c.locals, o.v.root())
			if o.pinned >= 0 && o.at.period() > 0 && p.block%o.at.period() != 0 {
				p.unpin(i)
			}
		}
		p.localResults = make([]int, len(p.results))
		for i, v := range p.results {
			p.localResults[i] = 1 + slices.Index(c.locals, v)
		}
		for i := range p.sinks {
			p.sinks[i].local = 1 + slices.Index(c.locals, p.sinks[i].v)
		}
	}
	for _, p := range c.passes {
		p.lookAhead()
		p.announces = p.ahead >= 0 && p.next != nil
		for _, other := range c.passes { // what follows needs memory too
			if p.out == nil && other.size == p.size {
				p.out = other.stored()
			}
		}
	}
}
