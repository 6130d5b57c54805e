package kernel

import "unsafe"

// The structs whose fields the assembly counts.
var (
	_ [17 * 8]byte = [unsafe.Sizeof(rowTile{})]byte{}
	_ [16 * 8]byte = [unsafe.Sizeof(colTile{})]byte{}
	_ [12 * 8]byte = [unsafe.Sizeof(depthTile{})]byte{}
	_ [12 * 8]byte = [unsafe.Sizeof(depthGradTile{})]byte{}
	_ [11 * 8]byte = [unsafe.Sizeof(windowTile{})]byte{}
	_ [9 * 8]byte  = [unsafe.Sizeof(maxGradTile{})]byte{}
)

// compute computes tiles made for variant v.
func (t *rowTile) compute(v variant) {
	p := (*byte)(unsafe.Pointer(t))
	switch {
	case v == avx512 && t.width > 16:
		rows8x32AVX512(p)
	case v == avx512:
		rows8x16AVX512(p)
	case v == avx2 && t.width > 8:
		rows4x16AVX2(p)
	case v == avx2:
		rows4x8AVX2(p)
	default:
		t.portable()
	}
}

func (t *colTile) compute(v variant) {
	p := (*byte)(unsafe.Pointer(t))
	switch {
	case v == avx512 && t.width > 16:
		cols8x32AVX512(p)
	case v == avx512:
		cols8x16AVX512(p)
	case v == avx2 && t.width > 8:
		cols4x16AVX2(p)
	case v == avx2:
		cols4x8AVX2(p)
	default:
		t.portable()
	}
}

// compute computes 1, 2, 4 or 8 pixels.
func (t *depthTile) compute(v variant, pixels int) {
	p := (*byte)(unsafe.Pointer(t))
	switch v {
	case avx512:
		switch pixels {
		case 1:
			depth1AVX512(p)
		case 2:
			depth2AVX512(p)
		case 4:
			depth4AVX512(p)
		default:
			depth8AVX512(p)
		}
	case avx2:
		switch pixels {
		case 1:
			depth1AVX2(p)
		case 2:
			depth2AVX2(p)
		case 4:
			depth4AVX2(p)
		default:
			depth8AVX2(p)
		}
	default:
		t.portable(pixels)
	}
}

// compute adds to the gradient of 1, 3, 5 or 7 taps.
func (t *depthGradTile) compute(v variant, taps int) {
	p := (*byte)(unsafe.Pointer(t))
	switch v {
	case avx512:
		switch taps {
		case 1:
			depthGrad1AVX512(p)
		case 3:
			depthGrad3AVX512(p)
		case 5:
			depthGrad5AVX512(p)
		default:
			depthGrad7AVX512(p)
		}
	case avx2:
		switch taps {
		case 1:
			depthGrad1AVX2(p)
		case 3:
			depthGrad3AVX2(p)
		case 5:
			depthGrad5AVX2(p)
		default:
			depthGrad7AVX2(p)
		}
	default:
		t.portable(taps)
	}
}

var _ [20 * 8]byte = [unsafe.Sizeof(depthRow{})]byte{}

// compute computes a row in groups of 4 or, with AVX-512, 8 pixels.
func (t *depthRow) compute(v variant, taps, stride, pixels int) {
	if p := (*byte)(unsafe.Pointer(t)); v == avx512 {
		depthRowAVX512(p, taps, stride, pixels)
	} else {
		depthRowAVX2(p, taps, stride)
	}
}

func depthRowAVX512(p *byte, taps, stride, pixels int) {
	switch {
	case taps == 3 && stride == 1 && pixels == 4:
		depthRow3x1x4AVX512(p)
	case taps == 3 && stride == 1 && pixels == 8:
		depthRow3x1x8AVX512(p)
	case taps == 3 && stride == 2 && pixels == 4:
		depthRow3x2x4AVX512(p)
	case taps == 3 && stride == 2 && pixels == 8:
		depthRow3x2x8AVX512(p)
	case taps == 5 && stride == 1 && pixels == 4:
		depthRow5x1x4AVX512(p)
	case taps == 5 && stride == 1 && pixels == 8:
		depthRow5x1x8AVX512(p)
	case taps == 5 && stride == 2 && pixels == 4:
		depthRow5x2x4AVX512(p)
	case taps == 5 && stride == 2 && pixels == 8:
		depthRow5x2x8AVX512(p)
	case taps == 7 && stride == 1 && pixels == 4:
		depthRow7x1x4AVX512(p)
	case taps == 7 && stride == 1 && pixels == 8:
		depthRow7x1x8AVX512(p)
	case taps == 7 && stride == 2 && pixels == 4:
		depthRow7x2x4AVX512(p)
	case taps == 7 && stride == 2 && pixels == 8:
		depthRow7x2x8AVX512(p)
	}
}

func depthRowAVX2(p *byte, taps, stride int) {
	switch {
	case taps == 3 && stride == 1:
		depthRow3x1x4AVX2(p)
	case taps == 3 && stride == 2:
		depthRow3x2x4AVX2(p)
	case taps == 5 && stride == 1:
		depthRow5x1x4AVX2(p)
	case taps == 5 && stride == 2:
		depthRow5x2x4AVX2(p)
	case taps == 7 && stride == 1:
		depthRow7x1x4AVX2(p)
	case taps == 7 && stride == 2:
		depthRow7x2x4AVX2(p)
	}
}
