package stream

import (
	"context"
	"fmt"
)

// Turned is a source of the pictures of another, picture i turned by quarters[i]·90° against the clock.
//
// Errors: the pictures are not square; there are not as many quarters as pictures.
func Turned(s Source, quarters []int) (Source, error) {
	shape := s.Shape()
	if shape.W != shape.H {
		return nil, fmt.Errorf("stream.Turned: pictures are %d x %d; a quarter turn needs squares", shape.W, shape.H)
	}
	if len(quarters) != shape.N {
		return nil, fmt.Errorf("stream.Turned: there are %d pictures and %d turns; give one for each", shape.N, len(quarters))
	}
	return turned{s, quarters}, nil
}

type turned struct {
	Source
	quarters []int
}

func (t turned) Row(i int) int { return rowOf(t.Source, i) }

func (t turned) Read(ctx context.Context, i int, dst []float32) error {
	shape := t.Shape()
	upright := make([]float32, shape.values())
	if err := t.Source.Read(ctx, i, upright); err != nil {
		return err
	}
	turn(dst, upright, shape.W, shape.C, ((t.quarters[i]%4)+4)%4)
	return nil
}
