package imageset

import (
	"context"
	"runtime"
	"sync"
)

// decoded is one row on its way from a worker to the caller.
type decoded[T any] struct {
	row   int
	value T
	err   error
	done  chan struct{} // closed when value or err is set
}

func (r *Reader) workers() int {
	if r.Workers <= 0 {
		return runtime.GOMAXPROCS(0)
	}
	return r.Workers
}

// ahead starts workers that work on rows, about n before the caller. The queue holds them in order, each done sooner
// or later; it is closed after the last, or early when ctx is done. Wait returns when every worker has ended.
func ahead[T any](ctx context.Context, workers, n int, rows []int, work func(row int) (T, error)) (queue <-chan *decoded[T], wait func()) {
	ordered := make(chan *decoded[T], n+workers) // the next n are ready when the caller comes back
	jobs := make(chan *decoded[T])
	var wg sync.WaitGroup
	wg.Go(func() {
		defer close(ordered)
		defer close(jobs)
		for _, row := range rows {
			d := &decoded[T]{row: row, done: make(chan struct{})}
			select {
			case ordered <- d:
			case <-ctx.Done():
				return
			}
			select {
			case jobs <- d:
			case <-ctx.Done():
				return
			}
		}
	})
	for range workers {
		wg.Go(func() {
			for d := range jobs {
				d.value, d.err = work(d.row)
				close(d.done)
			}
		})
	}
	return ordered, wg.Wait
}
