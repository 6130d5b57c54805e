package imageset

import "sync"

// scratch is the memory that resampling takes beside its result. It is kept, because for a small picture it would take
// as long to make and clear it as to fill it.
type scratch struct {
	values []float32
	lanes  []uint64
	tail   [8]byte
	made   map[axis]taps
}

var scratches = sync.Pool{New: func() any { return new(scratch) }}

// room returns n values that may hold anything.
func room[T any](kept *[]T, n int) []T {
	if cap(*kept) < n {
		*kept = make([]T, n)
	}
	return (*kept)[:n]
}

// axis is what taps are made for: see newTaps and folded.
type axis struct {
	filter        Filter
	n             int
	start, length float64
	target, fold  int
}

// maxMade is how many taps are kept: those of pictures of one size.
const maxMade = 8

// taps are those for a, made before or now.
func (s *scratch) taps(a axis) taps {
	if t, ok := s.made[a]; ok {
		return t
	}
	if s.made == nil || len(s.made) == maxMade {
		s.made = map[axis]taps{}
	}
	t := newTaps(a.filter, a.n, a.start, a.length, a.target).folded(a.fold, a.n)
	t.few = t.quads()
	s.made[a] = t
	return t
}

// pixels keeps what keepPixels is given. Cleared memory for every picture would be a tenth of the time.
var pixels sync.Pool

// newPixels returns n values that may hold anything.
func newPixels(n int) []float32 {
	kept, _ := pixels.Get().(*[]float32)
	if kept == nil || cap(*kept) < n {
		return make([]float32, n)
	}
	return (*kept)[:n]
}

// keepPixels gives back what newPixels returned and nobody uses any more.
func keepPixels(values []float32) { pixels.Put(&values) }
