package pretrain

import (
	"context"
	"maps"
	"math"
	"slices"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/optimise"
)

// weightsOf are those that Trained.Weights shows.
func weightsOf(t *testing.T, r *Trained) map[string][]float32 {
	t.Helper()
	all := map[string][]float32{}
	if err := r.Weights(func(name string, values []float32) error {
		all[name] = values
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return all
}

// The first step of momentum is rate times the gradient, so gradients and their norm are known from the weights before and after it, where nothing is clipped.
func TestGradientsAreWhatWeightsMoveBy(t *testing.T) {
	source, _ := drawings(t, 64, 1)
	o := quick()
	o.Steps, o.Optimiser, o.Rate, o.Schedule, o.Decay = 1, optimise.Momentum, 1, optimise.Constant, -1
	k := task(t, NewSimCLR(), source)
	var before map[string][]float32
	var shown int
	k.Gradients = true
	k.Look = func(_ context.Context, now *Trained) (map[string]float64, error) {
		if now.Step() == 0 {
			before = weightsOf(t, now)
		}
		return nil, now.Gradients(func(string, []float32) error {
			shown += now.Step()
			return nil
		})
	}
	r := train(t, k, o)
	after, square := weightsOf(t, r.Trained), 0.0
	if err := r.Gradients(func(name string, g []float32) error {
		for i := range g {
			moved := float64(before[name][i] - after[name][i])
			if math.Abs(moved-float64(g[i])) > 1e-5*(1+math.Abs(float64(before[name][i]))) {
				t.Fatalf("%s moved by %g at %d, and its gradient is %g", name, moved, i, g[i])
			}
			square += float64(g[i]) * float64(g[i])
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if norm := r.Last.Metrics["gradient"]; math.Abs(norm-math.Sqrt(square)) > 1e-4*norm || norm == 0 {
		t.Errorf("the norm is %g, that of the gradients %g", norm, math.Sqrt(square))
	}
	if shown != len(after) {
		t.Errorf("at the last look %d gradients are shown, of %d weights", shown, len(after))
	}
	o.Clip = 0.01
	if clipped := train(t, k, o).Last.Metrics["gradient"]; math.Abs(clipped-r.Last.Metrics["gradient"]) > 1e-4*clipped {
		t.Errorf("clipped to 0.01, the norm before is %g; want %g", clipped, r.Last.Metrics["gradient"])
	}
}

// Gradients are kept of the last step of the weights before each look, and batches that make none have no norm. Keeping them changes no weight.
func TestGradientsAtLooks(t *testing.T) {
	source, _ := drawings(t, 64, 1)
	for _, optimiser := range []optimise.Optimiser{optimise.Adam, optimise.Momentum} {
		o := quick()
		o.Batch, o.Steps, o.Accumulate, o.Optimiser, o.Rate = 16, 11, 3, optimiser, 0.01 // 4 batches an epoch, steps of the weights after 3, 6, 9 and 11
		var points, looks []int
		listen := func(p Point) {
			if _, ok := p.Metrics["gradient"]; ok {
				points = append(points, p.Step)
			}
		}
		k := task(t, NewMoCo(), source)
		plain, err := Train(t.Context(), k, o, nil)
		if err != nil {
			t.Fatal(err)
		}
		var seen [][]float32
		k.Gradients, k.LookEvery = true, 1
		k.Look = func(_ context.Context, now *Trained) (map[string]float64, error) {
			return nil, now.Gradients(func(name string, g []float32) error {
				if name == "backbone/stem/conv/kernel" {
					looks, seen = append(looks, now.Step()), append(seen, g)
				}
				return nil
			})
		}
		r, err := Train(t.Context(), k, o, listen)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(points, []int{3, 6, 9, 11}) || !slices.Equal(looks, []int{4, 8, 11}) || slices.Equal(seen[0], seen[1]) || slices.Equal(seen[1], seen[2]) {
			t.Errorf("norms are of the batches %v, gradients were shown after %v", points, looks)
		}
		if !maps.EqualFunc(weightsOf(t, r.Trained), weightsOf(t, plain.Trained), func(a, b []float32) bool { return slices.Equal(a, b) }) {
			t.Errorf("with %s, a training whose gradients are looked at comes to other weights", optimiser)
		}
		r.Close()
		plain.Close()
	}
}
