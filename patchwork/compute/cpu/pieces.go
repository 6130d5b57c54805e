package cpu

import (
	"fmt"
	"slices"

	"github.com/gomlx/compute/dtypes"

	"github.com/gopatchwork/patchwork/patchwork/compute/cpu/kernel"
)

// box goes over the positions that two dense values have in common: x and y are steps in elements along each axis.
type box struct{ dims, x, y []int }

// add appends an axis, joined with the one before where they lie behind one another in both values.
func (b *box) add(n, x, y int, join bool) {
	k := len(b.dims) - 1
	switch {
	case n == 1:
	case join && k >= 0 && b.x[k] == x*n && b.y[k] == y*n:
		b.dims[k], b.x[k], b.y[k] = b.dims[k]*n, x, y
	default:
		b.dims, b.x, b.y = append(b.dims, n), append(b.x, x), append(b.y, y)
	}
}

// at returns where position i is, counted with the last axis first.
func (b *box) at(i int) (x, y int) {
	for k := len(b.dims) - 1; k >= 0; k-- {
		x += i % b.dims[k] * b.x[k]
		y += i % b.dims[k] * b.y[k]
		i /= b.dims[k]
	}
	return x, y
}

// pieces is an operand x of which vectors of indices address pieces, all of one size. The pieces lie in order in a
// dense value y: the result of a gather, the updates of a scatter. Rows are pieces of all of the last axes.
type pieces struct {
	read    func(r *run, i int) int
	vectors int
	behind  int // elements between the indices of a vector
	axes    []pieceAxis
	batch   box  // where the piece of a vector begins in y
	outer   box  // the piece, but for the last axis
	run     int  // elements of the last axis
	xs, ys  int  // its steps
	aligned bool // no index moves the last axis
}

// pieceAxis is an axis of x that an index addresses.
type pieceAxis struct{ last, step int } // the largest index; elements from one index to the next

// newPieces says how at addresses pieces of x that lie in y in order. vector is the axis of the index vectors, addressed are
// the axes of x that they stand for, sizes are those of a piece; inX and inY are the axes of x and y along which it
// extends. ok is false where that is not so, and for index types without a reader.
func newPieces(x, at, y *value, vector int, addressed, sizes, inX, inY []int) (w *pieces, ok bool) {
	w = &pieces{read: integers(at), vectors: at.size() / len(addressed), behind: 1, run: 1, xs: 1, ys: 1, aligned: true}
	if w.read == nil || !slices.IsSorted(inY) {
		return nil, false
	}
	if vector < at.shape.Rank() {
		w.behind = product(at.dims()[vector+1:])
	}
	xs, ys := rowMajor(x.dims()), rowMajor(y.dims())
	for i, axis := range addressed {
		if slices.Contains(addressed[:i], axis) {
			return nil, false
		}
		w.axes = append(w.axes, pieceAxis{x.dims()[axis] - sizes[axis], xs[axis]})
	}
	for axis, n := range y.dims() {
		if !slices.Contains(inY, axis) {
			w.batch.add(n, 0, ys[axis], true)
		}
	}
	if product(w.batch.dims) != w.vectors {
		return nil, false
	}
	fixed := false // no index moves the axis before
	for i, axis := range inX {
		moves := slices.Contains(addressed, axis)
		w.outer.add(sizes[axis], xs[axis], ys[inY[i]], fixed && !moves)
		if sizes[axis] > 1 {
			fixed = !moves
		}
	}
	if k := len(w.outer.dims) - 1; k >= 0 {
		w.run, w.xs, w.ys, w.aligned = w.outer.dims[k], w.outer.x[k], w.outer.y[k], fixed
		w.outer = box{w.outer.dims[:k], w.outer.x[:k], w.outer.y[:k]}
	}
	return w, true
}

// first returns where the piece that index vector i addresses begins in x, moved inside if it is not; inside says so.
func (w *pieces) first(r *run, i int) (at int, inside bool) {
	inside = true
	k := i/w.behind*w.behind*len(w.axes) + i%w.behind
	for _, a := range w.axes {
		index := w.read(r, k)
		if index < 0 || index > a.last {
			inside, index = false, max(0, min(index, a.last))
		}
		at += index * a.step
		k += w.behind
	}
	return at, inside
}

// others returns the axes of a value that are not in the list.
func others(rank int, list []int) (rest []int) {
	for axis := range rank {
		if !slices.Contains(list, axis) {
			rest = append(rest, axis)
		}
	}
	return rest
}

// gathers makes the step of a Gather. An index outside takes the nearest piece.
func (p *plan) gathers(n *node, s *step, a *opGather) bool {
	x, at, out := n.in[0], n.in[1], n.out[0]
	size := elementBytes(x)
	if size == 0 || len(a.startIndexMap) == 0 {
		return false
	}
	w, ok := newPieces(x, at, out, a.indexVectorAxis, a.startIndexMap, a.sliceSizes, others(x.shape.Rank(), a.collapsedSliceAxes), a.offsetOutputAxes)
	if !ok {
		return false
	}
	lines := product(w.outer.dims)
	s.do = func(r *run) error {
		dst, src := r.bytes(out), r.bytes(x)
		r.backend.pool.For(w.vectors*lines, max(1, 4*copyGrain/(w.run*size)), func(lo, hi int) {
			for i := lo; i < hi; i++ {
				from, _ := w.first(r, i/lines)
				_, to := w.batch.at(i / lines)
				dx, dy := w.outer.at(i % lines)
				w.copyRun(dst[(to+dy)*size:], src[(from+dx)*size:], size)
			}
		})
		return nil
	}
	return true
}

// copyRun copies the last axis of a piece of elements of a size.
func (w *pieces) copyRun(dst, src []byte, size int) {
	if w.xs == 1 && w.ys == 1 {
		copy(dst[:w.run*size], src)
		return
	}
	for k := range w.run {
		copy(dst[k*w.ys*size:][:size], src[k*w.xs*size:])
	}
}

// scatters makes the step of a scatter: sum, maximum or minimum of an element of the operand and all updates of it, in
// their order.
func (p *plan) scatters(n *node, s *step, op kernel.BinaryOp, vector int, inY, inserted, addressed []int) bool {
	x, at, updates, out := n.in[0], n.in[1], n.in[2], n.out[0]
	inX := others(x.shape.Rank(), inserted)
	if len(addressed) == 0 || len(inX) != len(inY) {
		return false
	}
	sizes := make([]int, x.shape.Rank())
	for i := range sizes {
		sizes[i] = 1
	}
	for i, axis := range inX {
		sizes[axis] = updates.dims()[inY[i]]
	}
	w, ok := newPieces(x, at, updates, vector, addressed, sizes, inX, inY)
	if !ok {
		return false
	}
	if updates.root() != x.root() && at.root() != x.root() {
		s.over = []overlay{{out: out, in: x}}
	}
	c := &scatter{pieces: w, op: op, x: x, at: at, updates: updates, out: out}
	switch x.shape.DType {
	case dtypes.Float32:
		s.do = scatterStep(c, c.combineFloats)
	case dtypes.Float64:
		s.do = scatterStep(c, combine[float64](c))
	case dtypes.Int32:
		s.do = scatterStep(c, combine[int32](c))
	case dtypes.Int64:
		s.do = scatterStep(c, combine[int64](c))
	case dtypes.Uint8:
		s.do = scatterStep(c, combine[uint8](c))
	default:
		return false
	}
	return true
}

// scatter is a scatter of one of the three kinds.
type scatter struct {
	*pieces
	op                  kernel.BinaryOp
	x, at, updates, out *value
}

// scatterStep goes over the pieces. combineRun combines columns lo to hi of the last axis of one, dst[0] and src[0] being
// column 0.
func scatterStep[T any](c *scatter, combineRun func(dst, src []T, lo, hi int)) stepFunc {
	// Every worker takes some columns of all pieces, so that the order of the updates is kept.
	grain := c.run
	if c.aligned {
		grain = max(64, (c.run+15)/16)
	}
	lines := product(c.outer.dims)
	return func(r *run) error {
		for i := range c.vectors {
			if _, inside := c.first(r, i); !inside {
				return fmt.Errorf("index vector %d of %s addresses a piece outside of %s", i, c.at.shape, c.x.shape)
			}
		}
		dst, src := slice[T](r, c.out), slice[T](r, c.updates)
		if r.block(c.out) != r.block(c.x) {
			copy(dst, slice[T](r, c.x))
		}
		r.backend.pool.For(c.run, grain, func(lo, hi int) {
			for i := range c.vectors {
				to, _ := c.first(r, i)
				_, from := c.batch.at(i)
				for line := range lines {
					dx, dy := c.outer.at(line)
					combineRun(dst[to+dx:], src[from+dy:], lo, hi)
				}
			}
		})
		return nil
	}
}

func (c *scatter) combineFloats(dst, src []float32, lo, hi int) {
	if c.xs == 1 && c.ys == 1 {
		kernel.Binary(c.op, dst[lo:hi], dst[lo:hi], src[lo:hi])
		return
	}
	combine[float32](c)(dst, src, lo, hi)
}

func combine[T ~float32 | ~float64 | ~int32 | ~int64 | ~uint8](c *scatter) func(dst, src []T, lo, hi int) {
	return func(dst, src []T, lo, hi int) {
		for k := lo; k < hi; k++ {
			at, v := k*c.xs, src[k*c.ys]
			switch c.op {
			case kernel.Max:
				dst[at] = max(dst[at], v)
			case kernel.Min:
				dst[at] = min(dst[at], v)
			default:
				dst[at] += v
			}
		}
	}
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
