package pretrain

import (
	"maps"
	"slices"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/augment/stream"
	"github.com/gopatchwork/patchwork/patchwork/backbone"
)

// first are the first pictures of a source.
type first struct {
	stream.Source
	n int
}

func (f first) Shape() stream.Shape {
	s := f.Source.Shape()
	s.N = f.n
	return s
}

func TestViewsAndWeights(t *testing.T) {
	source, _ := drawings(t, 64, 1)
	for _, tt := range []struct {
		method Method
		parts  map[string]int // pictures of each
	}{{NewSimCLR(), map[string]int{"x1": 1, "x2": 1}}, {NewRotation(), map[string]int{"x": 4}}, {NewDINO(), map[string]int{"x1": 1, "x2": 1, "x3": 1, "x4": 1, "x5": 1, "x6": 1}}} {
		r := train(t, task(t, tt.method, source), Options{Batch: 32, Side: 32, Steps: 1})
		views, err := r.Views(t.Context(), first{source, 5})
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]int{}
		for _, v := range views {
			got[v.Name] = v.Each
			if len(v.Pix) != 5*v.Each*v.H*v.W*v.C || v.C != 3 || slices.Max(v.Pix) == 0 {
				t.Errorf("%s: %s has %d values of %d × %d × %d", tt.method.Card().Name, v.Name, len(v.Pix), v.H, v.W, v.C)
			}
		}
		if len(got) != len(tt.parts) {
			t.Errorf("%s shows %v, want %v", tt.method.Card().Name, got, tt.parts)
		}
		for name, each := range tt.parts {
			if got[name] != each {
				t.Errorf("%s shows %v, want %v", tt.method.Card().Name, got, tt.parts)
			}
		}
		names := map[string]int{}
		if err := r.Weights(func(name string, values []float32) error {
			names[name] = len(values)
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if names["backbone/stem/conv/kernel"] == 0 || slices.ContainsFunc(slices.Collect(maps.Keys(names)), func(n string) bool { return backbone.RoleOf(n) == backbone.Running }) {
			t.Errorf("the weights of %s are %v", tt.method.Card().Name, names)
		}
	}
}
