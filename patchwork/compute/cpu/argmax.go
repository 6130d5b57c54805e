package cpu

import "github.com/gomlx/compute/dtypes"

// argBlock is the number of columns that are gone through together where values lie apart.
const argBlock = 256

// finds makes the step of an ArgMinMax of float32: the first place of the smallest or largest value along an axis, or,
// as on the inner backend, the last place of a NaN.
func (p *plan) finds(n *node, s *step, a *opArgMinMax) bool {
	x, out := n.in[0], n.out[0]
	if !x.is(dtypes.Float32) {
		return false
	}
	switch out.shape.DType {
	case dtypes.Int8:
		s.do = findStep[int8](x, out, a)
	case dtypes.Int16:
		s.do = findStep[int16](x, out, a)
	case dtypes.Int32:
		s.do = findStep[int32](x, out, a)
	case dtypes.Int64:
		s.do = findStep[int64](x, out, a)
	case dtypes.Uint8:
		s.do = findStep[uint8](x, out, a)
	case dtypes.Uint16:
		s.do = findStep[uint16](x, out, a)
	case dtypes.Uint32:
		s.do = findStep[uint32](x, out, a)
	case dtypes.Uint64:
		s.do = findStep[uint64](x, out, a)
	default:
		return false
	}
	return true
}

func findStep[T ~int8 | ~int16 | ~int32 | ~int64 | ~uint8 | ~uint16 | ~uint32 | ~uint64](x, out *value, a *opArgMinMax) stepFunc {
	size, width := x.dims()[a.axis], product(x.dims()[a.axis+1:])
	block := min(width, argBlock)
	blocks := (width + block - 1) / block
	return func(r *run) error {
		src, dst := r.f32(x), slice[T](r, out)
		r.backend.pool.For(len(dst)/width*blocks, max(1, copyGrain/(size*block)), func(lo, hi int) {
			var at [argBlock]int
			for i := lo; i < hi; i++ {
				from := i % blocks * block
				n := min(block, width-from)
				findColumns(at[:n], src[i/blocks*size*width+from:], size, width, a.isMin)
				for k, j := range at[:n] {
					dst[i/blocks*width+from+k] = T(j)
				}
			}
		})
		return nil
	}
}

// findColumns finds the places in each of the first len(at) columns of a matrix of some rows, which lie width apart.
func findColumns(at []int, x []float32, rows, width int, smallest bool) {
	if width == 1 {
		best := x[0]
		at[0] = 0
		for j, v := range x[:rows] {
			if v != v || v < best && smallest || v > best && !smallest {
				at[0], best = j, v
			}
		}
		return
	}
	var values [argBlock]float32
	best := values[:len(at)]
	copy(best, x)
	clear(at)
	for j := 1; j < rows; j++ {
		for k, v := range x[j*width:][:len(at)] {
			if v != v || v < best[k] && smallest || v > best[k] && !smallest {
				at[k], best[k] = j, v
			}
		}
	}
}
