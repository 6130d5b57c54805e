package imageset

import "sync"

// scratch is the memory that resampling takes beside its result. It is kept, because for a small picture it would take
// as long to make and clear it as to fill it.
type scratch struct {
	values, line []float32
	lanes        []uint64
}

var scratches = sync.Pool{New: func() any { return new(scratch) }}

// room returns n values that may hold anything.
func room[T any](kept *[]T, n int) []T {
	if cap(*kept) < n {
		*kept = make([]T, n)
	}
	return (*kept)[:n]
}
