package cpu

import (
	"errors"
	"fmt"
	"math/bits"
	"sync"
	"unsafe"
)

// Slack is how many bytes lie behind the last element of a buffer: kernels read whole vectors.
const Slack = 128

const alignment = 64

// ErrMemory means that a computation would need more memory than Options.MemoryLimit allows.
var ErrMemory = errors.New("cpu: not enough memory")

// block is a piece of memory that values take turns in.
type block struct {
	base  unsafe.Pointer // aligned; keeps the memory alive
	size  int            // usable bytes; base has Slack more
	class int
	back  int // when it came back, by memory.clock
}

func (b *block) bytes(n int) []byte { return unsafe.Slice((*byte)(b.base), n) }

// memory hands out blocks and keeps those that come back for the next who asks for a similar size. After the first run
// of a computation, later ones find all they need here.
type memory struct {
	mu    sync.Mutex
	free  map[int][]*block // by class
	idle  int              // bytes in free
	used  int              // bytes handed out
	limit int              // 0: none
	clock int              // blocks handed out
	shut  bool
}

func newMemory(limit int) *memory { return &memory{free: map[int][]*block{}, limit: limit} }

// classOf rounds a size up to one of four steps per power of two, so that a block is at most a quarter too large.
func classOf(size int) (class, rounded int) {
	size = max(size, 256)
	shift := bits.Len(uint(size-1)) - 3
	rounded = (size + 1<<shift - 1) >> shift << shift
	return rounded, rounded
}

// loose is how many times too large a block may be that serves a smaller value: layers of a network differ in size, and
// each would otherwise keep blocks of its own.
const loose = 4

// patient is how many blocks are handed out before one that nobody has asked for in the meantime is let go of, when
// memory has to grow.
const patient = 1 << 16

// take returns a block of at least size bytes with undefined content.
//
// Errors: ErrMemory.
func (m *memory) take(size int) (*block, error) {
	if size < 0 || size > 1<<46 {
		return nil, fmt.Errorf("%w: a value of %d bytes was asked for", ErrMemory, size)
	}
	class, rounded := classOf(size)
	m.mu.Lock()
	m.clock++
	if b := m.reuse(rounded); b != nil {
		m.mu.Unlock()
		return b, nil
	}
	if m.limit > 0 && m.used+m.idle+rounded > m.limit {
		m.trim(m.clock)
	} else {
		m.trim(m.clock - patient)
	}
	if m.limit > 0 && m.used+rounded > m.limit {
		used := m.used
		m.mu.Unlock()
		return nil, fmt.Errorf("%w: %d bytes are in use, %d more are needed, the limit is %d; use smaller batches or images, "+
			"or finalize tensors that are no longer needed", ErrMemory, used, rounded, m.limit)
	}
	m.used += rounded
	m.mu.Unlock()
	// Whole words, so that the collector knows that nothing in it is a pointer and wider types are aligned.
	raw := make([]uint64, (rounded+Slack+alignment)/8)
	if rounded >= hugeFrom {
		adviseHuge(unsafe.Pointer(unsafe.SliceData(raw)), 8*len(raw))
	}
	base := unsafe.Pointer(unsafe.SliceData(raw))
	if off := uintptr(base) % alignment; off != 0 {
		base = unsafe.Add(base, alignment-off)
	}
	return &block{base: base, size: rounded, class: class}, nil
}

// reuse returns the smallest idle block of at least size bytes that is not much larger, nil if there is none.
func (m *memory) reuse(size int) *block {
	best := 0
	for class, list := range m.free {
		if len(list) > 0 && class >= size && class <= loose*size && (best == 0 || class < best) {
			best = class
		}
	}
	if best == 0 {
		return nil
	}
	list := m.free[best]
	b := list[len(list)-1]
	list[len(list)-1] = nil
	m.free[best] = list[:len(list)-1]
	m.idle -= b.size
	m.used += b.size
	return b
}

// trim lets go of the idle blocks that came back at time before or earlier.
func (m *memory) trim(before int) {
	for class, list := range m.free {
		kept := list[:0]
		for _, b := range list {
			if b.back > before {
				kept = append(kept, b)
			} else {
				m.idle -= b.size
			}
		}
		clear(list[len(kept):])
		if m.free[class] = kept; len(kept) == 0 {
			delete(m.free, class)
		}
	}
}

// hugeFrom is the size in bytes from which a block asks for huge pages: with small ones, a pass over it spends a
// quarter of its time on looking up addresses.
const hugeFrom = 4 << 20

// put takes a block back. Nobody may hold a slice of it any more.
func (m *memory) put(b *block) {
	m.mu.Lock()
	m.used -= b.size
	if b.back = m.clock; !m.shut {
		m.free[b.class] = append(m.free[b.class], b)
		m.idle += b.size
	}
	m.mu.Unlock()
}

// forget stops counting a block that is left to the collector.
func (m *memory) forget(b *block) {
	m.mu.Lock()
	m.used -= b.size
	m.mu.Unlock()
}

func (m *memory) close() {
	m.mu.Lock()
	m.shut = true
	clear(m.free)
	m.idle = 0
	m.mu.Unlock()
}

func (m *memory) closed() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.shut
}
