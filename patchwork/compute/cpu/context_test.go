package cpu

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
)

// slow makes an executable of many products, each of some milliseconds.
func slow(t *testing.T, b *Backend, products int) (compute.Executable, []compute.Buffer) {
	t.Helper()
	const n = 512
	e := build(t, b, [][]int{{n, n}}, func(f compute.Function, x []compute.Value) compute.Value {
		v := x[0]
		for range products {
			v = must(t)(f.DotGeneral(v, []int{1}, nil, x[0], []int{0}, nil, compute.DotGeneralConfig{}))
			v = must(t)(f.Tanh(v))
		}
		return v
	})
	in, err := b.BufferFromFlatData(0, make([]float32, n*n), shapes.Make(dtypes.Float32, n, n))
	if err != nil {
		t.Fatal(err)
	}
	return e, []compute.Buffer{in}
}

// TestContext stops an execution before it begins and in the middle, and lets one that updates its inputs finish.
func TestContext(t *testing.T) {
	shared := testBackend(t, Options{Workers: 2})
	t.Run("before", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		b := shared.WithContext(ctx)
		e, in := slow(t, b, 2)
		if _, err := e.Execute(in, nil, 0); err != nil {
			t.Fatalf("while the context lasts: %v", err)
		}
		cancel()
		_, err := e.Execute(in, []bool{true}, 0)
		if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "was stopped") {
			t.Errorf("got %v, want an error that it was stopped", err)
		}
		if _, err := in[0].Data(); err != nil {
			t.Errorf("the input that was to be donated is gone: %v", err)
		}
	})
	t.Run("in the middle", func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		b := shared.WithContext(ctx)
		e, in := slow(t, b, 4000)
		reason := errors.New("the person has pressed stop")
		time.AfterFunc(30*time.Millisecond, func() { cancel(reason) })
		begun := time.Now()
		_, err := e.Execute(in, nil, 0)
		if !errors.Is(err, reason) {
			t.Errorf("got %v, want %v", err, reason)
		}
		t.Logf("returned after %v", time.Since(begun))
		if _, err := in[0].Data(); err != nil {
			t.Errorf("the input is gone: %v", err)
		}
	})
	t.Run("with donated inputs", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		e, in := slow(t, shared.WithContext(ctx), 20)
		time.AfterFunc(time.Millisecond, cancel)
		if _, err := e.Execute(in, []bool{true}, 0); err != nil && !errors.Is(err, context.Canceled) {
			t.Error(err)
		} else if _, dataErr := in[0].Data(); (err == nil) == (dataErr == nil) {
			t.Errorf("the execution gave %v, the input %v: want either the result or the input", err, dataErr)
		}
	})
	if e, in := slow(t, shared, 1); true {
		if _, err := e.Execute(in, nil, 0); err != nil {
			t.Errorf("the shared backend does not go on: %v", err)
		}
	}
}
