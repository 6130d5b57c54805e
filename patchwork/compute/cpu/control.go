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
	return o.write(f, inputs, map[*function]compute.Function{})
}

// write does what apply says. named has the functions that have a name and are written already: each is written once,
// however often it is called.
func (o *opControl) write(f compute.Function, inputs []compute.Value, named map[*function]compute.Function) ([]compute.Value, error) {
	known := map[*value]compute.Value{}
	for i, v := range o.captured {
		known[v] = inputs[o.inputs+i]
	}
	fs := make([]compute.Function, len(o.functions))
	for i, g := range o.functions {
		var err error
		if g.parent != nil {
			fs[i], err = f.Closure()
		} else if named[g] != nil {
			fs[i] = named[g]
			continue
		} else {
			fs[i], err = f.Builder().NewFunction(g.Name())
			named[g] = fs[i]
		}
		if err != nil {
			return nil, err
		}
		if err := g.writeTo(fs[i], known, named); err != nil {
			return nil, err
		}
	}
	return o.call(f, fs, inputs[:o.inputs])
}

// writeTo writes the operations that the results of a function need to an empty one of the inner backend. known has what
// it reads from the functions around it.
func (f *function) writeTo(to compute.Function, known map[*value]compute.Value, named map[*function]compute.Function) error {
	here := map[*value]compute.Value{}
	find := func(list []*value) ([]compute.Value, error) {
		found := make([]compute.Value, len(list))
		for i, v := range list {
			w, ok := here[v]
			if !ok {
				if w, ok = known[v]; !ok {
					return nil, fmt.Errorf("cpu: function %q reads a value of %s that is not known to it", f.Name(), v.node.op)
				}
			}
			found[i] = w
		}
		return found, nil
	}
	for i, p := range f.params {
		w, err := to.Parameter(f.names[i], p.shape, nil)
		if err != nil {
			return err
		}
		here[p] = w
	}
	for _, n := range f.needed() {
		if n.op == compute.OpTypeParameter {
			continue
		}
		in, err := find(n.in)
		if err != nil {
			return err
		}
		var results []compute.Value
		if n.op == compute.OpTypeConstant {
			c := n.out[0]
			results = make([]compute.Value, 1)
			results[0], err = to.Constant(flatOf(c.constant, c.shape), c.dims()...)
		} else if o, ok := n.attr.(*opControl); ok {
			results, err = o.write(to, in, named)
		} else {
			results, err = n.attr.apply(to, in)
		}
		if err != nil {
			return err
		}
		for i, v := range n.out {
			here[v] = results[i]
		}
	}
	outs, err := find(f.outs)
	if err != nil {
		return err
	}
	for i := range outs { // the inner backend computes a result once, and misses it the second time
		for slices.Contains(outs[:i], outs[i]) {
			if outs[i], err = to.Identity(outs[i]); err != nil {
				return err
			}
		}
	}
	return to.Return(outs, nil)
}

// needed returns the nodes of f that its results need, inputs first.
func (f *function) needed() []*node {
	live := map[*node]bool{}
	for _, v := range f.outs {
		live[v.node] = true
	}
	var list []*node
	for _, n := range slices.Backward(f.nodes) {
		if !live[n] {
			continue
		}
		list = append(list, n)
		for _, v := range n.in {
			live[v.node] = true
		}
	}
	slices.Reverse(list)
	return list
}

// captures returns the values of other functions that f and the functions in it read.
func (f *function) captures() []*value {
	var list []*value
	note := func(v *value) {
		if v.node.function != f && !slices.Contains(list, v) {
			list = append(list, v)
		}
	}
	for _, n := range f.needed() {
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
