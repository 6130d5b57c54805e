package cpu

import (
	"context"
	"fmt"
	"strings"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/gobackend"

	"github.com/gopatchwork/patchwork/patchwork/compute/cpu/kernel"
)

// Name is the name under which the backend is registered.
const Name = "cpu"

func init() { compute.Register(Name, New) }

// innerConfig keeps the inner backend from hanging: in its default mode it runs operations side by side, and enough
// large products at once wait for one another for ever.
const innerConfig = "ops_sequential"

// Options configures a Backend. The zero value is a good default.
type Options struct {
	Stats       bool             // measure the time of each kind of step, for Backend.Stats
	Workers     int              // goroutines that one step uses; 0 means runtime.GOMAXPROCS(0). The results do not depend on it
	MemoryLimit int              // bytes that buffers may occupy; 0 means the machine's memory, where it is known
	Logger      func(msg string) // where slow paths are reported, once each; nil means the standard logger
	InnerOnly   bool             // run every graph on the inner backend as a whole, to compare
	Direct      bool             // compute every product of 3×3 convolutions, which takes three times as long and errs half as much
	Interpret   bool             // make no machine code for passes, to compare
}

// New makes a backend from a configuration in GoMLX's form: options separated by commas. "stats" sets Options.Stats,
// "inner" sets Options.InnerOnly, "direct" sets Options.Direct, "interpret" sets Options.Interpret.
//
// Errors: an option that does not exist.
func New(config string) (compute.Backend, error) {
	var o Options
	for _, word := range strings.Split(config, ",") {
		switch strings.TrimSpace(word) {
		case "":
		case "stats":
			o.Stats = true
		case "inner":
			o.InnerOnly = true
		case "direct":
			o.Direct = true
		case "interpret":
			o.Interpret = true
		default:
			return nil, fmt.Errorf("cpu: option %q of the configuration %q is unknown; want stats, inner, direct, interpret or nothing", word, config)
		}
	}
	return Open(o)
}

// Open makes a backend. Its buffers belong to it and cannot be used in another.
func Open(o Options) (*Backend, error) {
	inner, err := gobackend.New(innerConfig)
	if err != nil {
		return nil, fmt.Errorf("cpu: the inner backend cannot be started: %w", err)
	}
	limit := o.MemoryLimit
	if limit == 0 {
		limit = machineMemory()
	}
	return &Backend{inner: inner, options: o, memory: newMemory(limit), stats: newStats(),
		report: newReporter(o.Logger), pool: kernel.NewPool(o.Workers)}, nil
}

// Backend implements compute.Backend. It may be used from several goroutines.
type Backend struct {
	inner   compute.Backend
	options Options
	memory  *memory
	stats   *statistics
	report  *reporter
	pool    *kernel.Pool
	ctx     context.Context // of WithContext; nil: executions run to their end
}

var _ compute.Backend = (*Backend)(nil)

// WithContext returns a backend that shares memory, workers and statistics with b, but whose executions end with ctx's
// error when ctx ends: before they begin, between steps and within large ones. One that was given inputs to keep, as a
// step of training its variables, runs to its end once begun, so that what it updates is not lost. Buffers of one of the
// two backends cannot be used in the other. Its Finalize has no effect; finalize b.
//
// GoMLX hands no context to a backend: a job that is to be stopped builds its graphs on one of its own.
func (b *Backend) WithContext(ctx context.Context) *Backend {
	bound := *b
	bound.ctx = ctx
	return &bound
}

// stopped returns the error of an execution that ctx has ended, nil if it goes on.
func (b *Backend) stopped(name string) error {
	if b.ctx == nil || b.ctx.Err() == nil {
		return nil
	}
	return fmt.Errorf("cpu: %s was stopped: %w", name, context.Cause(b.ctx))
}

// Name returns "cpu".
func (b *Backend) Name() string { return Name }

// String returns "cpu".
func (b *Backend) String() string { return Name }

// Description names the backend and the kernels that it chose for this processor.
func (b *Backend) Description() string {
	return "patchwork's CPU backend in Go (" + b.DeviceDescription(0) + ")"
}

// NumDevices is 1: the cores together are one device.
func (b *Backend) NumDevices() int { return 1 }

// DeviceDescription describes the one device.
func (b *Backend) DeviceDescription(compute.DeviceNum) string {
	return fmt.Sprintf("%s kernels, %d workers", kernel.Variant(), b.pool.Workers())
}

// Capabilities are those of the inner backend, with the operations that only this one has, and without the fused ones:
// GoMLX then writes them out, and they are fused here together with what surrounds them.
func (b *Backend) Capabilities() compute.Capabilities {
	c := b.inner.Capabilities().Clone()
	for _, op := range extraOps {
		c.Operations[op] = true
	}
	for _, op := range refusedOps {
		delete(c.Operations, op)
	}
	return c
}

// extraOps work here although the inner backend lacks them.
var extraOps = []compute.OpType{
	compute.OpTypeBatchNormForTraining, compute.OpTypeBatchNormForInference, compute.OpTypeBatchNormGradient,
	compute.OpTypeSelectAndScatterMax, compute.OpTypeSelectAndScatterMin,
	compute.OpTypeDynamicSlice, compute.OpTypeDynamicUpdateSlice, compute.OpTypeClamp,
}

// Builder begins a computation.
func (b *Backend) Builder(name string) compute.Builder {
	return &builder{backend: b, inner: b.inner.Builder(name), functions: map[compute.Function]*function{}}
}

// Finalize gives the memory of unused buffers back. Buffers that are still held stay readable.
func (b *Backend) Finalize() {
	if b.ctx == nil {
		b.memory.close()
		b.inner.Finalize()
	}
}

// IsFinalized reports whether Finalize has been called.
func (b *Backend) IsFinalized() bool { return b.memory.closed() }
