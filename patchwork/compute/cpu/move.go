package cpu

import (
	"github.com/gomlx/compute"
)

// elementBytes is the size of an element, 0 for types of less than a byte.
func elementBytes(v *value) int {
	if v.shape.DType.IsPacked() {
		return 0
	}
	return v.shape.DType.Size()
}

// moves makes the step of an operation that only puts elements to other places.
func (p *plan) moves(n *node, s *step) bool {
	in, out := n.in[0], n.out[0]
	strides := rowMajor(in.dims())
	offset := 0
	to := make([]int, out.shape.Rank())
	switch a := n.attr.(type) {
	case *opTranspose:
		for i, axis := range a.permutation {
			to[i] = strides[axis]
		}
	case *opBroadcastInDim:
		for i, axis := range a.broadcastAxes {
			if in.dims()[i] == out.dims()[axis] {
				to[axis] = strides[i]
			}
		}
	case *opSlice:
		for i := range to {
			step := 1
			if len(a.strides) > 0 && a.strides[i] > 0 {
				step = a.strides[i]
			}
			to[i] = strides[i] * step
			offset += strides[i] * a.starts[i]
		}
	case *opReverse:
		copy(to, strides)
		for _, axis := range a.axes {
			if axis < 0 {
				axis += len(to)
			}
			offset += strides[axis] * (in.dims()[axis] - 1)
			to[axis] = -to[axis]
		}
	default:
		return false
	}
	c := newCopying(out.dims(), to, offset, elementBytes(out))
	if c == nil {
		return false
	}
	s.kind = n.op.String()
	s.do = func(r *run) error {
		c.run(r.backend.pool, r.block(out).base, r.block(in).base, in.size())
		return nil
	}
	if a, is := n.attr.(*opTranspose); is && len(to) > 1 && a.permutation[0] == 0 {
		batch := out.dims()[0]
		one := newCopying(out.dims()[1:], to[1:], 0, elementBytes(out))
		s.portion = func() *portion {
			return &portion{batch: batch, in: n.in, out: n.out, do: func(r *run) error {
				one.run(r.backend.pool, r.block(out).base, r.block(in).base, in.size()/batch)
				return nil
			}}
		}
	}
	return true
}

// concatenates puts the operands into the result, part by part.
func (p *plan) concatenates(n *node, s *step) bool {
	out := n.out[0]
	size := elementBytes(out)
	if size == 0 {
		return false
	}
	axis := n.attr.(*opConcatenate).axis
	outer, inner := product(out.dims()[:axis]), product(out.dims()[axis+1:])*size
	row := out.dims()[axis] * inner
	s.kind = n.op.String()
	s.do = func(r *run) error {
		dst := r.bytes(out)
		at := 0
		for _, v := range n.in {
			width := v.dims()[axis] * inner
			if width == 0 {
				continue
			}
			src := r.bytes(v)
			from := at
			r.backend.pool.For(outer, max(1, 4*copyGrain/width), func(lo, hi int) {
				for i := lo; i < hi; i++ {
					copy(dst[i*row+from:][:width], src[i*width:])
				}
			})
			at += width
		}
		return nil
	}
	return true
}

// pads writes the fill value and then the rows of the operand that remain. Amounts may be negative.
func (p *plan) pads(n *node, s *step) bool {
	in, fill, out := n.in[0], n.in[1], n.out[0]
	size := elementBytes(out)
	if size == 0 {
		return false
	}
	rank := out.shape.Rank()
	if rank == 0 {
		return false
	}
	config := make([]compute.PadAxis, rank)
	copy(config, n.attr.(*opPad).axesConfig)
	id, od := in.dims(), out.dims()
	// Along each axis: position i of the operand goes to start + i·step of the result.
	to := rowMajor(od)
	last := rank - 1
	// The last axis is copied as a row, from the first position inside to the last.
	inner := config[last]
	step := inner.Interior + 1
	lo := 0
	if inner.Start < 0 {
		lo = (-inner.Start + step - 1) / step
	}
	hi := id[last]
	for hi > lo && inner.Start+(hi-1)*step >= od[last] {
		hi--
	}
	rows := product(id[:last])
	s.kind = n.op.String()
	s.do = func(r *run) error {
		dst, src := r.bytes(out), r.bytes(in)
		fillBytes(r, dst, r.bytes(fill)[:size])
		if hi <= lo {
			return nil
		}
		r.backend.pool.For(rows, max(1, copyGrain/(hi-lo)), func(first, end int) {
		next:
			for row := first; row < end; row++ {
				at, rest := 0, row
				for i := last - 1; i >= 0; i-- {
					k := rest%id[i]*(config[i].Interior+1) + config[i].Start
					rest /= id[i]
					if k < 0 || k >= od[i] {
						continue next
					}
					at += k * to[i]
				}
				a := (row*id[last] + lo) * size
				b := (at + inner.Start + lo*step) * size
				if step == 1 {
					copy(dst[b:][:(hi-lo)*size], src[a:])
					continue
				}
				for range hi - lo {
					copy(dst[b:][:size], src[a:])
					a, b = a+size, b+step*size
				}
			}
		})
		return nil
	}
	return true
}

// fillBytes repeats a pattern.
func fillBytes(r *run, dst, pattern []byte) {
	zero := true
	for _, b := range pattern {
		zero = zero && b == 0
	}
	n := len(dst) / len(pattern)
	r.backend.pool.For(n, 1<<18, func(lo, hi int) {
		part := dst[lo*len(pattern) : hi*len(pattern)]
		if zero {
			clear(part)
			return
		}
		done := copy(part, pattern)
		for done < len(part) {
			done += copy(part[done:], part[:done])
		}
	})
}
