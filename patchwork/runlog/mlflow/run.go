package mlflow

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"sync"
	"time"
)

// Status is how a training ended.
type Status string

// What MLflow knows.
const (
	Finished Status = "FINISHED"
	Failed   Status = "FAILED"
	Killed   Status = "KILLED" // stopped; a Start with the same ID goes on with the run
)

// Run is a training on record. Its methods do not wait for the server but for Close, and may be called by several goroutines.
type Run struct {
	o       Options
	cancel  context.CancelFunc
	closing chan struct{} // Close was called
	done    chan struct{} // the sender has ended

	mu      sync.Mutex
	waiting queue
	status  Status
	closed  bool
	over    bool // the sender sends nothing more
	lost    losses
}

// queue is what waits to be sent.
type queue struct {
	steps  []step
	params []pair
	tags   []pair
	files  []file
	bytes  int // of the files

	left      int // numbers that were left out because the queue was full
	leftFiles int
}

type step struct {
	step   int
	time   time.Time
	values map[string]float64
}

type file struct {
	name string
	data []byte
}

// What waits at most.
const (
	stepsMost = 20_000
	filesMost = 64 << 20 // bytes
)

// Start begins to send the record of a training. It does not wait for the server.
//
// Errors: the options cannot be used. Whether the server can be, Options.Warn and Close say.
func Start(o Options) (*Run, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	r := &Run{o: o, cancel: cancel, closing: make(chan struct{}), done: make(chan struct{})}
	s := &sender{run: r, ctx: ctx, client: newClient(o), names: newNames(), closing: r.closing}
	go s.send(time.Now())
	return r, nil
}

// Params records settings, once: MLflow refuses another value of the same name. Values are cut after 6,000 characters.
func (r *Run) Params(values map[string]string) {
	r.add(func(q *queue) { q.params = append(q.params, pairsOf(values)...) })
}

// Tags records what may change. Values are cut after 5,000 characters.
func (r *Run) Tags(values map[string]string) {
	r.add(func(q *queue) { q.tags = append(q.tags, pairsOf(values)...) })
}

func pairsOf(values map[string]string) (list []pair) {
	for _, name := range slices.Sorted(maps.Keys(values)) {
		list = append(list, pair{name, values[name]})
	}
	return list
}

// Metrics records numbers of a step. Those that are not finite are left out.
func (r *Run) Metrics(at int, values map[string]float64) {
	finite := map[string]float64{}
	for name, v := range values {
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			finite[name] = v
		}
	}
	r.add(func(q *queue) {
		if len(q.steps) >= stepsMost {
			q.thin()
		}
		q.steps = append(q.steps, step{at, time.Now(), finite})
	})
}

// thin leaves out every other step.
func (q *queue) thin() {
	kept := q.steps[:0]
	for i, s := range q.steps {
		if i%2 == 0 {
			kept = append(kept, s)
		} else {
			q.left += len(s.values)
		}
	}
	clear(q.steps[len(kept):])
	q.steps = kept
}

// File puts a file, as "views/0.png", into the artifacts of the run.
func (r *Run) File(name string, data []byte) {
	r.add(func(q *queue) {
		if q.bytes+len(data) > filesMost {
			q.leftFiles++
			return
		}
		q.bytes += len(data)
		q.files = append(q.files, file{name, data})
	})
}

func (r *Run) add(change func(q *queue)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.closed:
	case r.over:
		var q queue
		change(&q)
		r.lost.take(q)
	default:
		change(&r.waiting)
	}
}

// take is what waits, which waits no more.
func (r *Run) take() (q queue, s Status, closed bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	q, r.waiting = r.waiting, queue{}
	r.lost.take(queue{left: q.left, leftFiles: q.leftFiles})
	return q, r.status, r.closed
}

// Close ends the run and waits until all is sent, or for Options.Patience. A second call does nothing.
//
// Errors: what did not arrive, and why.
func (r *Run) Close(s Status) error {
	r.mu.Lock()
	if r.closed {
		r.mu.Unlock()
		return nil
	}
	r.closed, r.status = true, s
	r.mu.Unlock()
	close(r.closing)
	late := time.AfterFunc(r.o.Patience, r.cancel)
	<-r.done
	late.Stop()
	r.cancel()
	return r.lost.err()
}

// losses counts what did not arrive.
type losses struct {
	metrics, params, tags, files int
	status                       bool  // the server does not know that the run ended
	why                          error // the last trouble
}

// take counts what waits, and what was left out.
func (l *losses) take(q queue) {
	l.metrics, l.files = l.metrics+q.left, l.files+q.leftFiles
	for _, s := range q.steps {
		l.metrics += len(s.values)
	}
	l.params, l.tags, l.files = l.params+len(q.params), l.tags+len(q.tags), l.files+len(q.files)
}

func (l *losses) err() error {
	if l.metrics+l.params+l.tags+l.files == 0 && !l.status {
		return nil
	}
	text := "mlflow: not all has arrived"
	for _, c := range []struct {
		n    int
		what string
	}{{l.metrics, "numbers"}, {l.params, "settings"}, {l.tags, "tags"}, {l.files, "files"}} {
		if c.n > 0 {
			text += fmt.Sprintf("; %d %s are missing", c.n, c.what)
		}
	}
	if l.status {
		text += "; the run is not marked as ended"
	}
	if l.why == nil {
		return errors.New(text)
	}
	return fmt.Errorf("%s: %w", text, l.why)
}
