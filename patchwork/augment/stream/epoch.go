package stream

import (
	"context"
	"fmt"
	"iter"
	"sync"
)

// Epoch yields the batches of an epoch from step first on. The tensors of a batch are the caller's until it is released.
//
// Errors end the sequence: ctx is done (its error); first is not in 0 to Steps; the kind cannot make a picture; a picture
// and all that could replace it cannot be read; the backend has no memory.
func (s *Stream) Epoch(ctx context.Context, epoch uint64, first int) iter.Seq2[*Batch, error] {
	return func(yield func(*Batch, error) bool) {
		if first < 0 || first > s.steps {
			yield(nil, fmt.Errorf("stream: an epoch has %d steps and cannot go on from step %d; want 0 to %d", s.steps, first, s.steps))
			return
		}
		numbers, err := s.numbers(epoch)
		if err != nil {
			yield(nil, err)
			return
		}
		inner, cancel := context.WithCancel(ctx)
		r := &run{Stream: s, ctx: inner, epoch: epoch, numbers: numbers, room: make(chan struct{}, s.options.Ahead),
			queue: make(chan *unfinished, s.options.Ahead)}
		r.pool = &pool{backend: s.options.Backend, parts: s.parts, labels: len(s.options.Labels) / s.shape.N, most: s.options.Ahead + 1}
		wait := r.start(first)
		var unseen *unfinished
		defer func() {
			cancel()
			wait()
			if unseen != nil {
				unseen.Release()
			}
			for u := range r.queue {
				u.Release()
			}
			r.pool.close()
		}()
		for u := range r.queue {
			select {
			case <-u.done:
			case <-inner.Done():
			}
			if unseen = u; ctx.Err() != nil {
				break
			}
			<-r.room
			if err := r.finish(u); err != nil {
				yield(nil, err)
				return
			}
			unseen = nil
			if !yield(u.Batch, nil) {
				return
			}
		}
		if err := ctx.Err(); err != nil {
			yield(nil, err)
		} else if r.err != nil {
			yield(nil, r.err)
		}
	}
}

// run is one walk through an epoch.
type run struct {
	*Stream
	ctx     context.Context
	epoch   uint64
	numbers []int
	pool    *pool
	room    chan struct{}    // holds an entry for each batch in the making
	queue   chan *unfinished // those, in order; closed after the last
	err     error            // why queue was closed before; set before that
}

// job is a picture to be made.
type job struct {
	batch *unfinished
	at    int // in the batch
}

// start starts the goroutines. Wait returns when every one has ended.
func (r *run) start(first int) (wait func()) {
	jobs := make(chan job)
	var group sync.WaitGroup
	group.Go(func() {
		defer close(r.queue)
		defer close(jobs)
		for step := first; step < r.steps; step++ {
			if !r.begin(step, jobs) {
				return
			}
		}
	})
	for range r.options.Workers {
		group.Go(func() {
			w := &workspace{pix: make([]float32, r.shape.values())}
			for j := range jobs {
				r.make(w, j)
				if j.batch.left.Add(-1) == 0 {
					close(j.batch.done)
				}
			}
		})
	}
	return group.Wait
}

// begin hands the pictures of a batch to the workers, once there is room for it. It is false if the epoch ends early.
func (r *run) begin(step int, jobs chan<- job) bool {
	select {
	case r.room <- struct{}{}:
	case <-r.ctx.Done():
		return false
	}
	start := step * r.options.Batch
	n := min(r.options.Batch, r.length-start)
	memo, err := r.pool.take(n)
	if err != nil {
		r.err = fmt.Errorf("stream: no memory for a batch of %d pictures: %w", n, err)
		return false
	}
	b := &Batch{Epoch: r.epoch, Step: step, Numbers: make([]int, n), Rows: make([]int, n), Tensors: memo.tensors, Labels: memo.labels,
		home: r.pool, memo: memo}
	u := &unfinished{Batch: b, pictures: make([]outcome, n), done: make(chan struct{})}
	u.left.Store(int64(n))
	r.queue <- u // has place for as many as there is room for
	for i := range n {
		select {
		case jobs <- job{u, i}:
		case <-r.ctx.Done():
			return false
		}
	}
	return true
}

// finish completes a batch whose pictures are made.
func (r *run) finish(u *unfinished) error {
	width := r.pool.labels
	for i, o := range u.pictures {
		if o.broken != nil && r.options.Broken != nil {
			r.options.Broken(r.numbers[u.Step*r.options.Batch+i], o.broken)
		}
		if o.err != nil {
			return o.err
		}
		u.Numbers[i], u.Rows[i] = o.number, rowOf(r.source, o.number)
		if o.tally.Images > 0 {
			u.Tally.Join(o.tally)
		}
		if width > 0 {
			copy(u.memo.numbers[i*width:][:width], r.options.Labels[o.number*width:])
		}
	}
	return nil
}
