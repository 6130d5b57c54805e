package cpu

import (
	"fmt"
	"slices"
	"sync"
	"time"
	"unsafe"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/shapes"
)

// executable runs the steps of a plan. Several goroutines may run it at the same time.
type executable struct {
	backend *Backend
	plan    *plan
	name    string

	mu   sync.Mutex
	idle []*run
}

var _ compute.Executable = (*executable)(nil)

func newExecutable(b *builder) (compute.Executable, error) {
	p, err := newPlan(b)
	if err != nil {
		return nil, err
	}
	return &executable{backend: b.backend, plan: p, name: b.Name()}, nil
}

// run is one execution: the storage of each slot.
type run struct {
	backend *Backend
	blocks  []*block
	owned   []bool // the run may write the block and gives it back
	got     []gotten
}

// block returns the storage of a value.
func (r *run) block(v *value) *block {
	v = v.root()
	if v.constant != nil {
		return v.constant
	}
	return r.blocks[v.plan.slot]
}

// f32 returns the content of a float32 value, or of the picture of it that the run is about.
func (r *run) f32(v *value) []float32 {
	m := r.block(v)
	return floats(m, min(v.size(), m.size/4))
}

// floats is the content of a block.
func floats(m *block, n int) []float32 { return unsafe.Slice((*float32)(m.base), n) }

// bytes returns the content of any value.
func (r *run) bytes(v *value) []byte { return r.block(v).bytes(bytesOf(v.shape)) }

// slice returns the content of a value whose Go type is T.
func slice[T any](r *run, v *value) []T {
	return unsafe.Slice((*T)(r.block(v).base), v.size())
}

func (e *executable) begin() *run {
	e.mu.Lock()
	defer e.mu.Unlock()
	if n := len(e.idle); n > 0 {
		r := e.idle[n-1]
		e.idle = e.idle[:n-1]
		return r
	}
	return &run{backend: e.backend, blocks: make([]*block, len(e.plan.slots)), owned: make([]bool, len(e.plan.slots))}
}

// end gives back what the run still owns.
func (e *executable) end(r *run) {
	for i, b := range r.blocks {
		if b != nil && r.owned[i] {
			e.backend.memory.put(b)
		}
	}
	clear(r.blocks)
	clear(r.owned)
	e.mu.Lock()
	e.idle = append(e.idle, r)
	e.mu.Unlock()
}

func (e *executable) Finalize() {
	e.mu.Lock()
	e.idle = nil
	e.mu.Unlock()
}

func (e *executable) Inputs() (names []string, s []shapes.Shape) {
	for i, v := range e.plan.main.params {
		names = append(names, e.plan.main.names[i])
		s = append(s, v.shape)
	}
	return names, s
}

func (e *executable) Outputs() (s []shapes.Shape) {
	for _, v := range e.plan.main.outs {
		s = append(s, v.shape)
	}
	return s
}

// Execute runs the computation. Donated inputs cannot be used afterwards, whether it succeeds or not.
//
// Errors: inputs that do not fit in number or shape, or belong to another backend; ErrMemory; the error of the backend's
// context; what a step says.
func (e *executable) Execute(inputs []compute.Buffer, donate []bool, device compute.DeviceNum) (out []compute.Buffer, err error) {
	defer catch(&err, "running "+e.name)
	if device != 0 {
		return nil, fmt.Errorf("cpu: there is no device %d; the processor is device 0", device)
	}
	if err := e.backend.stopped(e.name); err != nil {
		return nil, err
	}
	r := e.begin()
	defer e.end(r)
	if err := e.bind(r, inputs, donate); err != nil {
		return nil, err
	}
	stoppable := e.backend.ctx != nil && !slices.Contains(donate, true)
	if r.backend = e.backend; stoppable {
		bound := *e.backend
		bound.pool = bound.pool.WithContext(bound.ctx)
		r.backend = &bound
	}
	for _, s := range e.plan.steps {
		if err := e.step(r, s); err != nil {
			return nil, err
		}
		if stoppable {
			if err := e.backend.stopped(e.name); err != nil {
				return nil, err
			}
		}
	}
	return e.results(r)
}

// bind puts the inputs into their slots.
func (e *executable) bind(r *run, inputs []compute.Buffer, donate []bool) error {
	params := e.plan.main.params
	if len(inputs) != len(params) {
		return fmt.Errorf("cpu: %s takes %d inputs, not %d", e.name, len(params), len(inputs))
	}
	if len(donate) != 0 && len(donate) != len(params) {
		return fmt.Errorf("cpu: %s takes %d inputs, but %d are marked as donated or not", e.name, len(params), len(donate))
	}
	own, err := e.backend.ownBuffers(inputs)
	if err != nil {
		return err
	}
	for i, b := range own {
		if !b.shape.Equal(params[i].shape) {
			return fmt.Errorf("cpu: %s: input %d (%s) has shape %s, want %s", e.name, i, e.plan.main.names[i], b.shape, params[i].shape)
		}
		b.mu.Lock()
		r.blocks[params[i].plan.slot] = b.block
		b.mu.Unlock()
		if r.blocks[params[i].plan.slot] == nil {
			return fmt.Errorf("cpu: %s: input %d (%s) has been finalized or donated before", e.name, i, e.plan.main.names[i])
		}
	}
	for i, given := range donate {
		if !given {
			continue
		}
		b := own[i].release()
		if b == nil {
			continue // the same buffer twice: the first place owns it
		}
		shared := false
		for j := range own {
			shared = shared || (j != i && own[j] == own[i])
		}
		if shared { // another input still reads it: nobody may write it
			e.backend.memory.forget(b)
			continue
		}
		r.owned[params[i].plan.slot] = true
	}
	return nil
}

// step gives the results of a step their storage, does it and lets go of what nobody reads any more.
func (e *executable) step(r *run, s *step) error {
	for _, v := range s.out {
		slot := v.plan.slot
		if slot < 0 || r.blocks[slot] != nil {
			continue
		}
		for _, o := range s.over {
			if in := o.in.root().plan.slot; o.out == v && r.owned[in] && r.blocks[in] != nil {
				r.blocks[slot] = r.blocks[in] // the step still reads it there
				r.owned[slot], r.owned[in] = true, false
				break
			}
		}
		if r.blocks[slot] == nil {
			b, err := e.backend.memory.take(bytesOf(v.shape))
			if err != nil {
				return fmt.Errorf("%w (in %s, for %s)", err, e.name, s.name)
			}
			r.blocks[slot], r.owned[slot] = b, true
		}
	}
	var start time.Time
	if e.backend.options.Stats {
		start = time.Now()
	}
	if s.do != nil {
		if err := s.do(r); err != nil {
			return fmt.Errorf("cpu: %s: %s: %w", e.name, s.name, err)
		}
	}
	if e.backend.options.Stats {
		e.backend.stats.add(s.kind, s.name, time.Since(start))
	}
	for _, slot := range s.dies {
		if b := r.blocks[slot]; b != nil && r.owned[slot] {
			e.backend.memory.put(b)
			r.blocks[slot], r.owned[slot] = nil, false
		}
	}
	return nil
}

// results makes buffers of the outputs. A value that is output twice, is an input or a constant is copied.
func (e *executable) results(r *run) ([]compute.Buffer, error) {
	out := make([]compute.Buffer, len(e.plan.main.outs))
	for i, v := range e.plan.main.outs {
		root := v.root()
		if root.constant == nil && r.owned[root.plan.slot] && !e.laterOutput(i, root) {
			slot := root.plan.slot
			out[i] = e.backend.wrap(v.shape.Clone(), r.blocks[slot])
			r.blocks[slot], r.owned[slot] = nil, false
			continue
		}
		b, err := e.backend.newBuffer(v.shape.Clone())
		if err != nil {
			return nil, err
		}
		copy(b.block.bytes(bytesOf(v.shape)), r.bytes(v))
		out[i] = b
	}
	return out, nil
}

// laterOutput reports whether an output behind i has the same storage.
func (e *executable) laterOutput(i int, root *value) bool {
	for _, v := range e.plan.main.outs[i+1:] {
		if v.root() == root {
			return true
		}
	}
	return false
}
