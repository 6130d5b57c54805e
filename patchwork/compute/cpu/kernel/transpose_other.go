//go:build !amd64

package kernel

func transposeOne(_ variant, dst []float32, dstRow int, src []float32, srcRow, rows, cols int) {
	transposePortable(dst, dstRow, src, srcRow, rows, cols)
}
