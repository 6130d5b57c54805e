package stream

import (
	"context"
	"fmt"
	"math"
)

// Shape says how many pictures a source has and how large each is.
type Shape struct{ N, H, W, C int }

func (s Shape) values() int { return s.H * s.W * s.C }

// maxSide bounds the sides and the channels of a picture, as augment does.
const maxSide = 1 << 16

func (s Shape) check() error {
	if s.N < 1 || s.N > math.MaxInt32 {
		return fmt.Errorf("stream: the source has %d pictures; want 1 to %d", s.N, math.MaxInt32)
	}
	if min(s.H, s.W, s.C) < 1 || max(s.H, s.W, s.C) > maxSide {
		return fmt.Errorf("stream: the pictures of the source are %d x %d with %d channels; want 1 to %d of each", s.W, s.H, s.C, maxSide)
	}
	if s.H*s.W > math.MaxInt32/s.C {
		return fmt.Errorf("stream: the pictures of the source have %d x %d x %d values; want at most %d", s.H, s.W, s.C, math.MaxInt32)
	}
	return nil
}

// Source reads pictures of one size, in any order and from several goroutines at a time.
//
// A Source may also have a method Row(i int) int that tells the row of picture i in a table; otherwise the row is i.
type Source interface {
	Shape() Shape
	// Read puts picture i into dst, [H, W, C] in [0, 1]. An error means that this picture cannot be read.
	Read(ctx context.Context, i int, dst []float32) error
}

// rower is a Source that knows the rows of its pictures.
type rower interface{ Row(i int) int }

func rowOf(s Source, i int) int {
	if r, ok := s.(rower); ok {
		return r.Row(i)
	}
	return i
}
