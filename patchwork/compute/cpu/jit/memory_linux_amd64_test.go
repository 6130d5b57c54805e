package jit

import (
	"runtime"
	"testing"
	"time"
)

// TestCodeIsSharedAndGivenBack: equal programs have one piece of code, which goes with the last of them.
func TestCodeIsSharedAndGivenBack(t *testing.T) {
	widths(t)
	program := func() *Function {
		p := NewProgram()
		p.Store(p.Slot(), p.Unary(Sqrt, p.Constant(123.25)))
		f, err := p.Compile()
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	pieces := func() int {
		loaded.Lock()
		defer loaded.Unlock()
		return len(loaded.pieces)
	}
	f, g := program(), program()
	if f.code != g.code {
		t.Error("two equal programs have two pieces of code")
	}
	x := make([]float32, 3)
	frame := g.NewFrame()
	frame.Set(0, &x[0])
	g.Run(frame, 1, 3)
	if want := float32(11.101802); x[0] != want || x[2] != want {
		t.Errorf("got %g, want %g", x, want)
	}
	before := pieces()
	f, g = nil, nil
	for begun := time.Now(); pieces() >= before; time.Sleep(time.Millisecond) {
		if runtime.GC(); time.Since(begun) > 10*time.Second {
			t.Fatalf("%d pieces of code, want fewer than %d after the last holder is gone", pieces(), before)
		}
	}
}

// TestTooManyValues: what keeps more numbers in registers than there are is refused.
func TestTooManyValues(t *testing.T) {
	for _, lanes := range widths(t) {
		p := NewProgram()
		x := p.Stream(p.Slot())
		for range 40 {
			p.ReduceRow(Sum, p.Slot(), x)
		}
		if _, err := p.compile(lanes); err == nil {
			t.Errorf("%d lanes: 40 sums of a row at once were taken", lanes)
		}
	}
}
