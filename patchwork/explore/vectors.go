package explore

import (
	"context"
	"fmt"
	"math"

	"github.com/gopatchwork/patchwork/patchwork/compute/cpu/dots"
)

// Vectors is feature vectors with their lengths, measured once, so that each search reads only what it compares. Its
// methods may be called from several goroutines.
type Vectors struct {
	row   func(row int) []float32
	dim   int
	scale []float64 // by row: 1 / length; 0 for a vector of zeros, NaN for a row that is left out
}

// NewVectors measures the vectors of the rows 0 to rows-1, on all cores. It keeps row and not what it returns, so the
// vectors may lie in a mapped file.
//
// Errors: vectors of different lengths; ctx is done.
func NewVectors(ctx context.Context, rows int, row func(row int) []float32) (*Vectors, error) {
	v := &Vectors{row: row, scale: make([]float64, rows)}
	for r := 0; r < rows && v.dim == 0; r++ {
		v.dim = len(row(r))
	}
	odd := make([]int, (rows+dots.Rows-1)/dots.Rows) // by block: 1 + a row of another length
	err := dots.InBlocks(ctx, rows, func() func(block, from, to int) {
		return func(block, from, to int) {
			for r := from; r < to; r++ {
				x := row(r)
				if len(x) != 0 && len(x) != v.dim {
					odd[block] = 1 + r
				}
				v.scale[r] = scaleOf(x)
			}
		}
	})
	if err != nil {
		return nil, err
	}
	for _, r := range odd {
		if r > 0 {
			return nil, fmt.Errorf("explore: row %d has a vector of %d numbers and the first has %d; want the features of one extractor",
				r-1, len(row(r-1)), v.dim)
		}
	}
	return v, nil
}

// scaleOf is what a vector is multiplied by to be of length one: NaN if it is empty, holds what is no number, or is longer
// than a float32 can say.
func scaleOf(x []float32) float64 {
	if len(x) == 0 {
		return math.NaN()
	}
	var sums [4]float64 // one would wait for itself
	for ; len(x) >= 4; x = x[4:] {
		for i := range sums {
			sums[i] += float64(x[i]) * float64(x[i])
		}
	}
	for i, v := range x {
		sums[i] += float64(v) * float64(v)
	}
	length := math.Sqrt(sums[0] + sums[1] + sums[2] + sums[3])
	switch {
	case length == 0:
		return 0
	case length <= math.MaxFloat32:
		return 1 / length
	}
	return math.NaN()
}

// Has says whether a row can be compared. Rows outside cannot.
func (v *Vectors) Has(row int) bool {
	return row >= 0 && row < len(v.scale) && !math.IsNaN(v.scale[row])
}
