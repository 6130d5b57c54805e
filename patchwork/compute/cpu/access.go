package cpu

// access says which element of an operand belongs to each position of a pass over the elements of a larger shape: a
// position is a number with one digit per run of axes, and the element's number has the digits of the kept runs.
type access struct {
	runs []digits
}

// digits is a run of neighbouring axes that are all kept or all left out.
type digits struct {
	n    int
	keep bool
}

// newAccess merges axes into runs; axes of size 1 do not count.
func newAccess(dims []int, keep []bool) access {
	var a access
	for i, d := range dims {
		if d == 1 {
			continue
		}
		if k := len(a.runs) - 1; k >= 0 && a.runs[k].keep == keep[i] {
			a.runs[k].n *= d
		} else {
			a.runs = append(a.runs, digits{d, keep[i]})
		}
	}
	return a
}

// full: position i reads element i.
func (a access) full() bool {
	return len(a.runs) == 0 || len(a.runs) == 1 && a.runs[0].keep
}

// scalar: every position reads element 0.
func (a access) scalar() bool {
	return len(a.runs) == 1 && !a.runs[0].keep
}

// period: position i reads element i modulo period. It is 0 if there is no such number.
func (a access) period() int {
	if len(a.runs) == 2 && a.runs[1].keep {
		return a.runs[1].n
	}
	return 0
}

func (a access) equal(b access) bool {
	if len(a.runs) != len(b.runs) {
		return false
	}
	for i := range a.runs {
		if a.runs[i] != b.runs[i] {
			return false
		}
	}
	return true
}

// broadcastAccess is the access of an operand of dimensions d in an operation of dimensions dims, by the rule that axes
// of size 1 and scalars are repeated. ok is false where it does not fit.
func broadcastAccess(dims, d []int) (a access, ok bool) {
	keep := make([]bool, len(dims))
	size := 1
	for _, n := range d {
		size *= n
	}
	if size == 1 {
		return newAccess(dims, keep), true
	}
	if len(d) != len(dims) {
		return a, false
	}
	for i := range d {
		keep[i] = d[i] == dims[i]
		if !keep[i] && d[i] != 1 {
			return a, false
		}
	}
	return newAccess(dims, keep), true
}

// spread writes what positions at to at+len(dst) read.
func spread[T any](dst []float32, src []T, a access, at int, convert func(T) float32) {
	if len(a.runs) == 0 {
		for i := range dst {
			dst[i] = convert(src[min(at+i, len(src)-1)])
		}
		return
	}
	last := a.runs[len(a.runs)-1]
	row, in := at/last.n, at%last.n
	for len(dst) > 0 {
		base := a.element(row)
		n := min(last.n-in, len(dst))
		if last.keep {
			for i, v := range src[base*last.n+in:][:n] {
				dst[i] = convert(v)
			}
		} else {
			v := convert(src[base])
			for i := range dst[:n] {
				dst[i] = v
			}
		}
		dst, row, in = dst[n:], row+1, 0
	}
}

// spread32 is spread without conversion.
func spread32(dst, src []float32, a access, at int) {
	last := a.runs[len(a.runs)-1]
	row, in := at/last.n, at%last.n
	for len(dst) > 0 {
		base := a.element(row)
		n := min(last.n-in, len(dst))
		if last.keep {
			copy(dst[:n], src[base*last.n+in:])
		} else {
			fill(dst[:n], src[base])
		}
		dst, row, in = dst[n:], row+1, 0
	}
}

// fill writes v everywhere.
func fill(dst []float32, v float32) {
	n := min(16, len(dst))
	for i := range dst[:n] {
		dst[i] = v
	}
	for ; n > 0 && n < len(dst); n *= 2 {
		copy(dst[n:], dst[:n])
	}
}

// element is the number with the kept digits of row, which has all digits but those of the last run.
func (a access) element(row int) int {
	at, scale := 0, 1
	for i := len(a.runs) - 2; i >= 0; i-- {
		d := a.runs[i]
		if d.keep {
			at += row % d.n * scale
			scale *= d.n
		}
		row /= d.n
	}
	return at
}
