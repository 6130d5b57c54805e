package explore

import (
	"context"
	"encoding/binary"
	"hash/maphash"
	"math"
	"slices"

	"github.com/gopatchwork/patchwork/patchwork/compute/cpu/dots"
)

// Copies names for each row the first row whose vector has exactly the same direction, itself if there is none before it.
// So have copies of a file, and the same image in another lossless format. Rows without features, and those with a vector
// of zeros, are nobody's copies.
//
// Errors: ctx is done.
func (v *Vectors) Copies(ctx context.Context) ([]int32, error) {
	n := len(v.scale)
	first, sums, seed := make([]int32, n), make([]uint64, n), maphash.MakeSeed()
	err := dots.InBlocks(ctx, n, func() func(block, from, to int) {
		unit, bytes := make([]float32, v.dim), make([]byte, 4*v.dim)
		return func(_, from, to int) {
			for row := from; row < to; row++ {
				if v.Has(row) && v.scale[row] > 0 {
					v.unitsInto(unit, []int{row})
					for k, x := range unit {
						binary.LittleEndian.PutUint32(bytes[4*k:], math.Float32bits(x+0)) // no -0
					}
					sums[row] = maphash.Bytes(seed, bytes)
				}
			}
		}
	})
	if err != nil {
		return nil, err
	}
	known := map[uint64][]int32{} // by sum: rows that differ
	for row := range first {
		first[row] = int32(row)
		if !v.Has(row) || v.scale[row] == 0 {
			continue
		}
		for _, other := range known[sums[row]] {
			if slices.Equal(v.units([]int{row}), v.units([]int{int(other)})) {
				first[row] = other
				break
			}
		}
		if first[row] == int32(row) {
			known[sums[row]] = append(known[sums[row]], int32(row))
		}
	}
	return first, nil
}
