package explore

import (
	"context"
	"slices"

	"github.com/gopatchwork/patchwork/patchwork/compute/cpu/kernel"
)

// compare computes the cosines of each candidate with each query, which must have vectors, and tells them: begin makes
// what one core does with a candidate, whose cosines are in the order of the queries and valid until the next call.
// Candidates without vectors are left out.
func (v *Vectors) compare(ctx context.Context, queries, among []int, begin func() func(row int, cosines []float32)) error {
	product, err := kernel.NewGemm(kernel.GemmShape{
		M: blockRows, N: len(queries), K: v.dim, ARow: v.dim, ACol: 1, BRow: 1, BCol: v.dim, CRow: len(queries),
	})
	if err != nil {
		return err
	}
	units := v.units(queries)
	packed := kernel.Floats(product.PackedLen())
	product.Pack(nil, units, packed)
	if len(packed) == 0 {
		packed = nil
	}
	return inBlocks(ctx, len(among), func() func(block, from, to int) {
		see := begin()
		vectors, cosines := kernel.Floats(blockRows*v.dim), kernel.Floats(blockRows*len(queries))
		rows := make([]int, 0, blockRows)
		return func(_, from, to int) {
			rows = rows[:0]
			for _, row := range among[from:to] {
				if v.Has(row) {
					copy(vectors[len(rows)*v.dim:], v.row(row))
					rows = append(rows, row)
				}
			}
			// Always a whole block, with what is left from before in its end: the same two vectors then have the same
			// cosine wherever they lie.
			product.RunPacked(nil, vectors, units, packed, cosines, nil)
			for i, row := range rows {
				c := cosines[i*len(queries):][:len(queries)]
				scale := v.scale[row]
				for q := range c {
					c[q] = float32(max(-1, min(1, float64(c[q])*scale)))
				}
				see(row, c)
			}
		}
	})
}

// units is the vectors of rows, brought to length one, one after the other.
func (v *Vectors) units(rows []int) []float32 {
	out := kernel.Floats(len(rows) * v.dim)
	for i, row := range rows {
		for k, x := range v.row(row) {
			out[i*v.dim+k] = float32(float64(x) * v.scale[row])
		}
	}
	return out
}

// usable is those of rows that have vectors, ascending, each once.
func (v *Vectors) usable(rows []int) []int {
	out := make([]int, 0, len(rows))
	ascending := true
	for _, row := range rows {
		if v.Has(row) {
			ascending = ascending && (len(out) == 0 || out[len(out)-1] < row)
			out = append(out, row)
		}
	}
	if !ascending {
		slices.Sort(out)
		out = slices.Compact(out)
	}
	return out
}
