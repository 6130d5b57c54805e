package kernel

import (
	"math/bits"
	"sync"
	"unsafe"
)

const (
	alignment = 64 // bytes: a cache line and the widest vector
	slack     = alignment / 4
)

// Floats returns n zeros that begin at a multiple of 64 bytes and have at least 64 bytes of capacity behind them, so
// that a caller may round its blocks up to whole vectors. The kernels themselves do not need the slack.
func Floats(n int) []float32 {
	s := make([]float32, n+2*slack)
	skip := int(-uintptr(unsafe.Pointer(&s[0])) % alignment / 4)
	return s[skip:][: n : n+slack]
}

// scratch is a recycled slice of unspecified content.
type scratch struct {
	data  []float32
	class int
}

// scratches holds one free list for each power of two. What has been needed at the same time once is kept: a sync.Pool
// would lose it with every collection, and to take megabytes from the system and clear them costs more than what is
// computed in them.
var scratches [48]struct {
	mu   sync.Mutex
	free []*scratch
}

// grab returns a scratch of n floats, aligned like Floats; release recycles it.
func grab(n int) *scratch {
	class := bits.Len(uint(max(n, 64) - 1))
	list := &scratches[class]
	list.mu.Lock()
	if k := len(list.free) - 1; k >= 0 {
		s := list.free[k]
		list.free[k], list.free = nil, list.free[:k]
		list.mu.Unlock()
		s.data = s.data[:n]
		return s
	}
	list.mu.Unlock()
	return &scratch{data: Floats(1 << class)[:n], class: class}
}

func (s *scratch) release() {
	if s != nil {
		list := &scratches[s.class]
		list.mu.Lock()
		list.free = append(list.free, s)
		list.mu.Unlock()
	}
}
