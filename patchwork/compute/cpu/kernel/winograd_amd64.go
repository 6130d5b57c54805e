package kernel

import "unsafe"

var (
	_ [13 * 8]byte = [unsafe.Sizeof(winogradLines{})]byte{}
	_ [8 * 8]byte  = [unsafe.Sizeof(winogradSteps{})]byte{}
)

// lines applies t to l.
func (t transform) lines(v variant, l *winogradLines) {
	p := (*byte)(unsafe.Pointer(l))
	switch {
	case v == portable:
		t.portableLines(l)
	case t == inputTransform && v == avx512:
		linesInputAVX512(p)
	case t == inputTransform:
		linesInputAVX2(p)
	case t == outputTransform && v == avx512:
		linesOutputAVX512(p)
	case t == outputTransform:
		linesOutputAVX2(p)
	case t == kernelTransform && v == avx512:
		linesKernelAVX512(p)
	case t == kernelTransform:
		linesKernelAVX2(p)
	case t == gradientTransform && v == avx512:
		linesGradientAVX512(p)
	case t == gradientTransform:
		linesGradientAVX2(p)
	case v == avx512:
		linesTapsAVX512(p)
	default:
		linesTapsAVX2(p)
	}
}

// steps applies t, which must be of input, output or gradient, to s.
func (t transform) steps(v variant, s *winogradSteps) {
	p := (*byte)(unsafe.Pointer(s))
	switch {
	case v == portable:
		t.portableSteps(s)
	case t == inputTransform && v == avx512:
		stepsInputAVX512(p)
	case t == inputTransform:
		stepsInputAVX2(p)
	case t == outputTransform && v == avx512:
		stepsOutputAVX512(p)
	case t == outputTransform:
		stepsOutputAVX2(p)
	case v == avx512:
		stepsGradientAVX512(p)
	default:
		stepsGradientAVX2(p)
	}
}
