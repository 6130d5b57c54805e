package cpu

import (
	"fmt"
	"slices"

	"github.com/gomlx/compute/dtypes"

	"github.com/gopatchwork/patchwork/patchwork/compute/cpu/kernel"
)

// factor is one operand of a product: a batch of matrices [batch, free, contracted] with strides, or a copy that has
// that order.
type factor struct {
	v                       *value
	batch, free, contracted int // sizes
	byBatch, byFree, byK    int // strides
	order                   *copying
}

// joined gives some axes of a value as one axis: its size and stride. ok is false if no single stride does.
func joined(dims, strides, axes []int) (size, stride int, ok bool) {
	size = 1
	for i := len(axes) - 1; i >= 0; i-- {
		a := axes[i]
		if dims[a] == 1 {
			continue
		}
		if size == 1 {
			stride = strides[a]
		} else if strides[a] != stride*size {
			return 0, 0, false
		}
		size *= dims[a]
	}
	return size, stride, true
}

// newFactor finds the strides of an operand, or how to copy it into order.
func newFactor(v *value, contracted, batch []int) factor {
	dims, strides := v.dims(), rowMajor(v.dims())
	var free []int
	for i := range dims {
		if !slices.Contains(contracted, i) && !slices.Contains(batch, i) {
			free = append(free, i)
		}
	}
	f := factor{v: v}
	var ok [3]bool
	f.batch, f.byBatch, ok[0] = joined(dims, strides, batch)
	f.free, f.byFree, ok[1] = joined(dims, strides, free)
	f.contracted, f.byK, ok[2] = joined(dims, strides, contracted)
	if ok == [3]bool{true, true, true} && (f.byK <= 1 || f.byFree <= 1) {
		return f
	}
	var d, s []int
	sizes := [3]int{1, 1, 1}
	for i, axes := range [][]int{batch, free, contracted} {
		for _, a := range axes {
			d, s = append(d, dims[a]), append(s, strides[a])
			sizes[i] *= dims[a]
		}
	}
	f.order = newCopying(d, s, 0, 4)
	f.batch, f.free, f.contracted = sizes[0], sizes[1], sizes[2]
	f.byBatch, f.byFree, f.byK = f.free*f.contracted, f.contracted, 1
	return f
}

// load returns the operand in order. done gives the copy back, if there is one.
func (f *factor) load(r *run) (x []float32, done func(), err error) {
	if f.order == nil {
		return r.f32(f.v), func() {}, nil
	}
	return arranged(r, f.v, f.order)
}

// arranged copies a float32 value into another order.
func arranged(r *run, v *value, order *copying) (x []float32, done func(), err error) {
	m, err := r.backend.memory.take(4 * v.size())
	if err != nil {
		return nil, nil, err
	}
	order.run(r.backend.pool, m.base, r.block(v).base, v.size())
	return floats(m, v.size()), func() { r.backend.memory.put(m) }, nil
}

// dots makes the step of a DotGeneral of float32.
func (p *plan) dots(n *node, s *step) (bool, string) {
	a := n.attr.(*opDotGeneral)
	for _, v := range []*value{n.in[0], n.in[1], n.out[0]} {
		if !v.is(dtypes.Float32) {
			return false, "no kernel for " + v.shape.DType.String()
		}
	}
	if t := a.config.AccumulatorDType; t != dtypes.InvalidDType && t != dtypes.Float32 {
		return false, "no kernel that adds up in " + t.String()
	}
	x, y := newFactor(n.in[0], a.lhsContractingAxes, a.lhsBatchAxes), newFactor(n.in[1], a.rhsContractingAxes, a.rhsBatchAxes)
	g, err := kernel.NewGemm(kernel.GemmShape{
		Batch: x.batch, M: x.free, N: y.free, K: x.contracted,
		ABatch: x.byBatch, ARow: x.byFree, ACol: x.byK,
		BBatch: y.byBatch, BRow: y.byK, BCol: y.byFree,
		CBatch: x.free * y.free, CRow: y.free,
	})
	if err != nil {
		return false, err.Error()
	}
	out := n.out[0]
	s.kind = "DotGeneral"
	s.name = fmt.Sprintf("DotGeneral %d × [%d, %d]·[%d, %d]", x.batch, x.free, x.contracted, y.contracted, y.free)
	t := &tail{unit: y.free, finishes: g.Finishes()}
	s.tail = t
	s.do = func(r *run) error {
		l, doneL, err := x.load(r)
		if err != nil {
			return err
		}
		defer doneL()
		m, doneM, err := y.load(r)
		if err != nil {
			return err
		}
		defer doneM()
		if t.finish != nil {
			g.RunFinished(r.backend.pool, l, m, nil, r.f32(t.finish.out), t.finish.open(r))
			return nil
		}
		q, then := t.open(r)
		g.RunThen(r.backend.pool, l, m, r.f32(out), then)
		return t.close(q)
	}
	return true, ""
}
