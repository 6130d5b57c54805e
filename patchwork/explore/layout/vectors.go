package layout

import (
	"context"
	"fmt"

	"github.com/gopatchwork/patchwork/patchwork/compute/cpu/dots"
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

// inBlocks does something for each of 0 to n, in blocks of dots.Rows on all cores. It returns ctx's error if ctx ends before all is done.
func inBlocks(ctx context.Context, n int, work func(from, to int)) error {
	return dots.InBlocks(ctx, n, func() func(block, from, to int) {
		return func(_, from, to int) { work(from, to) }
	})
}
