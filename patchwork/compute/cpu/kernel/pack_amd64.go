package kernel

func packRows(v variant, dst []float32, k, used, padded int, src []float32, row int) {
	if v == portable || k == 0 {
		packRowsPortable(dst, k, used, padded, src, row)
		return
	}
	_, _ = dst[k*padded-1], src[(k-1)*row+used-1]
	switch {
	case v == avx512 && padded == 32:
		packRows32AVX512(k, used, &dst[0], &src[0], 4*row)
	case v == avx512:
		packRows16AVX512(k, used, &dst[0], &src[0], 4*row)
	case padded == 16:
		packRows16AVX2(k, used, &dst[0], &src[0], 4*row)
	default:
		packRows8AVX2(k, used, &dst[0], &src[0], 4*row)
	}
}

func packSteps(v variant, dst []float32, mr, rows, k int, src []float32, step int) {
	if v == portable {
		packStepsPortable(dst, mr, rows, k, src, step)
		return
	}
	_, _ = dst[k*mr-1], src[(k-1)*step+rows-1]
	if v == avx512 {
		packColumns8AVX512(k, rows, &dst[0], &src[0], 4*step)
	} else {
		packColumns4AVX2(k, rows, &dst[0], &src[0], 4*step)
	}
}
