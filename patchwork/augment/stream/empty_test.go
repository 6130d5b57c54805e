package stream

import "context"

// empty is a source whose pictures cost nothing to read.
type empty struct{ shape Shape }

func (e empty) Shape() Shape { return e.shape }

func (e empty) Read(_ context.Context, _ int, dst []float32) error {
	dst[0] = 1
	return nil
}
