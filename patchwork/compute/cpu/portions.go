package cpu

import (
	"fmt"
	"slices"
	"sync"
	"unsafe"
)

// portion is how a step goes over the pictures of a batch one by one.
type portion struct {
	batch   int
	in, out []*value  // by picture; all else that the step reads is the same for all of them
	weights *prepared // nil: none
	do      stepFunc  // for one picture
}

// portions is a run of steps that goes over the pictures of a batch one by one: each picture through all steps, on one
// worker. What lies between the steps stays in the cache of that worker, and needs memory for one picture a worker only.
type portions struct {
	backend *Backend
	batch   int
	parts   []*portion
	pieces  []piece
	whole   []*value // read as a whole
	size    int      // bytes of the memory of a worker

	mu   sync.Mutex
	idle []*portionsRun
}

// piece is a value that the steps read or write by picture.
type piece struct {
	v     *value // root
	bytes int    // of one picture
	inner bool   // it lies between the steps: in the memory of a worker, at an offset, for one picture at a time
	at    int
	maker int // the step of the run that makes an inner value, and the last that reads it
	until int
}

// The pictures go one by one only where there are many, and where a value of all of them is larger than most caches.
const (
	portionsBatch = 16
	portionsBytes = 4 << 20
)

// portions joins steps that can go picture by picture.
func (p *plan) portions() {
	last := map[*value]int{} // the last step that reads it
	for i, s := range p.steps {
		for _, v := range s.in {
			last[v.root()] = i
		}
	}
	for _, v := range p.main.outs {
		last[v.root()] = len(p.steps)
	}
	gone := make([]bool, len(p.steps))
	for i := 0; i < len(p.steps); {
		g := &portions{backend: p.backend}
		for i+len(g.parts) < len(p.steps) && g.joins(p.steps[i+len(g.parts)]) {
		}
		n := len(g.parts)
		if n > 1 && g.cut(p.steps[i:i+n], i, last) {
			p.steps[i] = g.step(p.steps[i : i+n])
			for k := range n - 1 {
				gone[i+1+k] = true
			}
		}
		i += max(1, n)
	}
	p.drop(gone)
}

// find returns the piece that a value is, nil if it is none.
func (g *portions) find(v *value) *piece {
	i := slices.IndexFunc(g.pieces, func(x piece) bool { return x.v == v.root() })
	if i < 0 {
		return nil
	}
	return &g.pieces[i]
}

// joins adds the next step, if it can take part.
func (g *portions) joins(s *step) bool {
	if s.portion == nil {
		return false
	}
	q := s.portion()
	if q == nil || q.batch < portionsBatch || g.batch != 0 && q.batch != g.batch {
		return false
	}
	mine := slices.Concat(q.in, q.out)
	for _, v := range mine {
		if v.root().constant != nil || slices.Contains(g.whole, v.root()) {
			return false
		}
	}
	var whole []*value
	for _, v := range s.in {
		if v = v.root(); slices.ContainsFunc(mine, func(x *value) bool { return x.root() == v }) {
			continue
		}
		if g.find(v) != nil {
			return false
		}
		whole = append(whole, v)
	}
	for _, v := range mine {
		if g.find(v) == nil {
			g.pieces = append(g.pieces, piece{v: v.root(), bytes: bytesOf(v.shape) / q.batch, inner: slices.Contains(q.out, v), maker: len(g.parts)})
		}
	}
	g.batch, g.parts, g.whole = q.batch, append(g.parts, q), append(g.whole, whole...)
	return true
}

// cut finds out what lies between the steps, of which the first is number first of the plan, and gives it places in the
// memory of a worker. It returns false if that would not be worth while.
func (g *portions) cut(steps []*step, first int, last map[*value]int) bool {
	large := false
	for i := range g.pieces {
		x := &g.pieces[i]
		x.until = max(x.maker, last[x.v]-first)
		x.inner = x.inner && x.until < len(steps)
		large = large || x.inner && x.bytes*g.batch >= portionsBytes
	}
	if !large {
		return false
	}
	var placed []*piece
	for i := range g.pieces { // in the order of their makers
		x := &g.pieces[i]
		if !x.inner {
			continue
		}
		placed = slices.DeleteFunc(placed, func(y *piece) bool { return y.until < x.maker })
		over := slices.IndexFunc(steps[x.maker].over, func(o overlay) bool {
			y := g.find(o.in)
			return o.out == x.v && y != nil && y.inner && y.until == x.maker && y.bytes == x.bytes
		})
		if over >= 0 {
			x.at = g.find(steps[x.maker].over[over].in).at
		} else {
			slices.SortFunc(placed, func(a, b *piece) int { return a.at - b.at })
			for _, y := range placed {
				if x.at+x.room() <= y.at {
					break
				}
				x.at = max(x.at, y.at+y.room())
			}
		}
		placed = append(placed, x)
		g.size = max(g.size, x.at+x.room())
	}
	return true
}

// room is what a piece takes in memory.
func (x *piece) room() int { return roundUp(x.bytes+Slack, alignment) }

// step makes one step of those of the run.
func (g *portions) step(steps []*step) *step {
	all := &step{kind: "portions", name: fmt.Sprintf("%d portions:", g.batch), do: g.do}
	for _, s := range steps {
		all.name += " " + s.name + ";"
		for _, v := range slices.Concat(s.in, s.out) {
			if x := g.find(v); x != nil && x.inner {
				all.inner = append(all.inner, v)
			}
		}
		for _, v := range s.in {
			if x := g.find(v); x == nil || !x.inner {
				all.in = append(all.in, v)
			}
		}
		for _, v := range s.out {
			if !g.find(v).inner {
				all.out = append(all.out, v)
			}
		}
	}
	return all
}

// portionsRun is one run of portions. Its chunks, the tasks of the pool, are pictures.
type portionsRun struct {
	*portions
	run     *run
	backend Backend // of the workers
	got     []gotten

	mu    sync.Mutex
	idle  []*portionsWorker
	fault error
}

// portionsWorker takes one picture at a time.
type portionsWorker struct {
	run    run
	views  []block // by piece
	memory *block
}

func (g *portions) do(r *run) error {
	g.mu.Lock()
	var q *portionsRun
	if n := len(g.idle); n > 0 {
		q, g.idle = g.idle[n-1], g.idle[:n-1]
	} else {
		q = &portionsRun{portions: g}
	}
	g.mu.Unlock()
	q.run, q.backend, q.fault = r, *r.backend, nil
	if r.backend.pool.Workers() <= g.batch {
		q.backend.pool = nil
	}
	for _, part := range g.parts {
		if k := part.weights; k != nil && q.fault == nil {
			x := gotten{by: k}
			x.plain, x.packed, x.ok, q.fault = k.get(r)
			q.got = append(q.got, x)
		}
	}
	if q.fault == nil {
		r.backend.pool.Run(g.batch, q)
	}
	err := q.fault
	for _, w := range q.idle {
		if w.memory != nil {
			g.backend.memory.put(w.memory)
			w.memory = nil
		}
		clear(w.run.blocks)
		clear(w.views)
	}
	clear(q.got)
	q.run, q.got = nil, q.got[:0]
	g.mu.Lock()
	g.idle = append(g.idle, q)
	g.mu.Unlock()
	return err
}

// take returns a worker, nil if there is no memory for it or something went wrong before.
func (q *portionsRun) take() *portionsWorker {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.fault != nil {
		return nil
	}
	var w *portionsWorker
	if n := len(q.idle); n > 0 {
		w, q.idle = q.idle[n-1], q.idle[:n-1]
	} else {
		w = &portionsWorker{run: run{backend: &q.backend, blocks: make([]*block, len(q.run.blocks))}, views: make([]block, len(q.pieces))}
	}
	if w.memory != nil {
		return w
	}
	if w.memory, q.fault = q.portions.backend.memory.take(q.size); q.fault != nil {
		return nil
	}
	w.run.got = q.got
	copy(w.run.blocks, q.run.blocks)
	for i := range q.pieces {
		x := &q.pieces[i]
		w.views[i] = block{size: x.bytes, base: unsafe.Add(w.memory.base, x.at)}
		w.run.blocks[x.v.plan.slot] = &w.views[i]
	}
	return w
}

// Do takes one picture through all steps.
func (q *portionsRun) Do(picture int) {
	w := q.take()
	if w == nil {
		return
	}
	for i := range q.pieces {
		if x := &q.pieces[i]; !x.inner {
			w.views[i].base = unsafe.Add(q.run.blocks[x.v.plan.slot].base, picture*x.bytes)
		}
	}
	var err error
	for _, part := range q.parts {
		if err = part.do(&w.run); err != nil {
			break
		}
	}
	q.mu.Lock()
	if q.idle = append(q.idle, w); err != nil {
		q.fault = err
	}
	q.mu.Unlock()
}
