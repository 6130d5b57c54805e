package cpu

import (
	"fmt"
	"reflect"
	"runtime"
	"sync"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
)

// buffer is a value that lives outside of a run: an input, a result, a variable.
type buffer struct {
	backend *Backend
	shape   shapes.Shape

	mu    sync.Mutex
	block *block // nil once finalized or donated
}

var _ compute.Buffer = (*buffer)(nil)

// bytesOf is the number of bytes of a value of this shape.
func bytesOf(s shapes.Shape) int { return s.DType.SizeForDimensions(s.Dimensions...) }

// newBuffer makes a buffer with undefined content.
func (b *Backend) newBuffer(s shapes.Shape) (*buffer, error) {
	if b.IsFinalized() {
		return nil, fmt.Errorf("cpu: the backend has been finalized")
	}
	m, err := b.memory.take(bytesOf(s))
	if err != nil {
		return nil, fmt.Errorf("%w (for a value of shape %s)", err, s)
	}
	return b.wrap(s, m), nil
}

// wrap makes a buffer of a block. Tensors are often left to the collector: its memory then comes back by itself.
func (b *Backend) wrap(s shapes.Shape, m *block) *buffer {
	r := &buffer{backend: b, shape: s, block: m}
	runtime.SetFinalizer(r, func(r *buffer) {
		// The slice that Data returned may outlive the buffer, so the block is not used again; it only stops counting.
		if m := r.release(); m != nil {
			r.backend.memory.forget(m)
		}
	})
	return r
}

// release takes the block away from the buffer; nil if it has none any more.
func (r *buffer) release() *block {
	r.mu.Lock()
	defer r.mu.Unlock()
	m := r.block
	r.block = nil
	return m
}

func (r *buffer) Backend() compute.Backend { return r.backend }

// Finalize gives the memory to whoever needs it next. A second call does nothing.
func (r *buffer) Finalize() error {
	if m := r.release(); m != nil {
		runtime.SetFinalizer(r, nil)
		r.backend.memory.put(m)
	}
	return nil
}

func (r *buffer) Shape() (shapes.Shape, error)          { return r.shape, nil }
func (r *buffer) DeviceNum() (compute.DeviceNum, error) { return 0, nil }

func (r *buffer) Data() (any, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.block == nil {
		return nil, fmt.Errorf("cpu: the buffer of shape %s has been finalized or donated", r.shape)
	}
	return flatOf(r.block, r.shape), nil
}

func (r *buffer) ToFlatData(flat any) error {
	data, err := r.Data()
	if err != nil {
		return err
	}
	return copyFlat(flat, data)
}

func (r *buffer) CopyToDevice(n compute.DeviceNum) (compute.Buffer, error) {
	return nil, fmt.Errorf("cpu: there is no device %d; the processor is device 0, and the buffer is there", n)
}

// flatOf returns the content as a slice of the Go type of its dtype. Types of less than a byte are slices of bytes.
func flatOf(m *block, s shapes.Shape) any {
	n := s.Size()
	if n == 0 {
		return dtypes.MakeAnySlice(s.DType, 0)
	}
	return dtypes.UnsafeAnySliceFromBytes(m.base, s.DType, n)
}

// copyFlat copies between slices of the same type and length.
func copyFlat(dst, src any) error {
	d, s := reflect.ValueOf(dst), reflect.ValueOf(src)
	if d.Type() != s.Type() || d.Len() != s.Len() {
		return fmt.Errorf("cpu: cannot copy %d values of %s to %d of %s", s.Len(), s.Type().Elem(), d.Len(), d.Type().Elem())
	}
	reflect.Copy(d, s)
	return nil
}

// BufferFromFlatData copies a flat slice into a new buffer.
//
// Errors: another type or length than shape says; a device other than 0; ErrMemory.
func (b *Backend) BufferFromFlatData(device compute.DeviceNum, flat any, s shapes.Shape) (compute.Buffer, error) {
	r, data, err := b.NewSharedBuffer(device, s)
	if err != nil {
		return nil, err
	}
	if s.Size() == 0 {
		return r, nil
	}
	if t := reflect.TypeOf(flat); t == nil || t.Kind() != reflect.Slice {
		return nil, fmt.Errorf("cpu: a buffer of shape %s is made from a slice of %s, not from %T", s, s.DType.GoStr(), flat)
	}
	if err := copyFlat(data, flat); err != nil {
		return nil, fmt.Errorf("%w: the shape is %s", err, s)
	}
	return r, nil
}

// HasSharedBuffers is true: the memory of a buffer is ordinary memory.
func (b *Backend) HasSharedBuffers() bool { return true }

// NewSharedBuffer makes a buffer of zeros and returns its content as well.
func (b *Backend) NewSharedBuffer(device compute.DeviceNum, s shapes.Shape) (compute.Buffer, any, error) {
	if device != 0 {
		return nil, nil, fmt.Errorf("cpu: there is no device %d; the processor is device 0", device)
	}
	if !s.Ok() || s.IsDynamic() {
		return nil, nil, fmt.Errorf("cpu: a buffer needs a shape whose dimensions are all known; this one is %s", s)
	}
	r, err := b.newBuffer(s.Clone())
	if err != nil {
		return nil, nil, err
	}
	clear(r.block.bytes(bytesOf(s)))
	data, err := r.Data()
	return r, data, err
}
