package cpu

import (
	"fmt"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/shapes"
)

// builder records a computation and builds the same on the inner backend.
type builder struct {
	backend   *Backend
	inner     compute.Builder
	main      *function
	functions map[compute.Function]*function // by inner function
	whole     string                         // why the graph must run on the inner backend as a whole; "" if it need not
	missing   string                         // an operation that the inner backend lacks, if the graph has one
	compiled  bool
}

var _ compute.Builder = (*builder)(nil)

func (b *builder) Name() string { return b.inner.Name() }

func (b *builder) wrap(f compute.Function, parent *function) *function {
	if w, ok := b.functions[f]; ok {
		return w
	}
	w := &function{inner: f, builder: b, parent: parent, values: map[compute.Value]*value{}}
	b.functions[f] = w
	return w
}

func (b *builder) Main() compute.Function {
	if b.main == nil {
		b.main = b.wrap(b.inner.Main(), nil)
	}
	return b.main
}

func (b *builder) NewFunction(name string) (compute.Function, error) {
	f, err := b.inner.NewFunction(name)
	if err != nil {
		return nil, err
	}
	return b.wrap(f, nil), nil
}

// wholeBecause notes the first reason to run the graph on the inner backend.
func (b *builder) wholeBecause(reason string) {
	if b.whole == "" {
		b.whole = reason
	}
}

func (b *builder) OpShape(v compute.Value) (shapes.Shape, error) {
	x, ok := v.(*value)
	if !ok || x == nil {
		return shapes.Invalid(), fmt.Errorf("cpu: %T is not a value of this backend", v)
	}
	return x.shape, nil
}

func (b *builder) DistributedSPMD(n int) error {
	if n != 1 {
		return fmt.Errorf("cpu: %d devices were asked for; the processor is one device", n)
	}
	return nil
}

func (b *builder) DistributedAutoSharding(m ...compute.Mesh) error {
	return b.inner.DistributedAutoSharding(m...)
}

func (b *builder) DeviceAssignment(d ...compute.DeviceNum) error {
	return b.inner.DeviceAssignment(d...)
}

// Compile makes the plan. The builder cannot be used afterwards.
func (b *builder) Compile() (e compute.Executable, err error) {
	defer catch(&err, "compiling "+b.Name())
	if b.compiled {
		return nil, fmt.Errorf("cpu: %s has been compiled already", b.Name())
	}
	if b.main == nil || !b.main.returned {
		return nil, fmt.Errorf("cpu: %s has no results; call Return of its main function before Compile", b.Name())
	}
	if b.backend.options.InnerOnly && b.missing == "" {
		b.wholeBecause("option inner")
	}
	if b.whole == "" {
		b.compiled = true
		return newExecutable(b)
	}
	if b.missing != "" {
		return nil, fmt.Errorf("cpu: %s cannot be used in a graph with %s", b.missing, b.whole)
	}
	inner, err := b.inner.Compile()
	if err != nil {
		return nil, err
	}
	b.compiled = true
	return &wholeExecutable{backend: b.backend, inner: inner}, nil
}
