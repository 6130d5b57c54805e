package cpu

import "sync"

// chainRuns keeps the runs of a chain that are not under way.
type chainRuns struct {
	*chain
	backend *Backend

	mu   sync.Mutex
	idle []*chainRun
}

// chainRun is one run of a chain. Its chunks are the tasks of the pool.
type chainRun struct {
	*chain
	backend *Backend
	runs    []*passRun

	mu    sync.Mutex
	idle  []*chainWorker
	fault error
}

// chainWorker computes one chunk at a time.
type chainWorker struct {
	workers []*worker // by pass
	locals  [][]float32
	memory  *block
}

// do runs the chain.
func (k *chainRuns) do(r *run) (err error) {
	k.mu.Lock()
	var q *chainRun
	if n := len(k.idle); n > 0 {
		q, k.idle = k.idle[n-1], k.idle[:n-1]
	} else {
		q = &chainRun{chain: k.chain, backend: k.backend}
	}
	k.mu.Unlock()
	q.fault = nil
	chunks := (q.rows + q.chunk - 1) / q.chunk
	for _, p := range q.passes {
		pr := p.open(r)
		if p.heads > 0 && chunks > 1 {
			pr.heads, pr.fault = q.backend.memory.take(4 * p.heads * chunks)
		}
		q.runs = append(q.runs, pr)
		if pr.fault != nil {
			q.fault = pr.fault
		}
	}
	if q.fault == nil {
		r.backend.pool.Run(chunks, q)
	}
	err = q.fault
	for _, w := range q.idle {
		if w.memory == nil { // not needed this time
			continue
		}
		for i, pr := range q.runs {
			pr.put(w.workers[i])
		}
		w.workers = w.workers[:0]
		q.backend.memory.put(w.memory)
		w.memory = nil
	}
	for _, pr := range q.runs {
		if err == nil && pr.fault == nil {
			pr.combine(chunks)
		}
		if e := pr.close(); err == nil {
			err = e
		}
	}
	clear(q.runs)
	q.runs = q.runs[:0]
	k.mu.Lock()
	k.idle = append(k.idle, q)
	k.mu.Unlock()
	return err
}

// take returns a worker with registers for every pass, nil if there is no memory for them.
func (q *chainRun) take() *chainWorker {
	q.mu.Lock()
	defer q.mu.Unlock()
	var w *chainWorker
	if n := len(q.idle); n > 0 {
		w, q.idle = q.idle[n-1], q.idle[:n-1]
	} else {
		w = &chainWorker{locals: make([][]float32, len(q.locals))}
	}
	if w.memory != nil {
		return w
	}
	size := 0
	for _, v := range q.locals {
		size += roundUp(v.size()/q.rows*q.block, alignment/4)
	}
	if w.memory, q.fault = q.backend.memory.take(4 * size); q.fault != nil {
		return nil
	}
	all := floats(w.memory, size)
	for i, v := range q.locals {
		n := v.size() / q.rows * q.block
		w.locals[i], all = all[:n], all[roundUp(n, alignment/4):]
	}
	for _, pr := range q.runs {
		pw := pr.take()
		if pw == nil {
			q.fault = pr.fault
			q.backend.memory.put(w.memory)
			w.memory, w.workers = nil, w.workers[:0]
			return nil
		}
		pw.locals = w.locals
		w.workers = append(w.workers, pw)
	}
	return w
}

func roundUp(n, to int) int { return (n + to - 1) / to * to }

// Do computes one chunk.
func (q *chainRun) Do(chunk int) {
	w := q.take()
	if w == nil {
		return
	}
	first := chunk * q.chunk
	last := min(q.rows, first+q.chunk)
	for row := first; row < last; row += q.block {
		n := min(q.block, last-row)
		for i, p := range q.passes {
			unit := p.size / q.rows
			q.runs[i].blockAt(w.workers[i], chunk, first*unit, row*unit, n*unit)
		}
	}
	q.mu.Lock()
	q.idle = append(q.idle, w)
	q.mu.Unlock()
}
