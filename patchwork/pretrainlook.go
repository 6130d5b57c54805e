package patchwork

import (
	"context"
	"errors"
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
	if x, err = l.leaveOut(x); err != nil {
		return nil, err
	}
	s := &subject{sight: l.sight, x: x, seed: l.seed}
	s.views = func(ctx context.Context, places []int) (a, b [][]float32, err error) {
		some, err := stream.Subset(l.source, places)
		if err != nil {
			return nil, nil, err
		}
		if a, b, err = now.ViewFeatures(ctx, some); err == nil {
			err = noneMissing(a)
		}
		return a, b, err
	}
	s.turns = func(ctx context.Context, places, quarters []int) ([][]float32, error) {
		some, err := stream.Subset(l.source, places)
		if err == nil {
			some, err = stream.Turned(some, quarters)
		}
		if err != nil {
			return nil, err
		}
		turned, err := now.Features(ctx, some)
		if err == nil {
			err = noneMissing(turned)
		}
		return turned, err
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

// leaveOut forgets the pictures that have no features any more, because they cannot be read, and returns the features of the others.
func (l *look) leaveOut(x [][]float32) (kept [][]float32, err error) {
	var places []int
	for place, row := range x {
		if row != nil {
			places, kept = append(places, place), append(kept, row)
		}
	}
	if len(kept) == len(x) {
		return x, nil
	}
	l.sight = l.sight.of(places)
	l.source, err = stream.Subset(l.source, places)
	return kept, err
}

// noneMissing is an error if a picture has no features.
func noneMissing(x [][]float32) error {
	for _, row := range x {
		if row == nil {
			return errors.New("an image cannot be read any more")
		}
	}
	return nil
}
