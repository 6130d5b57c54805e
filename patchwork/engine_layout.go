package patchwork

import (
	"context"
	"slices"
)

// LayoutKinds are those of maps.
func (e *engine) LayoutKinds() []string { return slices.Clone(LayoutKinds) }

// Layout reads the map of a kind, or lays it out, by the options with which it was laid out before. Features are opened for it
// alone, so that searches need not wait.
func (e *engine) Layout(ctx context.Context, kind string, onStep func(string, int, int)) ([]float32, error) {
	kept, _ := e.keptLayout(kind, e.Images().Len())
	o := kept.Options
	o.Kind = kind
	m, err := e.Project.Layout(ctx, o, onStep)
	if err != nil {
		return nil, trainingComputes(err)
	}
	return m.flat(), nil
}
