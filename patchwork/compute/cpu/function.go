package cpu

import (
	"fmt"
	"unsafe"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
)

// function records the operations of the main function or of a closure. Its operations are in ops_gen.go.
type function struct {
	inner    compute.Function
	builder  *builder
	parent   *function
	nodes    []*node
	values   map[compute.Value]*value // by inner value
	params   []*value
	names    []string // of the parameters
	outs     []*value
	returned bool
}

var _ compute.Function = (*function)(nil)

func (f *function) Name() string             { return f.inner.Name() }
func (f *function) Builder() compute.Builder { return f.builder }

func (f *function) Parent() compute.Function {
	if f.parent == nil {
		return nil
	}
	return f.parent
}

func (f *function) Shape(v compute.Value) (shapes.Shape, error) { return f.builder.OpShape(v) }

// own checks that the inputs of an operation are values of this graph.
func (f *function) own(op compute.OpType, in []compute.Value) ([]*value, error) {
	if f.builder.compiled {
		return nil, fmt.Errorf("cpu: %s: the graph %s has been compiled and takes no more operations", op, f.builder.Name())
	}
	r := make([]*value, len(in))
	for i, v := range in {
		x, ok := v.(*value)
		if !ok || x == nil {
			return nil, fmt.Errorf("cpu: %s: input %d is a %T, not a value of this backend", op, i, v)
		}
		r[i] = x
	}
	return r, nil
}

func innerValues(in []*value) []compute.Value {
	r := make([]compute.Value, len(in))
	for i, v := range in {
		r[i] = v.inner
	}
	return r
}

// record gives an operation to the inner function, which checks it, and notes it.
func (f *function) record(op compute.OpType, o operation, inputs []compute.Value) (out []compute.Value, err error) {
	defer catch(&err, op.String())
	in, err := f.own(op, inputs)
	if err != nil {
		return nil, err
	}
	results, err := o.apply(f.inner, innerValues(in))
	if s, ok := o.(shaper); ok && compute.IsNotImplemented(err) {
		results, err = f.placeholders(op, s, in)
	}
	if err != nil {
		return nil, err
	}
	return f.note(op, o, in, results)
}

// placeholders stand in the inner graph for the results of an operation that the inner backend lacks.
func (f *function) placeholders(op compute.OpType, s shaper, in []*value) ([]compute.Value, error) {
	if f.parent != nil || f != f.builder.main {
		return nil, fmt.Errorf("cpu: %s inside a closure or function: %w", op, compute.ErrNotImplemented)
	}
	given := make([]shapes.Shape, len(in))
	for i, v := range in {
		given[i] = v.shape
	}
	outs, err := s.outputShapes(given)
	if err != nil {
		return nil, fmt.Errorf("cpu: %s: %w", op, err)
	}
	results := make([]compute.Value, len(outs))
	for i, shape := range outs {
		name := fmt.Sprintf("%s of node %d, result %d", op, len(f.nodes), i)
		if results[i], err = f.inner.Parameter(name, shape, nil); err != nil {
			return nil, err
		}
	}
	f.builder.missing = op.String()
	return results, nil
}

// note adds a node for inner results. Where the inner builder merged the operation with an earlier one, so do we.
func (f *function) note(op compute.OpType, o operation, in []*value, results []compute.Value) ([]compute.Value, error) {
	out := make([]compute.Value, len(results))
	known := len(results) > 0
	for i, r := range results {
		if v, ok := f.values[r]; ok {
			out[i] = v
		} else {
			known = false
		}
	}
	if known {
		return out, nil
	}
	n := &node{id: len(f.nodes), op: op, attr: o, in: in, function: f}
	for i, r := range results {
		shape, err := f.inner.Shape(r)
		if err != nil {
			return nil, err
		}
		v := &value{node: n, index: i, inner: r, shape: shape}
		f.values[r] = v
		n.out = append(n.out, v)
		out[i] = v
	}
	f.nodes = append(f.nodes, n)
	return out, nil
}

func first(v []compute.Value, err error) (compute.Value, error) {
	if err != nil {
		return nil, err
	}
	return v[0], nil
}

func (f *function) Parameter(name string, s shapes.Shape, sharding *compute.ShardingSpec) (v compute.Value, err error) {
	defer catch(&err, "Parameter "+name)
	if _, err := f.own(compute.OpTypeParameter, nil); err != nil {
		return nil, err
	}
	inner, err := f.inner.Parameter(name, s, sharding)
	if err != nil {
		return nil, err
	}
	if s.IsDynamic() {
		f.builder.wholeBecause("dynamic shapes")
	}
	if v, err = first(f.note(compute.OpTypeParameter, nil, nil, []compute.Value{inner})); err == nil {
		f.params = append(f.params, v.(*value))
		f.names = append(f.names, name)
	}
	return v, err
}

func (f *function) Constant(flat any, dims ...int) (v compute.Value, err error) {
	defer catch(&err, "Constant")
	if _, err := f.own(compute.OpTypeConstant, nil); err != nil {
		return nil, err
	}
	inner, err := f.inner.Constant(flat, dims...)
	if err != nil {
		return nil, err
	}
	v, err = first(f.note(compute.OpTypeConstant, nil, nil, []compute.Value{inner}))
	if err != nil {
		return nil, err
	}
	if c := v.(*value); c.constant == nil {
		c.constant = constantBlock(bytesOf(c.shape))
		copy(c.constant.bytes(bytesOf(c.shape)), dtypes.UnsafeByteSliceFromAny(flat))
	}
	return v, nil
}

// constantBlock is memory outside of the backend's pool: it lives as long as the plan.
func constantBlock(size int) *block {
	raw := make([]uint64, (size+Slack+alignment)/8)
	base := unsafe.Pointer(unsafe.SliceData(raw))
	if off := uintptr(base) % alignment; off != 0 {
		base = unsafe.Add(base, alignment-off)
	}
	return &block{base: base, size: size}
}

func (f *function) Return(outputs []compute.Value, shardings []*compute.ShardingSpec) (err error) {
	defer catch(&err, "Return")
	outs, err := f.own(compute.OpTypeInvalid, outputs)
	if err != nil {
		return err
	}
	if err := f.inner.Return(innerValues(outs), shardings); err != nil {
		return err
	}
	f.outs, f.returned = outs, true
	return nil
}
