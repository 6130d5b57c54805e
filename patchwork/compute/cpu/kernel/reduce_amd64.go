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

func rowReduce(v variant, what reduction, rows, cols int, src, dst *float32) {
	if f := rowFuncs[v][what]; f != nil {
		f(rows, cols, src, dst)
		return
	}
	rowReducePortable(what, rows, cols, src, dst)
}

func columnReduce(v variant, what reduction, rows, cols int, src, acc *float32) {
	if f := columnSums[v][what]; f != nil {
		f(rows, cols, src, acc)
		return
	}
	columnReducePortable(what, rows, cols, src, acc)
}

// rowFuncs and columnSums are the reductions of each variant; nil where there is none.
var (
	rowFuncs = [variants][reductions]func(rows, cols int, src, dst *float32){
		avx2:   {sums: rowSumAVX2, maxima: rowMaxAVX2, minima: rowMinAVX2},
		avx512: {sums: rowSumAVX512, maxima: rowMaxAVX512, minima: rowMinAVX512},
	}
	columnSums = [variants][reductions]func(rows, cols int, src, acc *float32){
		avx2:   {sums: columnSumAVX2, maxima: columnMaxAVX2, minima: columnMinAVX2},
		avx512: {sums: columnSumAVX512, maxima: columnMaxAVX512, minima: columnMinAVX512},
	}
)
