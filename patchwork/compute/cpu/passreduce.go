package cpu

import (
	"math"
	"unsafe"

	"github.com/gopatchwork/patchwork/patchwork/compute/cpu/kernel"
)

// reduce adds the values at positions at to at+len(x) to the groups that they belong to. A group that began in an
// earlier chunk collects in the head of this chunk, for combine.
func (q *passRun) reduce(s *sink, x []float32, chunk, begin, at int) {
	r := s.reduce
	out := q.run.f32(s.v)
	for len(x) > 0 {
		g, in := at/r.group, at%r.group
		if in == 0 && r.width == 1 && len(x) >= 2*r.group {
			n := len(x) / r.group
			r.op.rows(out[g:][:n], x, r.group)
			x, at = x[n*r.group:], at+n*r.group
			continue
		}
		n := min(r.group-in, len(x))
		dst := out[g*r.width:][:r.width]
		if g*r.group < begin {
			dst = q.head(s, chunk)
		}
		if in == 0 || at == begin {
			r.op.start(dst)
		}
		r.op.fold(dst, x[:n], in%r.width)
		x, at = x[n:], at+n
	}
}

func (q *passRun) head(s *sink, chunk int) []float32 {
	all := unsafe.Slice((*float32)(q.heads.base), q.pass.heads*(chunk+1))
	return all[chunk*q.pass.heads+s.head:][:s.reduce.width]
}

// combine adds the heads to their groups in the order of the chunks.
func (q *passRun) combine(chunks int) {
	for i := range q.sinks {
		s := &q.sinks[i]
		if s.reduce == nil {
			continue
		}
		for c := 1; c < chunks; c++ {
			if begin := c * q.chunk; begin%s.reduce.group != 0 {
				dst := q.run.f32(s.v)[begin/s.reduce.group*s.reduce.width:][:s.reduce.width]
				s.reduce.op.fold(dst, q.head(s, c), 0)
			}
		}
	}
}

// start fills dst with what changes nothing.
func (op reduceOp) start(dst []float32) {
	v := [...]float32{reduceSum: 0, reduceMax: float32(math.Inf(-1)), reduceMin: float32(math.Inf(1)), reduceProduct: 1}[op]
	for i := range dst {
		dst[i] = v
	}
}

// fold takes x into dst, whose element from belongs to x[0], the next to x[1], and so on around.
func (op reduceOp) fold(dst, x []float32, from int) {
	if len(dst) == 1 {
		var one [1]float32
		op.rows(one[:], x, len(x))
		op.merge(dst, one[:])
		return
	}
	for len(x) > 0 {
		if whole := len(x) / len(dst) * len(dst); from == 0 && whole > 0 {
			op.columns(dst, x[:whole])
			x = x[whole:]
			continue
		}
		n := min(len(dst)-from, len(x))
		op.merge(dst[from:][:n], x[:n])
		x, from = x[n:], 0
	}
}

// merge takes x into dst element by element.
func (op reduceOp) merge(dst, x []float32) {
	kernel.Binary([...]kernel.BinaryOp{reduceSum: kernel.Add, reduceMax: kernel.Max, reduceMin: kernel.Min, reduceProduct: kernel.Mul}[op], dst, dst, x)
}

// columns takes every row of x, as long as dst, into dst.
func (op reduceOp) columns(dst, x []float32) {
	switch op {
	case reduceSum:
		kernel.AddColumns(dst, x)
	case reduceMax:
		kernel.MaxColumns(dst, x)
	case reduceMin:
		kernel.MinColumns(dst, x)
	default:
		for len(x) > 0 {
			op.merge(dst, x[:len(dst)])
			x = x[len(dst):]
		}
	}
}

// rows makes one value of each n of x.
func (op reduceOp) rows(dst, x []float32, n int) {
	switch op {
	case reduceSum:
		kernel.SumRows(dst, x, n)
	case reduceMax:
		kernel.MaxRows(dst, x, n)
	case reduceMin:
		kernel.MinRows(dst, x, n)
	default:
		for i := range dst {
			dst[i] = 1
			for _, v := range x[i*n:][:n] {
				dst[i] *= v
			}
		}
	}
}
