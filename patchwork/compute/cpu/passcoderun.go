package cpu

import (
	"slices"

	"github.com/gopatchwork/patchwork/patchwork/compute/cpu/jit"
)

// codeWorker is what a worker needs to run the code of a pass.
type codeWorker struct {
	frame      *jit.Frame
	reciprocal [][]float32 // by slot: of the rows of a piece
	partial    []float32   // by slot: the sum of a piece of a row
	wide       [][]float32 // by slot: sums of rows side by side
}

func (q *passRun) newCodeWorker() *codeWorker {
	k := &codeWorker{frame: q.made.function.NewFrame(), partial: make([]float32, len(q.made.slots)),
		reciprocal: make([][]float32, len(q.made.slots)), wide: make([][]float32, len(q.made.slots))}
	for i, s := range q.made.slots {
		switch s.kind {
		case slotReciprocal:
			k.reciprocal[i] = make([]float32, max(q.block, q.chunk)/q.made.length+2)
		case slotWideSink:
			k.wide[i] = make([]float32, q.made.length)
		}
	}
	return k
}

// codeAt computes positions at to at+n with the code of the pass. It returns false, having done nothing, if some number
// needs a division.
func (q *passRun) codeAt(w *worker, chunk, begin, at, n int) bool {
	c := q.made
	if w.code == nil {
		w.code = q.newCodeWorker()
	}
	if !q.invert(w, at, n) {
		return false
	}
	for i := range c.before {
		in := &c.before[i]
		if o := &q.operands[in.load]; o.local > 0 {
			spread32(q.view(w, in.dst)[:n], w.locals[o.local-1], o.at, 0)
		} else {
			q.spread(q.view(w, in.dst)[:n], o, at)
		}
	}
	for pos, end := at, at+n; pos < end; {
		rows, cols := q.piece(pos, end)
		for i := range c.slots {
			w.code.frame.Set(i, q.slotAt(w, i, chunk, begin, at, pos, rows, cols))
		}
		c.function.Run(w.code.frame, rows, cols)
		for i := range c.slots {
			q.settle(w, i, chunk, begin, at, pos, cols)
		}
		pos += rows * cols
	}
	if len(c.behind) > 0 {
		q.look(w, at, n)
	}
	for i := range c.behind {
		q.feed(w, &q.sinks[c.behind[i].sink], q.view(w, c.behind[i].x)[:n], chunk, begin, at)
	}
	return true
}

// piece returns how much is done in one call from pos on: rows of the code's length, or a part of one.
func (q *passRun) piece(pos, end int) (rows, cols int) {
	c := q.made
	if c.length == 0 {
		return 1, min(end-pos, longestPiece)
	}
	for i := range c.slots {
		if s := &c.slots[i]; s.kind == slotColumnSink || s.kind == slotWideSink {
			group := q.sinks[s.index].reduce.group
			end = min(end, pos+group-pos%group)
		}
	}
	in := 0
	if !c.relative {
		in = pos % c.length
	}
	rows = (end - pos) / c.length
	switch {
	case in > 0 || rows == 0:
		return 1, min(c.length-in, end-pos, longestSum)
	case c.length > longestSum:
		return 1, longestSum
	case c.single:
		rows = 1
	}
	return min(rows, max(1, longestPiece/c.length)), c.length
}

// invert writes the reciprocals of the numbers by row; it returns false if one of them would lose digits.
func (q *passRun) invert(w *worker, at, n int) bool {
	for i := range q.made.slots {
		s := &q.made.slots[i]
		if s.kind != slotReciprocal {
			continue
		}
		first, last := at/q.made.length, (at+n-1)/q.made.length
		for k, y := range q.byRow(w, &q.operands[s.index], first, at)[:last-first+1] {
			if !(y > 1e-30 && y < 1e30 || y < -1e-30 && y > -1e30) {
				return false
			}
			w.code.reciprocal[i][k] = 1 / y
		}
	}
	return true
}

// byRow returns the numbers that an operand has for a row and those behind it; at is where the block begins.
func (q *passRun) byRow(w *worker, o *operand, row, at int) []float32 {
	if o.local > 0 {
		return w.locals[o.local-1][row-at/q.made.length:]
	}
	return q.run.f32(o.v)[o.at.element(row):]
}

// slotAt returns the memory of a slot for a piece at pos of a block at at.
func (q *passRun) slotAt(w *worker, i, chunk, begin, at, pos, rows, cols int) *float32 {
	s := &q.made.slots[i]
	length := q.made.length
	switch s.kind {
	case slotStream:
		if o := &q.operands[s.index]; o.local > 0 {
			return &w.locals[o.local-1][pos-at]
		}
		return &q.run.f32(q.operands[s.index].v)[pos]
	case slotRegister:
		return &q.view(w, s.cell)[pos-at]
	case slotScalar:
		return &q.run.f32(q.operands[s.index].v)[0]
	case slotRow:
		return &q.run.f32(q.operands[s.index].v)[pos%length]
	case slotColumn:
		return &q.byRow(w, &q.operands[s.index], pos/length, at)[0]
	case slotReciprocal:
		return &w.code.reciprocal[i][pos/length-at/length]
	case slotResult:
		if q.localResults != nil && q.localResults[s.index] > 0 {
			return &w.locals[q.localResults[s.index]-1][pos-at]
		}
		return &q.run.f32(q.results[s.index])[pos]
	case slotAhead:
		v := q.next
		if s.index > 0 {
			v = q.out
		}
		if next := q.coming(v, at+q.block, q.block); next != nil {
			return &next[pos-at]
		}
		return q.slotAt(w, q.made.byPosition(), chunk, begin, at, pos, rows, cols) // what is there anyway
	}
	sink := &q.sinks[s.index]
	switch s.kind {
	case slotRowSink:
		switch {
		case cols != length:
			return &w.code.partial[i]
		case sink.local > 0:
			return &w.locals[sink.local-1][(pos-at)/length]
		}
		return &q.run.f32(sink.v)[pos/length]
	case slotWideSink:
		sink.reduce.op.start(w.code.wide[i])
		return &w.code.wide[i][0]
	}
	dst := q.group(sink, chunk, begin, pos)
	if pos%sink.reduce.group == 0 || pos == begin {
		sink.reduce.op.start(dst)
	}
	return &dst[pos%sink.reduce.width]
}

// byPosition returns a slot that goes by position; -1 if there is none.
func (c *passCode) byPosition() int {
	return slices.IndexFunc(c.slots, func(s codeSlot) bool { return s.kind == slotStream || s.kind == slotResult })
}

// group returns where the group of position pos collects.
func (q *passRun) group(s *sink, chunk, begin, pos int) []float32 {
	r := s.reduce
	if g := pos / r.group; g*r.group >= begin {
		return q.run.f32(s.v)[g*r.width:][:r.width]
	}
	return q.head(s, chunk)
}

// settle takes what a piece of a block at at left to where it belongs.
func (q *passRun) settle(w *worker, i, chunk, begin, at, pos, cols int) {
	s := &q.made.slots[i]
	var sums []float32
	switch {
	case s.kind == slotWideSink:
		sums = w.code.wide[i]
	case s.kind == slotRowSink && cols != q.made.length:
		sums = w.code.partial[i:][:1]
	default:
		return
	}
	sink := &q.sinks[s.index]
	r := sink.reduce
	var dst []float32
	if sink.local > 0 {
		dst = w.locals[sink.local-1][(pos-at)/q.made.length:][:1]
	} else {
		dst = q.group(sink, chunk, begin, pos)
	}
	if pos%r.group == 0 || pos == begin {
		r.op.start(dst)
	}
	for len(sums) > 0 {
		r.op.merge(dst, sums[:r.width])
		sums = sums[r.width:]
	}
}
