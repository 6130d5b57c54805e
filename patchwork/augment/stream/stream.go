package stream

import (
	"cmp"
	"fmt"
	"runtime"

	"github.com/gomlx/compute"
)

// Last says what becomes of the last pictures of an epoch, if they fill no batch.
type Last string

// The ways.
const (
	Keep Last = "keep" // they are yielded as a smaller batch
	Drop Last = "drop" // they are left out
)

// Options configures a Stream. The zero value is a good default.
type Options struct {
	Batch  int     // pictures a batch; 0 means 64
	Order  Order   // nil means Shuffled
	Seed   uint64  // of the order and of all draws
	Last   Last    // "" means Drop for kinds that make several views of a picture, Keep for the others
	Labels []int32 // one for each picture of the source, or K for each, side by side; nil: none

	Ahead   int             // batches that are made while the caller works; 0 means 2
	Workers int             // goroutines that make pictures; 0 means one per core. The result does not depend on it
	Backend compute.Backend // that the tensors will be used with, see Stream; nil: any

	// Broken is called for every place of the order whose picture cannot be read, before the batch of that place, from
	// the caller's goroutine. Nil: nobody is told.
	Broken func(number int, err error)
}

// Stream yields the batches of epochs. It may be used from several goroutines, each of which goes through an epoch.
//
// With Options.Backend, pictures are written into its memory where it shares memory with Go, as the project's CPU backend
// does: an execution then reads what the pipelines wrote, without a copy. The tensors belong to that very backend; one of
// its WithContext is another. Without, tensors are in Go's memory, and each is copied when it is first used; one that was
// released and comes back has moved to the memory of the backend and is not copied again. A backend that shares none is
// sent each batch once.
//
// An epoch holds Options.Ahead batches in the making, the one that was yielded, and those that the caller keeps; beside
// them each worker holds a picture or two.
type Stream struct {
	source  Source
	shape   Shape
	kind    Kind
	options Options
	parts   []Part
	length  int // places an epoch
	steps   int
}

// New makes a stream of the pictures of source.
//
// Errors: a field of o, kind or the order is wrong; kind does not fit the pictures; an epoch fills no batch; a tensor would
// have more than 2,147,483,647 values.
func New(source Source, kind Kind, o Options) (*Stream, error) {
	if source == nil || kind == nil {
		return nil, fmt.Errorf("stream: the source or the kind is nil; give both")
	}
	s := &Stream{source: source, shape: source.Shape(), kind: kind, options: o}
	if err := s.shape.check(); err != nil {
		return nil, err
	}
	if err := s.options.complete(kind, s.shape.N); err != nil {
		return nil, err
	}
	var err error
	if s.parts, err = kind.Parts(s.shape); err != nil {
		return nil, err
	}
	if err := checkParts(s.parts, s.options.Batch); err != nil {
		return nil, err
	}
	if s.length, err = s.options.Order.Len(s.shape.N); err != nil {
		return nil, err
	}
	b := s.options.Batch
	if s.steps = s.length / b; s.options.Last == Keep {
		s.steps = (s.length + b - 1) / b
	}
	if s.steps == 0 {
		return nil, fmt.Errorf("stream: an epoch of %d pictures fills no batch of %d; make Batch smaller, or keep the last batch with Last", s.length, b)
	}
	return s, nil
}

// complete checks the options for n pictures and sets what is left out.
func (o *Options) complete(kind Kind, n int) error {
	for _, f := range []struct {
		name  string
		value int
	}{{"Batch", o.Batch}, {"Ahead", o.Ahead}, {"Workers", o.Workers}} {
		if f.value < 0 || f.value > 1<<20 {
			return fmt.Errorf("stream.Options: %s is %d; want 1 to %d, or 0 for the default", f.name, f.value, 1<<20)
		}
	}
	if o.Last != "" && o.Last != Keep && o.Last != Drop {
		return fmt.Errorf("stream.Options: Last is %q; want keep or drop", o.Last)
	}
	if len(o.Labels)%n != 0 {
		return fmt.Errorf("stream.Options: there are %d labels for %d pictures; want one, or the same number, for each", len(o.Labels), n)
	}
	if o.Order == nil {
		o.Order = Shuffled{}
	}
	o.Batch, o.Ahead = cmp.Or(o.Batch, 64), cmp.Or(o.Ahead, 2)
	o.Workers = cmp.Or(o.Workers, runtime.GOMAXPROCS(0))
	if o.Last == "" {
		o.Last = Keep
		if k, ok := kind.(interface{ pairs() bool }); ok && k.pairs() {
			o.Last = Drop
		}
	}
	return nil
}

// Steps is the number of batches of an epoch.
func (s *Stream) Steps() int { return s.steps }

// Len is the number of places of an epoch, with those that fill no batch.
func (s *Stream) Len() int { return s.length }

// Parts describes the tensors of a batch.
func (s *Stream) Parts() []Part { return s.parts }

// numbers lists the pictures of an epoch.
func (s *Stream) numbers(epoch uint64) ([]int, error) {
	numbers := s.options.Order.Numbers(s.shape.N, s.options.Seed, epoch)
	if len(numbers) != s.length {
		return nil, fmt.Errorf("stream: the order has %d places in epoch %d; it promised %d", len(numbers), epoch, s.length)
	}
	for place, i := range numbers {
		if i < 0 || i >= s.shape.N {
			return nil, fmt.Errorf("stream: the order has picture %d at place %d of epoch %d; want 0 to %d", i, place, epoch, s.shape.N-1)
		}
	}
	return numbers, nil
}
