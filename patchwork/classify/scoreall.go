package classify

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"sync"
)

// all scores the rows 0 to n-1 into the slices of out. The caller's goroutine reads the rows, the others compute. Errors do not name the
// package.
func (s *scorer) all(ctx context.Context, n int, row func(int) []float32, out Prediction) error {
	workers := min(runtime.GOMAXPROCS(0), n/blockRows+1)
	full, free := make(chan *filled, 2*workers), make(chan *filled, 2*workers)
	for range 2 * workers {
		free <- &filled{scratch: s.scratch()}
	}
	var wait sync.WaitGroup
	var mu sync.Mutex // guards failed
	var failed *badFeature
	for range workers {
		wait.Go(func() {
			for b := range full {
				if bad := s.score(b, out); bad != nil {
					mu.Lock()
					if failed == nil || bad.row < failed.row {
						failed = bad
					}
					mu.Unlock()
				}
				free <- b
			}
		})
	}
	err := s.fill(ctx, n, row, out, full, free)
	close(full)
	wait.Wait()
	if failed != nil {
		return failed
	}
	return err
}

// filled is a block of features, and the rows that these are of.
type filled struct {
	*scratch
	rows []int
}

// fill reads the rows into free blocks and hands these over.
func (s *scorer) fill(ctx context.Context, n int, row func(int) []float32, out Prediction, full, free chan *filled) error {
	dim, nan := s.h.dim, float32(math.NaN())
	block := <-free
	block.rows = block.rows[:0]
	for r := range n {
		x := row(r)
		if x == nil {
			for at := r * out.Classes; at < (r+1)*out.Classes; at++ {
				out.Scores[at] = nan
				if out.Deviations != nil {
					out.Deviations[at] = nan
				}
			}
			continue
		}
		if len(x) != dim {
			return fmt.Errorf("row %d has %d features; want %d. Extract the features again", r, len(x), dim)
		}
		copy(block.x[len(block.rows)*dim:], x)
		if block.rows = append(block.rows, r); len(block.rows) < blockRows {
			continue
		}
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("scoring: stopped at row %d of %d: %w", r, n, err)
		}
		full <- block
		block = <-free
		block.rows = block.rows[:0]
	}
	full <- block
	return nil
}

// score scores one block. A vector that is not finite is the error.
func (s *scorer) score(b *filled, out Prediction) *badFeature {
	if i := s.block(b.scratch, len(b.rows)); i >= 0 {
		return finite(b.rows[i], b.x[i*s.h.dim:(i+1)*s.h.dim])
	}
	for i, row := range b.rows {
		copy(out.Scores[row*out.Classes:(row+1)*out.Classes], b.out[i*out.Classes:])
		if out.Deviations != nil {
			copy(out.Deviations[row*out.Classes:(row+1)*out.Classes], b.deviations[i*out.Classes:])
		}
	}
	return nil
}

// badFeature is a number that would poison every score.
type badFeature struct {
	row, feature int
	value        float32
}

func (b *badFeature) Error() string {
	return fmt.Sprintf("feature %d of row %d is %g; want a finite number. Delete the stored features and extract them again", b.feature, b.row, b.value)
}

// finite looks for a number that is none: NaN or infinite.
func finite(row int, x []float32) *badFeature {
	var sums [4]float32 // several, so that one addition need not wait for the one before
	whole := len(x) &^ 3
	for i := 0; i < whole; i += 4 {
		four := x[i : i+4 : i+4]
		sums[0] += four[0] * 0 // NaN once one is
		sums[1] += four[1] * 0
		sums[2] += four[2] * 0
		sums[3] += four[3] * 0
	}
	for _, v := range x[whole:] {
		sums[0] += v * 0
	}
	if sums[0]+sums[1]+sums[2]+sums[3] == 0 {
		return nil
	}
	for i, v := range x {
		if v-v != 0 {
			return &badFeature{row, i, v}
		}
	}
	return nil
}
