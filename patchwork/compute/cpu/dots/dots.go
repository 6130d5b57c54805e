// Package dots multiplies many vectors by a few, block by block on all cores.
//
// The vectors may lie anywhere, such as in a mapped file: a block of them is copied, multiplied by all queries at once and
// forgotten. What a product comes to does not depend on the number of cores.
package dots

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/gopatchwork/patchwork/patchwork/compute/cpu/kernel"
)

// Rows is the number of vectors that are worked on at a time: 128 vectors of 384 numbers stay in the second cache.
const Rows = 128

// InBlocks cuts 0 to n into blocks of Rows and hands them out to all cores; begin makes what one core does with its blocks
// and is called in turn. It returns ctx's error if ctx ends before all is done.
func InBlocks(ctx context.Context, n int, begin func() func(block, from, to int)) error {
	blocks := (n + Rows - 1) / Rows
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
				work(block, block*Rows, min(n, (block+1)*Rows))
			}
		})
	}
	workers.Wait()
	return ctx.Err()
}

// Each multiplies each of n vectors by each of the queries, [q, dim] one after the other.
//
// fill writes the i-th vector to dst, [dim], and says whether there is one. begin makes what one core does with a vector
// that there is: its products, [q], are valid until the next call. fill is called from several goroutines, begin in turn.
//
// Errors: ctx is done.
func Each(ctx context.Context, queries []float32, q, dim, n int, fill func(i int, dst []float32) bool,
	begin func() func(i int, products []float32)) error {
	product, err := kernel.NewGemm(kernel.GemmShape{M: Rows, N: q, K: dim, ARow: dim, ACol: 1, BRow: 1, BCol: dim, CRow: q})
	if err != nil {
		return err
	}
	packed := kernel.Floats(product.PackedLen())
	product.Pack(nil, queries, packed)
	if len(packed) == 0 {
		packed = nil
	}
	return InBlocks(ctx, n, func() func(block, from, to int) {
		see := begin()
		vectors, products := kernel.Floats(Rows*dim), kernel.Floats(Rows*q)
		at := make([]int, 0, Rows)
		return func(_, from, to int) {
			at = at[:0]
			for i := from; i < to; i++ {
				if fill(i, vectors[len(at)*dim:][:dim]) {
					at = append(at, i)
				}
			}
			// Always a whole block, with what is left from before in its end: the same two vectors then have the same
			// product wherever they lie.
			product.RunPacked(nil, vectors, queries, packed, products, nil)
			for j, i := range at {
				see(i, products[j*q:][:q])
			}
		}
	})
}
