package kernel

import "unsafe"

func (t *windowTile) compute(v variant, what reduction) {
	p := (*byte)(unsafe.Pointer(t))
	switch {
	case v == avx512 && what == sums:
		windowSumAVX512(p)
	case v == avx512 && what == maxima:
		windowMaxAVX512(p)
	case v == avx512 && what == minima:
		windowMinAVX512(p)
	case v == avx2 && what == sums:
		windowSumAVX2(p)
	case v == avx2 && what == maxima:
		windowMaxAVX2(p)
	case v == avx2 && what == minima:
		windowMinAVX2(p)
	default:
		t.portable(what)
	}
}

func (t *maxGradTile) compute(v variant) {
	switch v {
	case avx512:
		maxGradAVX512((*byte)(unsafe.Pointer(t)))
	case avx2:
		maxGradAVX2((*byte)(unsafe.Pointer(t)))
	default:
		t.portable()
	}
}

func rowReduce(v variant, what reduction, rows, cols int, src, mean, dst *float32) {
	switch v {
	case avx512:
		switch what {
		case sums:
			rowSumAVX512(rows, cols, src, mean, dst)
		case maxima:
			rowMaxAVX512(rows, cols, src, mean, dst)
		case minima:
			rowMinAVX512(rows, cols, src, mean, dst)
		default:
			rowSquaresAVX512(rows, cols, src, mean, dst)
		}
	case avx2:
		switch what {
		case sums:
			rowSumAVX2(rows, cols, src, mean, dst)
		case maxima:
			rowMaxAVX2(rows, cols, src, mean, dst)
		case minima:
			rowMinAVX2(rows, cols, src, mean, dst)
		default:
			rowSquaresAVX2(rows, cols, src, mean, dst)
		}
	default:
		rowReducePortable(what, rows, cols, src, mean, dst)
	}
}

func columnReduce(v variant, what reduction, rows, cols int, src, mean, acc *float32) {
	switch v {
	case avx512:
		switch what {
		case sums:
			columnSumAVX512(rows, cols, src, mean, acc)
		case maxima:
			columnMaxAVX512(rows, cols, src, mean, acc)
		case minima:
			columnMinAVX512(rows, cols, src, mean, acc)
		default:
			columnSquaresAVX512(rows, cols, src, mean, acc)
		}
	case avx2:
		switch what {
		case sums:
			columnSumAVX2(rows, cols, src, mean, acc)
		case maxima:
			columnMaxAVX2(rows, cols, src, mean, acc)
		case minima:
			columnMinAVX2(rows, cols, src, mean, acc)
		default:
			columnSquaresAVX2(rows, cols, src, mean, acc)
		}
	default:
		columnReducePortable(what, rows, cols, src, mean, acc)
	}
}
