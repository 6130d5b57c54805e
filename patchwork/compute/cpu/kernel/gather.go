package kernel

// GatherRows writes row index[i] of src, rows of cols elements, to row i of dst. An index out of range panics.
func GatherRows[T any](p *Pool, dst, src []T, cols int, index []int32) {
	dst = dst[:len(index)*cols]
	p.For(len(index), max(1, 16384/max(cols, 1)), func(lo, hi int) {
		for i := lo; i < hi; i++ {
			from := int(index[i]) * cols
			copy(dst[i*cols:][:cols], src[from:from+cols])
		}
	})
}
