package cpu

import (
	"fmt"
	"slices"

	"github.com/gomlx/compute"
)

// Control flow is given to the inner backend operation by operation, with the functions that it calls written there
// again. What is around it runs here.

// opControl is an operation that calls functions. Behind its own inputs stand the values that these functions read from
// the functions around them.
type opControl struct {
	functions []*function
	inputs    int      // of the operation itself
	captured  []*value // in the order of the further inputs
	call      func(f compute.Function, fs []compute.Function, in []compute.Value) ([]compute.Value, error)
}

// apply writes the functions beside f and calls the operation.
func (o *opControl) apply(f compute.Function, inputs []compute.Value) ([]compute.Value, error) {
	known := map[*value]compute.Value{}
	for i, v := range o.captured {
		known[v] = inputs[o.inputs+i]
	}
	fs := make([]compute.Function, len(o.functions))
	for i, g := range o.functions {
		var err error
		if g.parent != nil {
			fs[i], err = f.Closure()
		} else {
			fs[i], err = f.Builder().NewFunction(g.Name())
		}
		if err != nil {
			return nil, err
		}
		if err := g.writeTo(fs[i], known); err != nil {
			return nil, err
		}
	}
	return o.call(f, fs, inputs[:o.inputs])
}

// writeTo writes the operations of a function to an empty one of the inner backend. known has what it reads from the
// functions around it.
func (f *function) writeTo(to compute.Function, known map[*value]compute.Value) error {
	here := map[*value]compute.Value{}
	find := func(v *value) (compute.Value, error) {
		if w, ok := here[v]; ok {
			return w, nil
		}
		if w, ok := known[v]; ok {
			return w, nil
		}
		return nil, fmt.Errorf("cpu: function %s reads a value of %s, which is not known to it", f.Name(), v.node.op)
	}
	for i, p := range f.params {
		w, err := to.Parameter(f.names[i], p.shape, nil)
		if err != nil {
			return err
		}
		here[p] = w
	}
	for _, n := range f.nodes {
		var results []compute.Value
		var err error
		switch {
		case n.op == compute.OpTypeParameter:
			continue
		case n.op == compute.OpTypeConstant:
			var w compute.Value
			w, err = to.Constant(flatOf(n.out[0].constant, n.out[0].shape), n.out[0].dims()...)
			results = []compute.Value{w}
		default:
			in := make([]compute.Value, len(n.in))
			for i, v := range n.in {
				if in[i], err = find(v); err != nil {
					return err
				}
			}
			results, err = n.attr.apply(to, in)
		}
		if err != nil {
			return err
		}
		for i, v := range n.out {
			here[v] = results[i]
		}
	}
	outs := make([]compute.Value, len(f.outs))
	for i, v := range f.outs {
		var err error
		if outs[i], err = find(v); err != nil {
			return err
		}
	}
	return to.Return(outs, nil)
}

// captures returns the values of other functions that f and the functions in it read.
func (f *function) captures() []*value {
	var list []*value
	note := func(v *value) {
		if v.node.function != f && !slices.Contains(list, v) {
			list = append(list, v)
		}
	}
	for _, n := range f.nodes {
		for _, v := range n.in { // those of control flow have what its functions capture
			note(v)
		}
	}
	for _, v := range f.outs {
		note(v)
	}
	return list
}

func (f *function) Closure() (c compute.Function, err error) {
	defer catch(&err, "Closure")
	inner, err := f.inner.Closure()
	if err != nil {
		return nil, err
	}
	return f.builder.wrap(inner, f), nil
}

// control records an operation that calls functions.
func (f *function) control(op compute.OpType, functions []compute.Function, inputs []compute.Value,
	call func(f compute.Function, fs []compute.Function, in []compute.Value) ([]compute.Value, error)) (out []compute.Value, err error) {
	defer catch(&err, op.String())
	in, err := f.own(op, inputs)
	if err != nil {
		return nil, err
	}
	o := &opControl{inputs: len(in), call: call}
	inner := make([]compute.Function, len(functions))
	for i, g := range functions {
		w, ok := g.(*function)
		if !ok || w == nil {
			return nil, fmt.Errorf("cpu: %s: function %d is a %T, not a function of this backend", op, i, g)
		}
		inner[i] = w.inner
		o.functions = append(o.functions, w)
		for _, v := range w.captures() {
			if !slices.Contains(o.captured, v) {
				o.captured = append(o.captured, v)
			}
		}
	}
	results, err := call(f.inner, inner, innerValues(in))
	if err != nil {
		return nil, err
	}
	return f.note(op, o, slices.Concat(in, o.captured), results)
}

func (f *function) Call(g compute.Function, inputs ...compute.Value) ([]compute.Value, error) {
	return f.control(compute.OpTypeCall, []compute.Function{g}, inputs, func(f compute.Function, fs []compute.Function, in []compute.Value) ([]compute.Value, error) {
		return f.Call(fs[0], in...)
	})
}

func (f *function) Sort(comparator compute.Function, axis int, isStable bool, inputs ...compute.Value) ([]compute.Value, error) {
	return f.control(compute.OpTypeSort, []compute.Function{comparator}, inputs, func(f compute.Function, fs []compute.Function, in []compute.Value) ([]compute.Value, error) {
		return f.Sort(fs[0], axis, isStable, in...)
	})
}

func (f *function) While(cond, body compute.Function, state ...compute.Value) ([]compute.Value, error) {
	return f.control(compute.OpTypeWhile, []compute.Function{cond, body}, state, func(f compute.Function, fs []compute.Function, in []compute.Value) ([]compute.Value, error) {
		return f.While(fs[0], fs[1], in...)
	})
}

func (f *function) If(pred compute.Value, yes, no compute.Function) ([]compute.Value, error) {
	return f.control(compute.OpTypeIf, []compute.Function{yes, no}, []compute.Value{pred}, func(f compute.Function, fs []compute.Function, in []compute.Value) ([]compute.Value, error) {
		return f.If(in[0], fs[0], fs[1])
	})
}
