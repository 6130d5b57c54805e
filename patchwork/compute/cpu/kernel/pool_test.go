package kernel

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

func TestPoolRunsEveryChunkOnce(t *testing.T) {
	for _, workers := range []int{1, 2, 7} {
		p := NewPool(workers)
		for _, chunks := range []int{0, 1, 2, 3, 100} {
			var counts [100]atomic.Int32
			p.Run(chunks, TaskFunc(func(i int) { counts[i].Add(1) }))
			for i := range counts {
				if n := counts[i].Load(); n != 1 && i < chunks || n != 0 && i >= chunks {
					t.Fatalf("%d workers, %d chunks: chunk %d ran %d times", workers, chunks, i, n)
				}
			}
		}
		var covered [1000]atomic.Int32
		p.For(1000, 33, func(lo, hi int) {
			for i := lo; i < hi; i++ {
				covered[i].Add(1)
			}
		})
		for i := range covered {
			if covered[i].Load() != 1 {
				t.Fatalf("For: %d was visited %d times", i, covered[i].Load())
			}
		}
		p.Close()
	}
}

// TestPoolNested: tasks within tasks, from many goroutines, more than there are workers, all end.
func TestPoolNested(t *testing.T) {
	p := NewPool(3)
	defer p.Close()
	var sum atomic.Int64
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() {
			p.Run(10, TaskFunc(func(int) {
				p.Run(10, TaskFunc(func(int) { sum.Add(1) }))
			}))
		})
	}
	wg.Wait()
	if sum.Load() != 1000 {
		t.Errorf("%d inner chunks ran, want 1000", sum.Load())
	}
}

func TestPoolPanics(t *testing.T) {
	bad := errors.New("bad chunk")
	task := TaskFunc(func(i int) {
		if i == 3 {
			panic(bad)
		}
	})
	for _, workers := range []int{1, 4} {
		p := NewPool(workers)
		err := p.RunContext(context.Background(), 10, task)
		var failed *Panic
		if !errors.As(err, &failed) || !errors.Is(err, bad) || !strings.Contains(failed.Stack, "pool_test.go") {
			t.Errorf("RunContext with %d workers: %v, want a *Panic with the value and the stack", workers, err)
		}
		func() {
			defer func() {
				if r, _ := recover().(error); !errors.Is(r, bad) {
					t.Errorf("Run with %d workers panicked with %v, want %v", workers, r, bad)
				}
			}()
			p.Run(10, task)
		}()
		p.Run(10, TaskFunc(func(int) {})) // still works
		p.Close()
	}
}

func TestPoolCancel(t *testing.T) {
	for _, p := range []*Pool{nil, NewPool(2)} {
		ctx, cancel := context.WithCancel(context.Background())
		var ran atomic.Int32
		err := p.RunContext(ctx, 1000, TaskFunc(func(i int) {
			ran.Add(1)
			cancel()
		}))
		if !errors.Is(err, context.Canceled) || ran.Load() > 2 {
			t.Errorf("error %v after %d chunks, want context.Canceled after 1 or 2", err, ran.Load())
		}
		if err := p.RunContext(ctx, 10, TaskFunc(func(int) { t.Error("a chunk ran after the end") })); !errors.Is(err, context.Canceled) {
			t.Errorf("error %v, want context.Canceled", err)
		}
	}
}

// TestNoAllocations: a run of a plan allocates nothing once its buffers exist.
func TestNoAllocations(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector makes free lists forget")
	}
	p := NewPool(2)
	defer p.Close()
	gemm, err := NewGemm(plain(1, 64, 64, 64, true, false))
	if err != nil {
		t.Fatal(err)
	}
	conv, err := NewConv(ConvShape{Batch: 2, Height: 8, Width: 8, In: 16, Out: 16, KernelH: 3, KernelW: 3})
	if err != nil {
		t.Fatal(err)
	}
	x, y, z := Floats(1<<13), Floats(1<<13), Floats(1<<13)
	for name, f := range map[string]func(){
		"Gemm":            func() { gemm.Run(p, x, y, z) },
		"Conv.Forward":    func() { conv.Forward(p, x, y, z, nil) },
		"Conv.GradInput":  func() { conv.GradInput(p, x, y, z) },
		"Conv.GradKernel": func() { conv.GradKernel(p, x, y, z) },
		"Binary":          func() { Binary(Add, z, x, y) },
	} {
		f()
		runtime.GC() // now, so that it does not empty the free lists while we count
		if n := testing.AllocsPerRun(20, f); n >= 1 {
			t.Errorf("%s allocates %g times", name, n)
		}
	}
}

func TestFloats(t *testing.T) {
	for _, n := range []int{0, 1, 15, 16, 17, 1000} {
		s := Floats(n)
		if len(s) != n || cap(s) < n+16 {
			t.Errorf("Floats(%d) has length %d and capacity %d, want 16 more", n, len(s), cap(s))
		}
	}
}
