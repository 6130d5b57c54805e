package kernel

// run1D is a run of output positions, step apart, that meet the input through the same taps: tap, tap + tapStep, ….
type run1D struct {
	out, count, step   int
	in, inStep         int // input position that the first output meets through the first tap, and its step along the run
	tap, taps, tapStep int
	inTap              int // step of the input position from tap to tap
}

// cut returns runs that cover every output position once, phase by phase.
func (a axis) cut() []run1D {
	var runs []run1D
	period := a.period()
	for first := range min(period, a.out) {
		for o := first; o < a.out; o += period {
			r := run1D{out: o, count: 1, step: period, inStep: period * a.stride / a.div}
			for k := range a.taps {
				in, ok := a.source(o, k)
				if !ok {
					continue
				}
				switch r.taps {
				case 0:
					r.tap, r.in = k, in
				case 1:
					r.tapStep, r.inTap = k-r.tap, in-r.in
				}
				r.taps++
			}
			if n := len(runs) - 1; o > first && runs[n].tap == r.tap && runs[n].taps == r.taps {
				runs[n].count++
				continue
			}
			runs = append(runs, r)
		}
	}
	return runs
}

// rows returns one run for every output position, in order.
func (a axis) rows() []run1D {
	all := make([]run1D, a.out)
	for _, r := range a.cut() {
		for i := range r.count {
			one := r
			one.out, one.in, one.count = r.out+i*r.step, r.in+i*r.inStep, 1
			all[one.out] = one
		}
	}
	return all
}
