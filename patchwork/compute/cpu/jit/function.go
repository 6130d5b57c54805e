package jit

import (
	"errors"
	"fmt"
	"unsafe"
)

// Function is the code of a program. It may run on several goroutines at once, each with its own Frame.
type Function struct {
	code  *code
	words int
}

// Frame is what one run of a Function is called with.
type Frame struct{ words []uintptr }

// Compile makes a Function of the program.
//
// Errors: the processor or the system has no such code (errors.ErrUnsupported); the system forbids it; the program needs
// more registers than there are.
func (p *Program) Compile() (*Function, error) { return p.compile(width()) }

func (p *Program) compile(lanes int) (*Function, error) {
	if lanes == 0 {
		return nil, fmt.Errorf("jit: this system or processor: %w", errors.ErrUnsupported)
	}
	var text []byte
	var words int
	var err error
	for unroll := p.copies(); ; unroll /= 2 {
		if text, words, err = emit(p, lanes, unroll); err == nil || unroll == 1 {
			break
		}
	}
	if err != nil {
		return nil, err
	}
	c, err := load(text)
	if err != nil {
		return nil, fmt.Errorf("jit: no memory that can be executed: %w", err)
	}
	return &Function{c, words}, nil
}

// copies is how often the body stands in the inner loop: more than once where it is short, so that the loop itself costs
// little and sums do not wait for one another.
func (p *Program) copies() int {
	cost := 0
	for _, n := range p.nodes {
		switch {
		case n.op == op(Exp) || n.op == op(Log) || n.op == op(Tanh) || n.op == op(Erf) || n.op == op(Logistic):
			cost += 20
		case n.op >= store:
			cost++
		}
	}
	switch {
	case cost <= 6:
		return 4
	case cost <= 16:
		return 2
	}
	return 1
}

// NewFrame returns room for the calls of a Function.
func (f *Function) NewFrame() *Frame { return &Frame{make([]uintptr, f.words)} }

// Set names the memory of a slot for the next Run. The memory must stay where it is until then, so it must be reachable
// otherwise and not lie on a stack.
func (f *Frame) Set(slot int, memory *float32) {
	f.words[firstSlot+slot] = uintptr(unsafe.Pointer(memory))
}

// Run goes over rows*cols positions, which must be at least 1 each way. All slots must have been set since the last Run:
// it moves those of rows.
func (f *Function) Run(frame *Frame, rows, cols int) {
	frame.words[rowsWord], frame.words[colsWord] = uintptr(rows), uintptr(cols)
	f.code.run(frame.words)
}
