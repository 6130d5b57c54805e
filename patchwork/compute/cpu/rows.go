package cpu

import (
	"fmt"

	"github.com/gomlx/compute/dtypes"

	"github.com/gopatchwork/patchwork/patchwork/compute/cpu/kernel"
)

// indexed is an operand whose rows, all of its last axes, are addressed by vectors of indices along its first axes.
type indexed struct {
	axes     []int // sizes of the first axes
	row      int   // elements of a row
	at       *value
	read     func(r *run, i int) int
	vectors  int
	vectorOf int // indices of a vector
}

// indexes returns how at addresses the rows of x; ok is false where it does so in another way. vector is the axis of the
// index vectors, addressed are the axes of x that they stand for, in order.
func indexes(x, at *value, vector int, addressed []int) (d indexed, ok bool) {
	k := len(addressed)
	d = indexed{at: at, read: integers(at), vectorOf: k}
	if d.read == nil || k == 0 || k > x.shape.Rank() {
		return d, false
	}
	for i, axis := range addressed {
		if axis != i {
			return d, false
		}
	}
	switch rank := at.shape.Rank(); {
	case vector == rank && k == 1:
	case vector == rank-1 && at.dims()[vector] == k:
	default:
		return d, false
	}
	d.axes, d.row = x.dims()[:k], product(x.dims()[k:])
	d.vectors = at.size() / k
	return d, true
}

// first returns the number of the row that index vector i addresses and whether it is inside; clamped to it, if not.
func (d *indexed) first(r *run, i int) (row int, inside bool) {
	inside = true
	for k, size := range d.axes {
		at := d.read(r, i*d.vectorOf+k)
		if at < 0 || at >= size {
			inside, at = false, max(0, min(at, size-1))
		}
		row = row*size + at
	}
	return row, inside
}

// lastAxes reports whether axes are the last ones of a value of that rank, in order.
func lastAxes(axes []int, rank int) bool {
	for i, axis := range axes {
		if axis != rank-len(axes)+i {
			return false
		}
	}
	return true
}

// gathers makes the step of a Gather of whole rows. An index outside takes the nearest row.
func (p *plan) gathers(n *node, s *step, a *opGather) bool {
	x, at, out := n.in[0], n.in[1], n.out[0]
	size := elementBytes(x)
	d, ok := indexes(x, at, a.indexVectorAxis, a.startIndexMap)
	if size == 0 || !ok || len(a.collapsedSliceAxes) != d.vectorOf || !lastAxes(a.offsetOutputAxes, out.shape.Rank()) {
		return false
	}
	for i, n := range a.sliceSizes {
		if i < d.vectorOf && (a.collapsedSliceAxes[i] != i || n != 1) || i >= d.vectorOf && n != x.dims()[i] {
			return false
		}
	}
	row := d.row * size
	s.do = func(r *run) error {
		dst, src := r.bytes(out), r.bytes(x)
		r.backend.pool.For(d.vectors, max(1, 4*copyGrain/max(row, 1)), func(lo, hi int) {
			for i := lo; i < hi; i++ {
				k, _ := d.first(r, i)
				copy(dst[i*row:][:row], src[k*row:])
			}
		})
		return nil
	}
	return true
}

// scatters makes the step of a scatter of whole rows of float32: sum, maximum or minimum of the operand's row and all
// updates of it, in their order.
func (p *plan) scatters(n *node, s *step, op kernel.BinaryOp, vector int, windows, inserted, addressed []int) bool {
	x, at, updates, out := n.in[0], n.in[1], n.in[2], n.out[0]
	d, ok := indexes(x, at, vector, addressed)
	if !ok || !x.is(dtypes.Float32) || !updates.is(dtypes.Float32) || len(inserted) != d.vectorOf || len(windows) != x.shape.Rank()-d.vectorOf ||
		!lastAxes(windows, updates.shape.Rank()) || updates.size() != d.vectors*d.row {
		return false
	}
	for i, axis := range inserted {
		if axis != i {
			return false
		}
	}
	if updates.root() != x.root() && at.root() != x.root() {
		s.over = []overlay{{out: out, in: x}}
	}
	s.do = func(r *run) error {
		dst, src := r.f32(out), r.f32(updates)
		if r.block(out) != r.block(x) {
			copy(dst, r.f32(x))
		}
		for i := range d.vectors {
			if _, inside := d.first(r, i); !inside {
				return fmt.Errorf("index vector %d of %s is outside of the %v rows of %s", i, at.shape, d.axes, x.shape)
			}
		}
		// Every worker takes some columns of all rows, so that the order of the updates is kept.
		r.backend.pool.For(d.row, max(64, (d.row+15)/16), func(lo, hi int) {
			for i := range d.vectors {
				k, _ := d.first(r, i)
				to := dst[k*d.row+lo : k*d.row+hi]
				kernel.Binary(op, to, to, src[i*d.row+lo:][:hi-lo])
			}
		})
		return nil
	}
	return true
}

// scatterOf gives the step of any of the three scatters its kernel.
func (p *plan) scatterOf(n *node, s *step) bool {
	switch a := n.attr.(type) {
	case *opScatterSum:
		return p.scatters(n, s, kernel.Add, a.indexVectorAxis, a.updateWindowAxes, a.insertedWindowAxes, a.scatterAxesToOperandAxes)
	case *opScatterMax:
		return p.scatters(n, s, kernel.Max, a.indexVectorAxis, a.updateWindowAxes, a.insertedWindowAxes, a.scatterAxesToOperandAxes)
	case *opScatterMin:
		return p.scatters(n, s, kernel.Min, a.indexVectorAxis, a.updateWindowAxes, a.insertedWindowAxes, a.scatterAxesToOperandAxes)
	}
	return false
}
