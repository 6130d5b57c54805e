package jit

import (
	"os"
	"runtime"
	"sync"
	"syscall"
	"unsafe"
	"weak"

	"golang.org/x/sys/cpu"
)

// code is a piece of memory that can be executed.
type code struct {
	memory []byte
}

// loaded are the pieces in use, by their bytes: the code does not depend on addresses or sizes, so that graphs of the same
// kind share it.
var loaded = struct {
	sync.Mutex
	pieces map[string]weak.Pointer[code]
}{pieces: map[string]weak.Pointer[code]{}}

// load makes bytes executable. The memory is given back when nobody holds the code any more.
//
// Errors: the system refuses.
func load(text []byte) (*code, error) {
	loaded.Lock()
	defer loaded.Unlock()
	name := string(text)
	if c := loaded.pieces[name].Value(); c != nil {
		return c, nil
	}
	page := os.Getpagesize()
	memory, err := syscall.Mmap(-1, 0, (len(text)+page-1)/page*page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		return nil, err
	}
	copy(memory, text)
	if err := syscall.Mprotect(memory, syscall.PROT_READ|syscall.PROT_EXEC); err != nil {
		syscall.Munmap(memory)
		return nil, err
	}
	c := &code{memory}
	p := weak.Make(c)
	loaded.pieces[name] = p
	runtime.AddCleanup(c, func(memory []byte) {
		loaded.Lock()
		if loaded.pieces[name] == p {
			delete(loaded.pieces, name)
		}
		loaded.Unlock()
		syscall.Munmap(memory)
	}, memory)
	return c, nil
}

// run calls the code. It must not look at the stack or use more of it than its return address.
func (c *code) run(words []uintptr) {
	call(unsafe.Pointer(&c.memory[0]), unsafe.Pointer(&words[0]))
	runtime.KeepAlive(c)
}

// call jumps to code with words in RDI.
//
//go:noescape
func call(code, words unsafe.Pointer)

// width returns the number of float32 values in the vectors of the code that this processor runs, 0 if it runs none.
func width() int {
	x := &cpu.X86
	switch {
	case x.HasAVX2 && x.HasFMA && x.HasBMI2 && x.HasAVX512F && x.HasAVX512DQ && x.HasAVX512BW && x.HasAVX512VL:
		return 16
	case x.HasAVX2 && x.HasFMA && x.HasBMI2:
		return 8
	}
	return 0
}
