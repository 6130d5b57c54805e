package layout

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
)

// Vectors is the features of N points, each of Dim finite numbers. At is called from several goroutines, and what it
// returns is only read and not kept, so it may lie in a mapped file.
type Vectors struct {
	N, Dim int
	At     func(i int) []float32
}

func (v Vectors) check() error {
	if v.N < 0 || v.N > 0 && (v.Dim < 1 || v.At == nil) {
		return fmt.Errorf("layout: %d vectors of %d numbers; want 1 number or more and a function that gives them", v.N, v.Dim)
	}
	return nil
}

// block is how many points one core works on at a time.
const block = 256

// inBlocks cuts 0 to n into blocks and hands them out to all cores. It returns ctx's error if ctx ends before all is done.
func inBlocks(ctx context.Context, n int, work func(from, to int)) error {
	blocks := (n + block - 1) / block
	var next atomic.Int64
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), blocks) {
		workers.Go(func() {
			for ctx.Err() == nil {
				b := int(next.Add(1)) - 1
				if b >= blocks {
					return
				}
				work(b*block, min(n, (b+1)*block))
			}
		})
	}
	workers.Wait()
	return ctx.Err()
}
