package cpu

import (
	"fmt"
	"math"
	"sync"

	"github.com/gomlx/compute/dtypes"

	"github.com/gopatchwork/patchwork/patchwork/compute/cpu/kernel"
)

// passRun is one run of a pass. Its chunks are the tasks of the pool.
type passRun struct {
	*pass
	run   *run
	heads *block
	then  func(lo, hi int) // cover

	mu    sync.Mutex
	idle  []*worker
	fault error
}

// worker computes one chunk at a time. Its registers are its own for a run.
type worker struct {
	views   [][]float32 // by cell: scratch registers, pinned ones, operands, results
	scratch *block
	locals  [][]float32 // in a chain: a block of each local value
	limits  [2]float32  // of an instruction
}

// open begins a run of the pass.
func (p *pass) open(r *run) *passRun {
	p.mu.Lock()
	defer p.mu.Unlock()
	var q *passRun
	if n := len(p.idle); n > 0 {
		q, p.idle = p.idle[n-1], p.idle[:n-1]
	} else {
		q = &passRun{pass: p}
		q.then = q.cover
	}
	q.run, q.fault = r, nil
	return q
}

// close ends the run, gives its memory back and returns what went wrong.
func (q *passRun) close() error {
	for _, w := range q.idle {
		if w.scratch != nil {
			q.backend.memory.put(w.scratch)
			w.scratch = nil
		}
		clear(w.views)
	}
	if q.heads != nil {
		q.backend.memory.put(q.heads)
		q.heads = nil
	}
	err := q.fault
	q.run = nil
	q.pass.mu.Lock()
	q.pass.idle = append(q.pass.idle, q)
	q.pass.mu.Unlock()
	return err
}

// do runs the pass.
func (p *pass) do(r *run) error {
	q := p.open(r)
	chunks := (p.size + p.chunk - 1) / p.chunk
	if p.heads > 0 && chunks > 1 {
		q.heads, q.fault = p.backend.memory.take(4 * p.heads * chunks)
	}
	if q.fault == nil {
		r.backend.pool.Run(chunks, q)
	}
	if q.fault == nil {
		q.combine(chunks)
	}
	return q.close()
}

// take returns a worker with registers; nil if there is no memory for them.
func (q *passRun) take() *worker {
	q.mu.Lock()
	defer q.mu.Unlock()
	var w *worker
	if n := len(q.idle); n > 0 {
		w, q.idle = q.idle[n-1], q.idle[:n-1]
	} else {
		w = &worker{views: make([][]float32, q.scratch+q.pinned+len(q.operands)+len(q.results))}
	}
	if w.scratch != nil {
		return w
	}
	size := q.block * (q.scratch + q.pinned)
	if w.scratch, q.fault = q.backend.memory.take(4 * size); q.fault != nil {
		return nil
	}
	registers := floats(w.scratch, size)
	for i := range q.scratch + q.pinned {
		w.views[i] = registers[i*q.block:][:q.block]
	}
	for i := range q.operands {
		if o := &q.operands[i]; o.pinned >= 0 {
			// Blocks begin at multiples of the period, so what the first one reads is what all read.
			q.spread(w.views[q.scratch+o.pinned], o, 0)
		}
	}
	return w
}

func (q *passRun) put(w *worker) {
	q.mu.Lock()
	q.idle = append(q.idle, w)
	q.mu.Unlock()
}

// Do computes one chunk.
func (q *passRun) Do(chunk int) {
	begin := chunk * q.chunk
	q.compute(chunk, begin, min(q.size, begin+q.chunk))
}

// cover computes positions lo to hi-1 of a pass without reductions. lo must be a multiple of all periods.
func (q *passRun) cover(lo, hi int) { q.compute(0, lo, hi) }

func (q *passRun) compute(chunk, begin, end int) {
	w := q.take()
	if w == nil {
		return
	}
	for at := begin; at < end; at += q.block {
		q.blockAt(w, chunk, begin, at, min(q.block, end-at))
	}
	q.put(w)
}

// blockAt computes positions at to at+n.
func (q *passRun) blockAt(w *worker, chunk, begin, at, n int) {
	first := q.scratch + q.pinned
	for i := range q.operands {
		switch o := &q.operands[i]; {
		case !o.direct:
		case o.local > 0:
			w.views[first+i] = w.locals[o.local-1][:n]
		default:
			w.views[first+i] = q.run.f32(o.v)[at:][:n]
		}
	}
	first += len(q.operands)
	for i, v := range q.results {
		if q.localResults != nil && q.localResults[i] > 0 {
			w.views[first+i] = w.locals[q.localResults[i]-1][:n]
		} else {
			w.views[first+i] = q.run.f32(v)[at:][:n]
		}
	}
	for i := range q.code {
		in := &q.code[i]
		switch {
		case in.load >= 0:
			if o := &q.operands[in.load]; o.local > 0 {
				spread32(q.view(w, in.dst)[:n], w.locals[o.local-1], o.at, 0)
			} else {
				q.spread(q.view(w, in.dst)[:n], o, at)
			}
		case in.sink >= 0:
			if s := &q.sinks[in.sink]; s.local > 0 {
				s.reduce.op.rows(w.locals[s.local-1][:n/s.reduce.group], q.view(w, in.x)[:n], s.reduce.group)
			} else {
				q.feed(s, q.view(w, in.x)[:n], chunk, begin, at)
			}
		case in.column:
			q.byColumn(w, in, at, n)
		case in.clamped:
			w.limits = [2]float32{float32(math.Inf(-1)), float32(math.Inf(1))}
			for k, o := range in.limits {
				if o >= 0 {
					w.limits[k] = q.run.f32(q.operands[o].v)[0]
				}
			}
			kernel.AddClamp(q.view(w, in.dst)[:n], q.view(w, in.x)[:n], q.view(w, in.y)[:n], &w.limits)
		case in.element.fused != nil:
			in.element.fused(q.view(w, in.dst)[:n], q.view(w, in.x)[:n], q.view(w, in.y)[:n], q.view(w, in.z)[:n])
		case i == q.ahead:
			in.element.ahead(q.view(w, in.dst)[:n], q.view(w, in.x)[:n], q.coming(q.next, at+n, n), q.coming(q.out, at+n, n))
		case in.element.unary != nil:
			in.element.unary(q.view(w, in.dst)[:n], q.view(w, in.x)[:n])
		case in.element.binary != nil:
			in.element.binary(q.view(w, in.dst)[:n], q.view(w, in.x)[:n], q.view(w, in.y)[:n])
		default:
			in.element.choose(q.view(w, in.dst)[:n], q.view(w, in.x)[:n], q.view(w, in.y)[:n], q.view(w, in.z)[:n])
		}
	}
}

// byColumn does a binary operation of which one side is the same number for every run of positions.
func (q *passRun) byColumn(w *worker, in *instruction, at, n int) {
	o := &q.operands[in.y.n]
	dst, x := q.view(w, in.dst)[:n], q.view(w, in.x)[:n]
	var src []float32
	if o.local > 0 {
		src, at = w.locals[o.local-1], 0
	} else {
		src = q.run.f32(o.v)
	}
	run := o.at.runs[len(o.at.runs)-1].n
	row, from := at/run, at%run
	for len(dst) > 0 {
		k, rows, first := min(run-from, len(dst)), 1, o.at.element(row)
		if whole := len(dst) / run; from == 0 && whole > 1 && len(o.at.runs) == 2 { // neighbouring rows have neighbouring numbers
			k, rows = whole*run, whole
		}
		in.element.byColumn(dst[:k], x[:k], src[first:][:rows], in.left)
		dst, x, row, from = dst[k:], x[k:], row+rows, 0
	}
}

// coming returns the block of a value in memory from position at on, nil if there is none.
func (q *passRun) coming(v *value, at, n int) []float32 {
	if v == nil {
		return nil
	}
	x := q.run.f32(v)
	if at+n > len(x) {
		return nil
	}
	return x[at:][:n]
}

func (q *passRun) view(w *worker, c cell) []float32 {
	switch c.place {
	case pinnedRegister:
		return w.views[q.scratch+c.n]
	case memoryOperand:
		return w.views[q.scratch+q.pinned+c.n]
	case memoryResult:
		return w.views[q.scratch+q.pinned+len(q.operands)+c.n]
	}
	return w.views[c.n]
}

// spread writes what positions at to at+len(dst) read from an operand.
func (q *passRun) spread(dst []float32, o *operand, at int) {
	switch o.v.shape.DType {
	case dtypes.Float32:
		spread32(dst, q.run.f32(o.v), o.at, at)
	case dtypes.Bool:
		spread(dst, slice[bool](q.run, o.v), o.at, at, truth)
	case dtypes.Uint8:
		spread(dst, slice[uint8](q.run, o.v), o.at, at, toFloat[uint8])
	case dtypes.Int8:
		spread(dst, slice[int8](q.run, o.v), o.at, at, toFloat[int8])
	case dtypes.Int32:
		spread(dst, slice[int32](q.run, o.v), o.at, at, toFloat[int32])
	case dtypes.Int64:
		spread(dst, slice[int64](q.run, o.v), o.at, at, toFloat[int64])
	case dtypes.Uint32:
		spread(dst, slice[uint32](q.run, o.v), o.at, at, toFloat[uint32])
	case dtypes.Uint64:
		spread(dst, slice[uint64](q.run, o.v), o.at, at, toFloat[uint64])
	case dtypes.Float64:
		spread(dst, slice[float64](q.run, o.v), o.at, at, toFloat[float64])
	default:
		panic(fmt.Errorf("a pass cannot read %s", o.v.shape))
	}
}

type number interface {
	~int8 | ~uint8 | ~int32 | ~uint32 | ~int64 | ~uint64 | ~float64
}

func toFloat[T number](v T) float32 { return float32(v) }

// feed gives a block to a sink.
func (q *passRun) feed(s *sink, x []float32, chunk, begin, at int) {
	if s.reduce != nil {
		q.reduce(s, x, chunk, begin, at)
		return
	}
	switch s.v.shape.DType {
	case dtypes.Bool:
		dst := slice[bool](q.run, s.v)[at:][:len(x)]
		for i, v := range x {
			dst[i] = v != 0
		}
	case dtypes.Int32:
		convert(slice[int32](q.run, s.v)[at:], x)
	case dtypes.Int64:
		convert(slice[int64](q.run, s.v)[at:], x)
	case dtypes.Uint8:
		convert(slice[uint8](q.run, s.v)[at:], x)
	case dtypes.Float64:
		convert(slice[float64](q.run, s.v)[at:], x)
	default:
		panic(fmt.Errorf("a pass cannot write %s", s.v.shape))
	}
}

func convert[T number](dst []T, x []float32) {
	for i, v := range x {
		dst[i] = T(v)
	}
}
