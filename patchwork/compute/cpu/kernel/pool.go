package kernel

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"
)

// Task is work cut into numbered chunks that may run in any order and at the same time.
type Task interface{ Do(chunk int) }

// TaskFunc makes a Task of a function. A function value is allocated by its caller; a pointer to a struct with a Do
// method is not.
type TaskFunc func(chunk int)

func (f TaskFunc) Do(chunk int) { f(chunk) }

// Pool runs tasks on a fixed number of goroutines. Any number of goroutines may call Run at the same time, also from
// within a chunk: the caller works on its own task, so nothing waits for a free worker. In the steady state Run
// allocates nothing.
//
// Every worker begins with a share of the chunks of its own, the same from task to task, so that it finds in its cache
// what it wrote there in the task before; whoever is done helps the others.
type Pool struct {
	workers int
	offers  chan *job
	jobs    sync.Pool
	close   sync.Once
	ctx     context.Context // nil: runs to the end
}

// NewPool starts a pool that works on one task with at most workers goroutines, of which the caller of Run is one;
// 0 means runtime.GOMAXPROCS(0). Close ends the others.
func NewPool(workers int) *Pool {
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	p := &Pool{workers: workers, offers: make(chan *job, 4*workers)}
	p.jobs.New = func() any { return &job{done: make(chan struct{}, 1)} }
	for i := range workers - 1 {
		go p.work(i + 1)
	}
	return p
}

// WithContext returns a pool with the same goroutines whose Run skips the chunks not yet begun when ctx ends, and returns
// all the same: the caller asks ctx whether the work was done. It must not be closed.
func (p *Pool) WithContext(ctx context.Context) *Pool {
	if p == nil {
		p = alone
	}
	q := &Pool{workers: p.workers, offers: p.offers, ctx: ctx}
	q.jobs.New = p.jobs.New
	return q
}

// Workers is the number of goroutines that one task can have; 1 for a nil pool.
func (p *Pool) Workers() int {
	if p == nil {
		return 1
	}
	return p.workers
}

// Close ends the workers. No Run may be under way or follow.
func (p *Pool) Close() { p.close.Do(func() { close(p.offers) }) }

// job is one call of Run: its chunks are claimed one by one. The caller and every accepted offer hold a reference.
type job struct {
	task   Task
	ctx    context.Context // nil: cannot be cancelled
	shares [maxShares]share
	parts  int          // shares in use
	left   atomic.Int64 // chunks not finished
	refs   atomic.Int64
	done   chan struct{} // one token when left reaches 0
	failed atomic.Pointer[Panic]
}

// Panic is what a chunk panicked with. Run panics with it in the caller, RunContext returns it.
type Panic struct {
	Value any
	Stack string // of the goroutine that ran the chunk
}

func (e *Panic) Error() string { return fmt.Sprintf("kernel: a task failed: %v\n%s", e.Value, e.Stack) }

// Unwrap returns the value if it was an error.
func (e *Panic) Unwrap() error { err, _ := e.Value.(error); return err }

// maxShares is how many shares there are at most; further workers begin with that of another.
const maxShares = 16

// share is the chunks that one worker begins with, those not yet claimed: the first in the lower half of bounds, the end
// in the upper.
type share struct {
	bounds atomic.Uint64
	_      [7]uint64 // a cache line of its own
}

func (s *share) set(first, end int) { s.bounds.Store(uint64(first) | uint64(end)<<32) }

// claim takes the first chunk for the worker whose share it is, the last for others.
func (s *share) claim(own bool) (chunk int, ok bool) {
	for {
		old := s.bounds.Load()
		first, end := old&math.MaxUint32, old>>32
		if first >= end {
			return 0, false
		}
		chunk = int(first)
		if own {
			first++
		} else {
			end--
			chunk = int(end)
		}
		if s.bounds.CompareAndSwap(old, first|end<<32) {
			return chunk, true
		}
	}
}

// work is what worker number me does; the caller of Run is number 0.
func (p *Pool) work(me int) {
	for {
		j, ok := p.next()
		if !ok {
			return
		}
		j.run(me)
		p.drop(j)
	}
}

// patience is how long a goroutine that waits looks again before it sleeps. To be woken takes some tens of microseconds,
// as long as many an operation of a graph, and the next operation is seldom further away than this.
const patience = 300 * time.Microsecond

// until looks again and again whether ready holds; false when patience is at an end. Others get their turn meanwhile.
func until(ready func() bool) bool {
	var begin time.Time
	for i := 1; !ready(); i++ {
		pause(8)
		if i%32 != 0 {
			continue
		}
		runtime.Gosched()
		switch now := time.Now(); {
		case begin.IsZero():
			begin = now
		case now.Sub(begin) > patience:
			return false
		}
	}
	return true
}

// next returns the next job to help with; false when the pool is closed.
func (p *Pool) next() (j *job, ok bool) {
	if until(func() bool {
		select {
		case j, ok = <-p.offers:
			return true
		default:
			return false
		}
	}) {
		return j, ok
	}
	j, ok = <-p.offers
	return j, ok
}

// wait returns when every chunk is done.
func (j *job) wait() {
	until(func() bool { return j.left.Load() <= 0 })
	<-j.done
}

// run claims chunks until none is left: of the worker's own share, then of the others'.
func (j *job) run(me int) {
	for i := range j.parts {
		s := &j.shares[(me+i)%j.parts]
		for {
			chunk, ok := s.claim(i == 0)
			if !ok {
				break
			}
			j.chunk(chunk)
		}
	}
}

// chunk runs one chunk, or skips it if the job has failed or been cancelled.
func (j *job) chunk(i int) {
	defer func() {
		if r := recover(); r != nil {
			j.failed.CompareAndSwap(nil, &Panic{Value: r, Stack: string(debug.Stack())})
		}
		if j.left.Add(-1) == 0 {
			j.done <- struct{}{}
		}
	}()
	if j.failed.Load() == nil && (j.ctx == nil || j.ctx.Err() == nil) {
		j.task.Do(i)
	}
}

// drop gives up one reference; the last one recycles the job.
func (p *Pool) drop(j *job) {
	if j.refs.Add(-1) == 0 {
		j.task, j.ctx = nil, nil
		j.failed.Store(nil)
		p.jobs.Put(j)
	}
}

// Run does chunks 0 to chunks-1 of t and returns when all are done. If one panics, the rest are skipped and Run panics
// too: with a *Panic, or with the value itself where the caller works alone.
func (p *Pool) Run(chunks int, t Task) {
	if chunks <= 0 {
		return
	}
	if p == nil || p.workers == 1 || chunks == 1 {
		for i := range chunks {
			if p != nil && p.ctx != nil && p.ctx.Err() != nil {
				return
			}
			t.Do(i)
		}
		return
	}
	if err := p.run(p.ctx, chunks, t); err != nil {
		panic(err)
	}
}

// RunContext is Run that skips the chunks not yet begun when ctx ends, and returns ctx's error; a panic of a chunk is
// returned as a *Panic.
func (p *Pool) RunContext(ctx context.Context, chunks int, t Task) error {
	if err := ctx.Err(); err != nil || chunks <= 0 {
		return err
	}
	if p == nil {
		p = alone
	}
	if err := p.run(ctx, chunks, t); err != nil {
		return err
	}
	return ctx.Err()
}

// alone serves nil pools: the caller is its only worker.
var alone = NewPool(1)

func (p *Pool) run(ctx context.Context, chunks int, t Task) *Panic {
	j := p.jobs.Get().(*job)
	j.task, j.ctx = t, ctx
	j.left.Store(int64(chunks))
	j.parts = min(p.workers, maxShares)
	for i := range j.parts {
		j.shares[i].set(chunks*i/j.parts, chunks*(i+1)/j.parts)
	}
	j.refs.Store(1)
offering:
	for range min(p.workers, chunks) - 1 {
		j.refs.Add(1)
		select {
		case p.offers <- j:
		default: // every worker has more than enough to do
			j.refs.Add(-1)
			break offering
		}
	}
	j.run(0)
	j.wait()
	failed := j.failed.Load()
	p.drop(j)
	return failed
}

// For calls f with the bounds of consecutive ranges of at most grain elements that cover [0, n). f is allocated by the
// caller; see Task for a way without.
func (p *Pool) For(n, grain int, f func(lo, hi int)) {
	grain = max(grain, 1)
	if n <= grain {
		if n > 0 {
			f(0, n)
		}
		return
	}
	p.Run((n+grain-1)/grain, TaskFunc(func(i int) { f(i*grain, min(n, i*grain+grain)) }))
}
