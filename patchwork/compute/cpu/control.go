package cpu

import (
	"fmt"

	"github.com/gomlx/compute"
)

// Control flow is given to the inner backend; a graph that has any runs there as a whole.

func (f *function) Closure() (c compute.Function, err error) {
	defer catch(&err, "Closure")
	inner, err := f.inner.Closure()
	if err != nil {
		return nil, err
	}
	f.builder.wholeBecause("a closure")
	return f.builder.wrap(inner, f), nil
}

// control notes the results of an operation that calls functions.
func (f *function) control(op compute.OpType, functions []compute.Function, inputs []compute.Value,
	call func(fs []compute.Function, in []compute.Value) ([]compute.Value, error)) (out []compute.Value, err error) {
	defer catch(&err, op.String())
	in, err := f.own(op, inputs)
	if err != nil {
		return nil, err
	}
	fs := make([]compute.Function, len(functions))
	for i, g := range functions {
		w, ok := g.(*function)
		if !ok || w == nil {
			return nil, fmt.Errorf("cpu: %s: function %d is a %T, not a function of this backend", op, i, g)
		}
		fs[i] = w.inner
	}
	results, err := call(fs, innerValues(in))
	if err != nil {
		return nil, err
	}
	f.builder.wholeBecause(op.String())
	return f.note(op, nil, in, results)
}

func (f *function) Call(g compute.Function, inputs ...compute.Value) ([]compute.Value, error) {
	return f.control(compute.OpTypeCall, []compute.Function{g}, inputs, func(fs []compute.Function, in []compute.Value) ([]compute.Value, error) {
		return f.inner.Call(fs[0], in...)
	})
}

func (f *function) Sort(comparator compute.Function, axis int, isStable bool, inputs ...compute.Value) ([]compute.Value, error) {
	return f.control(compute.OpTypeSort, []compute.Function{comparator}, inputs, func(fs []compute.Function, in []compute.Value) ([]compute.Value, error) {
		return f.inner.Sort(fs[0], axis, isStable, in...)
	})
}

func (f *function) While(cond, body compute.Function, state ...compute.Value) ([]compute.Value, error) {
	return f.control(compute.OpTypeWhile, []compute.Function{cond, body}, state, func(fs []compute.Function, in []compute.Value) ([]compute.Value, error) {
		return f.inner.While(fs[0], fs[1], in...)
	})
}

func (f *function) If(pred compute.Value, yes, no compute.Function) ([]compute.Value, error) {
	return f.control(compute.OpTypeIf, []compute.Function{yes, no}, []compute.Value{pred}, func(fs []compute.Function, in []compute.Value) ([]compute.Value, error) {
		return f.inner.If(in[0], fs[0], fs[1])
	})
}
