package explore

import (
	"context"
	"slices"

	"github.com/gopatchwork/patchwork/patchwork/compute/cpu/dots"
	"github.com/gopatchwork/patchwork/patchwork/compute/cpu/kernel"
)

// compare computes the cosines of each candidate with each query, which must have vectors, and tells them: begin makes
// what one core does with a candidate, whose cosines are in the order of the queries and valid until the next call.
// Candidates without vectors are left out.
func (v *Vectors) compare(ctx context.Context, queries, among []int, begin func() func(row int, cosines []float32)) error {
	fill := func(i int, dst []float32) bool {
		row := among[i]
		if !v.Has(row) {
			return false
		}
		copy(dst, v.row(row))
		return true
	}
	return dots.Each(ctx, v.units(queries), len(queries), v.dim, len(among), fill, func() func(int, []float32) {
		see := begin()
		return func(i int, c []float32) {
			scale := v.scale[among[i]]
			for q := range c {
				c[q] = float32(max(-1, min(1, float64(c[q])*scale)))
			}
			see(among[i], c)
		}
	})
}

// units is the vectors of rows, brought to length one, one after the other.
func (v *Vectors) units(rows []int) []float32 {
	out := kernel.Floats(len(rows) * v.dim)
	v.unitsInto(out, rows)
	return out
}

// unitsInto writes them to dst.
func (v *Vectors) unitsInto(dst []float32, rows []int) {
	for i, row := range rows {
		scale, unit := v.scale[row], dst[i*v.dim:][:v.dim]
		for k, x := range v.row(row) {
			unit[k] = float32(float64(x) * scale)
		}
	}
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
