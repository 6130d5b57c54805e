package stream

import (
	"context"
	"errors"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"time"
	"unsafe"

	backends "github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/gopatchwork/patchwork/patchwork/augment"
	"github.com/gopatchwork/patchwork/patchwork/compute/cpu"
)

// address is where the values of a tensor lie.
func address(t testing.TB, x *tensors.Tensor) (at unsafe.Pointer) {
	t.Helper()
	if err := tensors.ConstFlatData(x, func(flat []float32) { at = unsafe.Pointer(&flat[0]) }); err != nil {
		t.Fatal(err)
	}
	return at
}

// inputOf is where the values lie that an execution on a backend reads.
func inputOf(t testing.TB, b backends.Backend, x *tensors.Tensor) unsafe.Pointer {
	t.Helper()
	buffer, err := x.Buffer(b, 0)
	if err != nil {
		t.Fatal(err)
	}
	data, err := buffer.Data()
	if err != nil {
		t.Fatal(err)
	}
	return unsafe.Pointer(&data.([]float32)[0])
}

// With a backend, an execution reads what the pipelines wrote. Without, that holds from the second use of a tensor on.
func TestTensorsAreNotCopied(t *testing.T) {
	backend, err := cpu.Open(cpu.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer backend.Finalize()
	exec := graph.MustNewExec(backend, func(x, y *graph.Node) *graph.Node {
		return graph.ReduceAllMax(graph.Abs(graph.Sub(x, y)))
	})
	source, pair := images(t, 40, 8, 8, 3), Pair(pipeline(t, augment.FixMatchWeak(), 8))
	for _, given := range []backends.Backend{backend, nil} {
		copies, seen := 0, map[unsafe.Pointer]bool{}
		s := stream(t, source, pair, Options{Batch: 4, Ahead: 1, Backend: given})
		for b, err := range s.Epoch(t.Context(), 0, 0) {
			if err != nil {
				t.Fatal(err)
			}
			wrote := address(t, b.Tensors[0])
			if d := exec.MustCall(b.Tensors[0], b.Tensors[1])[0].Value().(float32); d <= 0 || d > 1 {
				t.Errorf("the views differ by %g", d)
			}
			if inputOf(t, backend, b.Tensors[0]) != wrote {
				copies++
			}
			seen[inputOf(t, backend, b.Tensors[0])] = true
			b.Release()
		}
		if most := 2; len(seen) > most { // one ahead and one in use
			t.Errorf("with the backend %v ten batches use %d tensors; want at most %d", given, len(seen), most)
		}
		if given != nil && copies > 0 || given == nil && copies > len(seen) {
			t.Errorf("with the backend %v %d of ten batches were copied, in %d tensors", given, copies, len(seen))
		}
	}
}

// A trainer may finalize what it was given, and a caller may keep a batch beyond the epoch.
func TestBatchesOutliveAndDie(t *testing.T) {
	backend, err := cpu.Open(cpu.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer backend.Finalize()
	s := stream(t, images(t, 20, 4, 4, 1), Plain(nil), Options{Batch: 2, Order: Sequential{}, Backend: backend, Labels: make([]int32, 20)})
	var kept []*Batch
	for b, err := range s.Epoch(t.Context(), 0, 0) {
		if err != nil {
			t.Fatal(err)
		}
		if b.Step%2 == 0 {
			b.Tensors[0].MustFinalizeAll()
			b.Release()
			continue
		}
		kept = append(kept, b)
	}
	for _, b := range kept {
		x := b.Tensors[0]
		for i, n := range b.Numbers {
			if got := tensors.MustCopyFlatData[float32](x)[16*i]; got != float32(n)/1000 {
				t.Errorf("step %d: picture %d begins with %g", b.Step, n, got)
			}
		}
		if b.Release(); x.Ok() || b.Tensors != nil {
			t.Errorf("step %d: the epoch is over and the tensor was not given back", b.Step)
		}
	}
}

// An epoch that is left early gives back what nobody has seen: without a collection, the backend would run out.
func TestAbandonedEpochsGiveMemoryBack(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	backend, err := cpu.Open(cpu.Options{MemoryLimit: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	defer backend.Finalize()
	source := &counting{Source: images(t, 64, 32, 32, 3)} // a batch has 98 kB
	for epoch := range uint64(40) {
		source.reads.Store(0)
		ctx, cancel := context.WithCancel(t.Context())
		for b, err := range stream(t, source, Plain(nil), Options{Batch: 8, Ahead: 3, Backend: backend}).Epoch(ctx, epoch, 0) {
			if b == nil {
				if epoch%2 == 0 || !errors.Is(err, context.Canceled) {
					t.Fatalf("epoch %d: %v", epoch, err)
				}
				break
			}
			for try := 0; source.reads.Load() < 32; try++ { // until three more batches are made
				if try == 3000 {
					t.Fatalf("epoch %d: there is no memory for three more batches", epoch)
				}
				time.Sleep(time.Millisecond)
			}
			if b.Release(); epoch%2 == 0 {
				break
			}
			cancel()
		}
		cancel()
	}
	err = ended(stream(t, images(t, 64, 64, 64, 3), Plain(nil), Options{Backend: backend}).Epoch(t.Context(), 0, 0))
	if !errors.Is(err, cpu.ErrMemory) || !strings.HasPrefix(err.Error(), "stream: no memory for a batch of 64 pictures: ") {
		t.Errorf("a batch of 3 MB in 1 MB: %v", err)
	}
}

// Memory that goes round is not asked for again: pairs of 0.8 MB cost a few kilobytes each, and what a worker that moves
// to another core asks of the pool of a pipeline.
func TestSteadyStateAllocatesLittle(t *testing.T) {
	if raceDetector {
		t.Skip("the pools of pipelines forget at random under the race detector")
	}
	const batches = 30
	kinds := map[string]Kind{
		"pair":        Pair(pipeline(t, augment.SimCLR(), 32)),
		"multi-crop":  MultiCrop(pipeline(t, augment.SimCLR(), 32), pipeline(t, augment.SimCLR(), 16), 4),
		"rotated":     Rotated{Pipeline: pipeline(t, augment.Rotation(), 32)},
		"in-painting": Inpainting{Pipeline: pipeline(t, augment.SimCLR(), 32)},
	}
	source := images(t, 32*batches, 32, 32, 3)
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // a collection empties the pools of pipelines
	for name, kind := range kinds {
		t.Run(name, func(t *testing.T) {
			s := stream(t, source, kind, Options{Batch: 32, Workers: 2})
			var before, after runtime.MemStats
			for b, err := range s.Epoch(t.Context(), 0, 0) {
				if err != nil {
					t.Fatal(err)
				}
				if b.Step == 9 {
					runtime.ReadMemStats(&before)
				}
				b.Release()
			}
			runtime.ReadMemStats(&after)
			bytes, count := (after.TotalAlloc-before.TotalAlloc)/(batches-10), (after.Mallocs-before.Mallocs)/(batches-10)
			t.Logf("%d bytes in %d allocations a batch", bytes, count)
			if bytes > 100<<10 || count > 250 {
				t.Errorf("a batch costs %d bytes in %d allocations; want at most 100 kB in 250", bytes, count)
			}
		})
	}
}
