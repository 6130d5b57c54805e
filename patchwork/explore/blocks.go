package explore

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
)

// blockRows is the number of rows that are worked on at a time: 128 vectors of 384 numbers stay in the second cache.
const blockRows = 128

// inBlocks cuts 0 to n into blocks and hands them out to all cores; begin makes what one core does with its blocks. It
// returns ctx's error if ctx ends before all is done.
func inBlocks(ctx context.Context, n int, begin func() func(block, from, to int)) error {
	blocks := (n + blockRows - 1) / blockRows
	var next atomic.Int64
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), blocks) {
		work := begin()
		workers.Go(func() {
			for ctx.Err() == nil {
				block := int(next.Add(1)) - 1
				if block >= blocks {
					return
				}
				work(block, block*blockRows, min(n, (block+1)*blockRows))
			}
		})
	}
	workers.Wait()
	return ctx.Err()
}
