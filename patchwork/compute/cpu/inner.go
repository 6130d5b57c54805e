package cpu

import (
	"fmt"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
)

// single is an executable of the inner backend that holds one operation.
type single struct {
	backend *Backend
	exec    compute.Executable
	in, out []shapes.Shape
}

// newSingle compiles one node for the inner backend.
func (b *Backend) newSingle(n *node) (s *single, err error) {
	defer catch(&err, "compiling "+n.op.String()+" for the inner backend")
	builder := b.inner.Builder(n.op.String())
	f := builder.Main()
	s = &single{backend: b}
	in := make([]compute.Value, len(n.in))
	for i, v := range n.in {
		if in[i], err = f.Parameter(fmt.Sprintf("x%d", i), v.shape, nil); err != nil {
			return nil, err
		}
		s.in = append(s.in, v.shape)
	}
	out, err := n.attr.apply(f, in)
	if err != nil {
		return nil, err
	}
	for _, v := range n.out {
		s.out = append(s.out, v.shape)
	}
	if err := f.Return(out, nil); err != nil {
		return nil, err
	}
	s.exec, err = builder.Compile()
	return s, err
}

// run copies the inputs to the inner backend and its results back.
func (s *single) run(in, out []*block) (err error) {
	defer catch(&err, "the inner backend")
	buffers := make([]compute.Buffer, len(in))
	for i, m := range in {
		if buffers[i], err = s.backend.inner.BufferFromFlatData(0, flatOf(m, s.in[i]), s.in[i]); err != nil {
			return err
		}
	}
	results, err := s.exec.Execute(buffers, nil, 0)
	if err != nil {
		return err
	}
	for i, r := range results {
		if err := copyBack(out[i], s.out[i], r); err != nil {
			return err
		}
		if err := r.Finalize(); err != nil {
			return err
		}
	}
	return nil
}

// copyBack copies the content of an inner buffer.
func copyBack(dst *block, s shapes.Shape, from compute.Buffer) error {
	flat, err := from.Data()
	if err != nil {
		return err
	}
	copy(dst.bytes(bytesOf(s)), dtypes.UnsafeByteSliceFromAny(flat))
	return nil
}

// wholeExecutable runs a complete graph on the inner backend. Only its buffers are ours.
type wholeExecutable struct {
	backend *Backend
	inner   compute.Executable
}

func (e *wholeExecutable) Finalize()                          { e.inner.Finalize() }
func (e *wholeExecutable) Inputs() ([]string, []shapes.Shape) { return e.inner.Inputs() }
func (e *wholeExecutable) Outputs() []shapes.Shape            { return e.inner.Outputs() }

func (e *wholeExecutable) Execute(inputs []compute.Buffer, donate []bool, device compute.DeviceNum) (out []compute.Buffer, err error) {
	defer catch(&err, "the inner backend")
	in, err := e.backend.ownBuffers(inputs)
	if err != nil {
		return nil, err
	}
	buffers := make([]compute.Buffer, len(in))
	for i, b := range in {
		flat, err := b.Data()
		if err != nil {
			return nil, err
		}
		if buffers[i], err = e.backend.inner.BufferFromFlatData(0, flat, b.shape); err != nil {
			return nil, err
		}
	}
	results, err := e.inner.Execute(buffers, nil, device)
	if err != nil {
		return nil, err
	}
	for _, r := range results {
		s, err := r.Shape()
		if err != nil {
			return nil, err
		}
		b, err := e.backend.newBuffer(s.Clone())
		if err != nil {
			return nil, err
		}
		if err := copyBack(b.block, s, r); err != nil {
			return nil, err
		}
		out = append(out, b)
		if err := r.Finalize(); err != nil {
			return nil, err
		}
	}
	for i, b := range in {
		if i < len(donate) && donate[i] {
			if err := b.Finalize(); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// ownBuffers checks that buffers belong to this backend.
func (b *Backend) ownBuffers(inputs []compute.Buffer) ([]*buffer, error) {
	r := make([]*buffer, len(inputs))
	for i, in := range inputs {
		own, ok := in.(*buffer)
		if !ok || own == nil {
			return nil, fmt.Errorf("cpu: input %d is a %T of another backend; copy its values with BufferFromFlatData", i, in)
		}
		if own.backend != b {
			return nil, fmt.Errorf("cpu: input %d belongs to another instance of this backend; copy its values with BufferFromFlatData", i)
		}
		r[i] = own
	}
	return r, nil
}
