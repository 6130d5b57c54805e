package patchwork

import (
	"context"
	"fmt"

	"github.com/gopatchwork/patchwork/patchwork/augment/stream"
	"github.com/gopatchwork/patchwork/patchwork/pretrain"
)

// look measures features of some of the pictures of a training.
type look struct {
	sight
	source      stream.Source // of them
	names       []string      // of kinds
	tests       []featureTest
	pictures    func(LookPicture) error
	seed        uint64
	first, last *ProbeReport
	features    [][]float32 // of the last time
}

func newLook(all stream.Source, kinds []int, tests []featureTest, seed uint64) (l *look, err error) {
	l = &look{tests: tests, seed: seed}
	if l.sight, err = sightOf(kinds, lookedAt, seed); err != nil {
		return nil, err
	}
	l.source, err = stream.Subset(all, l.at)
	return l, err
}

// labels are the kinds of all pictures without those that are for testing, for a method that learns by them.
func (l *look) labels(kinds []int) []int32 {
	left := make([]int32, len(kinds))
	for i, kind := range kinds {
		left[i] = int32(kind)
	}
	for i, test := range l.test {
		if test {
			left[l.at[l.known[i]]] = -1
		}
	}
	return left
}

// measure is pretrain.Task.Look.
func (l *look) measure(ctx context.Context, now *pretrain.Trained) (map[string]float64, error) {
	x, err := now.Features(ctx, l.source)
	if err != nil {
		return nil, err
	}
	s := &subject{sight: l.sight, x: x, seed: l.seed}
	s.views = func(ctx context.Context, places []int) (a, b [][]float32, err error) {
		some, err := stream.Subset(l.source, places)
		if err != nil {
			return nil, nil, err
		}
		return now.ViewFeatures(ctx, some)
	}
	s.turns = func(ctx context.Context, places, quarters []int) ([][]float32, error) {
		some, err := stream.Subset(l.source, places)
		if err == nil {
			some, err = stream.Turned(some, quarters)
		}
		if err != nil {
			return nil, err
		}
		return now.Features(ctx, some)
	}
	if err := l.show(ctx, now, x); err != nil {
		return nil, err
	}
	r, err := s.measure(ctx, l.tests)
	if err != nil {
		return nil, fmt.Errorf("patchwork: measuring features: %w", err)
	}
	if l.first == nil {
		l.first = &r
	}
	l.last, l.features = &r, x
	return r.numbers(), nil
}
