package kernel

import "unsafe"

var (
	_ [13 * 8]byte = [unsafe.Sizeof(winogradLines{})]byte{}
	_ [8 * 8]byte  = [unsafe.Sizeof(winogradSteps{})]byte{}
)

// lines applies t to l.
func (t transform) lines(v variant, l *winogradLines) {
	p := (*byte)(unsafe.Pointer(l))
	if v == portable {
		t.portableLines(l)
		return
	}
	wide := v == avx512
	switch t {
	case inputTransform:
		if wide {
			linesInputAVX512(p)
		} else {
			linesInputAVX2(p)
		}
	case outputTransform:
		if wide {
			linesOutputAVX512(p)
		} else {
			linesOutputAVX2(p)
		}
	case kernelTransform:
		if wide {
			linesKernelAVX512(p)
		} else {
			linesKernelAVX2(p)
		}
	case gradientTransform:
		if wide {
			linesGradientAVX512(p)
		} else {
			linesGradientAVX2(p)
		}
	case tapsTransform:
		if wide {
			linesTapsAVX512(p)
		} else {
			linesTapsAVX2(p)
		}
	case evenInput:
		if wide {
			linesEvenInputAVX512(p)
		} else {
			linesEvenInputAVX2(p)
		}
	case oddInput:
		if wide {
			linesOddInputAVX512(p)
		} else {
			linesOddInputAVX2(p)
		}
	case evenOutput:
		if wide {
			linesEvenOutputAVX512(p)
		} else {
			linesEvenOutputAVX2(p)
		}
	case oddOutput:
		if wide {
			linesOddOutputAVX512(p)
		} else {
			linesOddOutputAVX2(p)
		}
	case evenKernel:
		if wide {
			linesEvenKernelAVX512(p)
		} else {
			linesEvenKernelAVX2(p)
		}
	case sameTransform:
		if wide {
			linesSameAVX512(p)
		} else {
			linesSameAVX2(p)
		}
	}
}

// steps applies t, which must be of input, output or gradient, to s.
func (t transform) steps(v variant, s *winogradSteps) {
	p := (*byte)(unsafe.Pointer(s))
	if v == portable {
		t.portableSteps(s)
		return
	}
	wide := v == avx512
	switch t {
	case inputTransform:
		if wide {
			stepsInputAVX512(p)
		} else {
			stepsInputAVX2(p)
		}
	case outputTransform:
		if wide {
			stepsOutputAVX512(p)
		} else {
			stepsOutputAVX2(p)
		}
	case gradientTransform:
		if wide {
			stepsGradientAVX512(p)
		} else {
			stepsGradientAVX2(p)
		}
	case evenInput:
		if wide {
			stepsEvenInputAVX512(p)
		} else {
			stepsEvenInputAVX2(p)
		}
	case oddInput:
		if wide {
			stepsOddInputAVX512(p)
		} else {
			stepsOddInputAVX2(p)
		}
	case evenOutput:
		if wide {
			stepsEvenOutputAVX512(p)
		} else {
			stepsEvenOutputAVX2(p)
		}
	case oddOutput:
		if wide {
			stepsOddOutputAVX512(p)
		} else {
			stepsOddOutputAVX2(p)
		}
	}
}
