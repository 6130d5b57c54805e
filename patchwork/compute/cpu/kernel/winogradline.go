package kernel

import (
	"math"
	"unsafe"
)

// winogradLines applies a transform to n floats, a multiple of 16, side by side: line i of dst gets the i-th result of
// the values at the same place in the lines of src. Every field has 8 bytes: the assembly counts them.
type winogradLines struct {
	src, dst [6]unsafe.Pointer // *float32
	n        int
}

// winogradSteps applies a transform to lines that lie equally far apart, count times; src and dst move by a step each
// time. Distances are in bytes. Every field has 8 bytes: the assembly counts them.
type winogradSteps struct {
	src, dst         unsafe.Pointer // *float32
	srcLine, dstLine int
	n, count         int // n floats, a multiple of 16; count at least 1
	srcStep, dstStep int
}

// transform is one of the linear maps of a Winograd convolution along one axis.
//
// For a stride of 1, with the points 0, ±√½, ±√2 and infinity, the 4 outputs y[i] = Σ x[i+k]·g[k] of 6 inputs and 3
// taps are
//
//	y = Aᵀ·(G·g ⊙ Bᵀ·x)
//
// and the 3 gradients dg[k] = Σ x[i+k]·dy[i] are A'ᵀ·(G'·dy ⊙ Bᵀ·x). The matrices follow from the points by the
// Toom-Cook construction; these points were chosen because they lose less than half the precision that the usual 0, ±1,
// ±2 do. Sources: Winograd, Arithmetic Complexity of Computations (1980); Lavin and Gray, arXiv:1509.09308;
// on the points, Barabasz et al., arXiv:1803.10986.
type transform uint8

const (
	inputTransform    transform = iota // Bᵀ: 6 to 6
	outputTransform                    // Aᵀ: 6 to 4
	kernelTransform                    // G: 3 to 6
	gradientTransform                  // G': 4 to 6
	tapsTransform                      // A'ᵀ: 6 to 3

	// Of a convolution of stride 2, see winogradAxis.
	evenInput     // 5 to 5
	oddInput      // 4 to 4
	evenOutput    // 5 to 4
	oddOutput     // 4 to 4
	evenKernel    // 2 to 5
	sameTransform // 1 to 1
)

// apply computes the results from x.
func (t transform) apply(x *[6]float32) [6]float32 {
	const root, half = math.Sqrt2, math.Sqrt2 / 2
	s1, d1, s2, d2 := x[1]+x[2], x[1]-x[2], x[3]+x[4], x[3]-x[4]
	var e1, o1, e2, o2 float32 // even and odd parts at ±√½ and ±√2
	switch t {
	case outputTransform:
		return [6]float32{x[0] + (s1 + s2), half*d1 + root*d2, 0.5*s1 + 2*s2, x[5] + half/2*d1 + 2*root*d2}
	case tapsTransform:
		return [6]float32{x[0] + (s1 + s2), half*d1 + root*d2, x[5] + 0.5*s1 + 2*s2}
	case inputTransform:
		e1, o1, e2, o2 = x[4]-2*x[2], half*x[3]-root*x[1], x[4]-0.5*x[2], root*x[3]-half*x[1]
		return [6]float32{x[0] + x[4] - 2.5*x[2], e1 + o1, e1 - o1, e2 + o2, e2 - o2, x[1] + x[5] - 2.5*x[3]}
	case kernelTransform:
		e1, o1, e2, o2 = -2./3*x[0]-1./3*x[2], -root/3*x[1], 1./6*x[0]+1./3*x[2], root/6*x[1]
		return [6]float32{x[0], e1 + o1, e1 - o1, e2 + o2, e2 - o2, x[2]}
	case gradientTransform:
		e1, o1, e2, o2 = -2./3*x[0]-1./3*x[2], -root/3*x[1]-root/6*x[3], 1./6*x[0]+1./3*x[2], root/6*x[1]+root/3*x[3]
		return [6]float32{x[0], e1 + o1, e1 - o1, e2 + o2, e2 - o2, x[3]}
	}
	s1, d1, s2, d2 = x[0]+x[1], x[0]-x[1], x[2]+x[3], x[2]-x[3]
	switch t {
	case evenInput:
		e1, o1, e2, o2 = 0.5*(x[2]-2.25*x[0]), x[3]-2.25*x[1], 1.5*(x[2]-0.25*x[0]), x[3]-0.25*x[1]
		return [6]float32{o1 + e1, o1 - e1, o2 + e2, o2 - e2, x[4] - 2.5*x[2] + 0.5625*x[0]}
	case oddInput:
		e1, o1, e2, o2 = 0.5625*x[0]-0.25*x[2], 1.125*x[1]-0.5*x[3], 0.25*x[2]-0.0625*x[0], 1./6*x[3]-1./24*x[1]
		return [6]float32{e1 + o1, e1 - o1, e2 + o2, e2 - o2}
	case evenOutput:
		return [6]float32{s1 + s2, 0.5*d1 + 1.5*d2, 0.25*s1 + 2.25*s2, x[4] + 0.125*d1 + 3.375*d2}
	case oddOutput:
		return [6]float32{1./6*d2 - 0.5*d1, 0.25 * (s2 - s1), 0.375*d2 - 0.125*d1, 0.5625*s2 - 0.0625*s1}
	case evenKernel:
		return [6]float32{-0.5*x[0] - 0.25*x[1], 0.5*x[0] - 0.25*x[1], 1./6*x[0] + 0.25*x[1], -1./6*x[0] + 0.25*x[1], x[1]}
	default:
		return *x
	}
}

// inputs and outputs are the numbers of lines that t reads and writes.
func (t transform) inputs() int  { return [...]int{6, 6, 3, 4, 6, 5, 4, 5, 4, 2, 1}[t] }
func (t transform) outputs() int { return [...]int{6, 4, 6, 6, 3, 5, 4, 4, 4, 5, 1}[t] }

func (t transform) portableLines(l *winogradLines) {
	for k := range l.n {
		var x [6]float32
		for i := range t.inputs() {
			x[i] = *(*float32)(unsafe.Add(l.src[i], 4*k))
		}
		y := t.apply(&x)
		for i, v := range y[:t.outputs()] {
			*(*float32)(unsafe.Add(l.dst[i], 4*k)) = v
		}
	}
}

func (t transform) portableSteps(s *winogradSteps) {
	for c := range s.count {
		var l winogradLines
		for i := range t.inputs() {
			l.src[i] = unsafe.Add(s.src, c*s.srcStep+i*s.srcLine)
		}
		for i := range t.outputs() {
			l.dst[i] = unsafe.Add(s.dst, c*s.dstStep+i*s.dstLine)
		}
		l.n = s.n
		t.portableLines(&l)
	}
}
