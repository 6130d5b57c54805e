package cpu

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
)

// integers returns a reader of an integer value, nil if it is of another type.
func integers(v *value) func(r *run, i int) int {
	switch v.shape.DType {
	case dtypes.Int32:
		return func(r *run, i int) int { return int(slice[int32](r, v)[i]) }
	case dtypes.Int64:
		return func(r *run, i int) int { return int(slice[int64](r, v)[i]) }
	case dtypes.Int8:
		return func(r *run, i int) int { return int(slice[int8](r, v)[i]) }
	case dtypes.Int16:
		return func(r *run, i int) int { return int(slice[int16](r, v)[i]) }
	case dtypes.Uint8:
		return func(r *run, i int) int { return int(slice[uint8](r, v)[i]) }
	case dtypes.Uint16:
		return func(r *run, i int) int { return int(slice[uint16](r, v)[i]) }
	case dtypes.Uint32:
		return func(r *run, i int) int { return int(slice[uint32](r, v)[i]) }
	case dtypes.Uint64:
		return func(r *run, i int) int { return int(slice[uint64](r, v)[i]) }
	}
	return nil
}

// starts checks the scalars that say where a dynamic slice begins.
func starts(at []shapes.Shape, rank int) error {
	if len(at) != rank {
		return fmt.Errorf("%d start indices are given for %d axes", len(at), rank)
	}
	for i, s := range at {
		if !s.IsScalar() || !s.DType.IsInt() {
			return fmt.Errorf("start index %d is %s; want an integer scalar", i, s)
		}
	}
	return nil
}

func (o *opDynamicSlice) outputShapes(in []shapes.Shape) ([]shapes.Shape, error) {
	x := in[0]
	if err := starts(in[1:], x.Rank()); err != nil {
		return nil, err
	}
	if len(o.sliceDims) != x.Rank() {
		return nil, fmt.Errorf("the slice has dimensions %v; want one for each axis of %s", o.sliceDims, x)
	}
	for i, d := range o.sliceDims {
		if d < 0 || d > x.Dimensions[i] {
			return nil, fmt.Errorf("a slice of dimensions %v does not fit into %s", o.sliceDims, x)
		}
	}
	return []shapes.Shape{shapes.Make(x.DType, o.sliceDims...)}, nil
}

func (o *opDynamicUpdateSlice) outputShapes(in []shapes.Shape) ([]shapes.Shape, error) {
	x, update := in[0], in[1]
	if err := starts(in[2:], x.Rank()); err != nil {
		return nil, err
	}
	if update.Rank() != x.Rank() || update.DType != x.DType {
		return nil, fmt.Errorf("an update of shape %s does not fit into %s", update, x)
	}
	for i, d := range update.Dimensions {
		if d > x.Dimensions[i] {
			return nil, fmt.Errorf("an update of shape %s does not fit into %s", update, x)
		}
	}
	return []shapes.Shape{x.Clone()}, nil
}

// origin reads the start indices and moves them until a part of the given dimensions lies inside.
func origin(r *run, read []func(r *run, i int) int, dims, part []int, at []int) {
	for i := range at {
		at[i] = max(0, min(read[i](r, 0), dims[i]-part[i]))
	}
}

func readers(at []*value) []func(r *run, i int) int {
	list := make([]func(r *run, i int) int, len(at))
	for i, v := range at {
		if list[i] = integers(v); list[i] == nil {
			return nil
		}
	}
	return list
}

// slicesAt makes the step of a DynamicSlice.
func (p *plan) slicesAt(n *node, s *step) bool {
	x, out := n.in[0], n.out[0]
	read, size := readers(n.in[1:]), elementBytes(x)
	strides := rowMajor(x.dims())
	c := newCopying(out.dims(), strides, 0, size)
	if read == nil || c == nil {
		return false
	}
	s.do = func(r *run) error {
		at := make([]int, len(read))
		origin(r, read, x.dims(), out.dims(), at)
		moved := *c
		for i, k := range at {
			moved.offset += k * strides[i]
		}
		moved.run(r.backend.pool, r.block(out).base, r.block(x).base, x.size())
		return nil
	}
	return true
}

// updatesAt makes the step of a DynamicUpdateSlice.
func (p *plan) updatesAt(n *node, s *step) bool {
	x, update, out := n.in[0], n.in[1], n.out[0]
	read, size := readers(n.in[2:]), elementBytes(x)
	rank := x.shape.Rank()
	if read == nil || size == 0 || rank == 0 {
		return false
	}
	strides := rowMajor(x.dims())
	row := update.dims()[rank-1]
	s.over = []overlay{{out: out, in: x}}
	s.do = func(r *run) error {
		dst, src := r.bytes(out), r.bytes(update)
		if r.block(out) != r.block(x) {
			copy(dst, r.bytes(x))
		}
		at := make([]int, rank)
		origin(r, read, x.dims(), update.dims(), at)
		for k := range update.size() / row {
			to, rest := at[rank-1], k
			for i := rank - 2; i >= 0; i-- {
				to += (at[i] + rest%update.dims()[i]) * strides[i]
				rest /= update.dims()[i]
			}
			copy(dst[to*size:][:row*size], src[k*row*size:])
		}
		return nil
	}
	return true
}

// counts makes the step of an Iota.
func (p *plan) counts(n *node, s *step, axis int) bool {
	out := n.out[0]
	switch out.shape.DType {
	case dtypes.Float32:
		s.do = countStep[float32](out, axis)
	case dtypes.Float64:
		s.do = countStep[float64](out, axis)
	case dtypes.Int32:
		s.do = countStep[int32](out, axis)
	case dtypes.Int64:
		s.do = countStep[int64](out, axis)
	case dtypes.Uint8:
		s.do = countStep[uint8](out, axis)
	default:
		return false
	}
	return true
}

func countStep[T ~float32 | ~float64 | ~int32 | ~int64 | ~uint8](out *value, axis int) stepFunc {
	size, inner := out.dims()[axis], product(out.dims()[axis+1:])
	return func(r *run) error {
		dst := slice[T](r, out)
		for i := range dst {
			dst[i] = T(i / inner % size)
		}
		return nil
	}
}

// draws makes the step of an RNGBitGenerator. It gives the bits that GoMLX's Go backend gives: those of math/rand/v2's
// PCG, eight bytes of each number, lowest first.
func (p *plan) draws(n *node, s *step) bool {
	state, next, out := n.in[0], n.out[0], n.out[1]
	if !state.is(dtypes.Uint64) || state.size() < 2 || out.shape.DType.IsPacked() {
		return false
	}
	s.do = func(r *run) error {
		from := slice[uint64](r, state)
		pcg := rand.NewPCG(from[0], from[1])
		dst := r.bytes(out)
		for len(dst) >= 8 {
			binary.LittleEndian.PutUint64(dst, pcg.Uint64())
			dst = dst[8:]
		}
		if len(dst) > 0 {
			var last [8]byte
			binary.LittleEndian.PutUint64(last[:], pcg.Uint64())
			copy(dst, last[:])
		}
		var text [20]byte
		mark, err := pcg.AppendBinary(text[:0]) // "pcg:" and the two halves of the state, highest byte first
		if err != nil || len(mark) != 20 {
			return fmt.Errorf("the state of the random numbers cannot be read: %v", err)
		}
		to := slice[uint64](r, next)
		copy(to, from)
		// GoMLX's Go backend keeps the halves with their bytes the other way round; so do we, to draw the same numbers.
		to[0], to[1] = binary.LittleEndian.Uint64(mark[4:]), binary.LittleEndian.Uint64(mark[12:])
		return nil
	}
	return true
}

var _ = []shaper{(*opDynamicSlice)(nil), (*opDynamicUpdateSlice)(nil), (*opSelectAndScatterMax)(nil), (*opSelectAndScatterMin)(nil)}
