package kernel

// axis says which input position meets which output position through which tap, along one axis of a convolution:
//
//	in = (out·stride + tap·step + base) / div, where that is whole and inside
//
// A convolution has div 1, the gradient of its input stride 1 and a negative step.
type axis struct {
	out, in, stride, step, base, div, taps int
}

// reverse returns the axis of the gradient of the input of a, whose div must be 1.
func (a axis) reverse() axis {
	return axis{out: a.in, in: a.out, stride: 1, step: -a.step, base: -a.base, div: a.stride, taps: a.taps}
}

// source returns the input position that output position o meets through tap k.
func (a axis) source(o, k int) (int, bool) {
	at := o*a.stride + k*a.step + a.base
	if at < 0 || at%a.div != 0 {
		return 0, false
	}
	at /= a.div
	return at, at < a.in
}

// period is the distance of output positions that meet the input through the same taps.
func (a axis) period() int { return a.div / gcd(a.div, a.stride) }

// phaseTaps returns the taps through which the output positions first, first + period, … meet whole positions.
func (a axis) phaseTaps(first int) []int {
	var taps []int
	for k := range a.taps {
		if at := first*a.stride + k*a.step + a.base; at%a.div == 0 {
			taps = append(taps, k)
		}
	}
	return taps
}

// span returns the output positions lo to hi-1 that meet the input through tap k. div must be 1.
func (a axis) span(k int) (lo, hi int) {
	shift := k*a.step + a.base
	if shift < 0 {
		lo = ceilDiv(-shift, a.stride)
	}
	if a.in-1-shift >= 0 {
		hi = min(a.out, (a.in-1-shift)/a.stride+1)
	}
	return min(lo, hi), hi
}
