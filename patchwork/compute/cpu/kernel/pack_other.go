//go:build !amd64

package kernel

func packRows(_ variant, dst []float32, k, used, padded int, src []float32, row int) {
	packRowsPortable(dst, k, used, padded, src, row)
}

func packSteps(_ variant, dst []float32, mr, rows, k int, src []float32, step int) {
	packStepsPortable(dst, mr, rows, k, src, step)
}
