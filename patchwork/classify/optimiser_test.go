package classify

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gopatchwork/patchwork/patchwork/compute"
)

// TestOptimisersGolden compares the steps of each optimiser with torch (testdata/optimisers.py).
func TestOptimisersGolden(t *testing.T) {
	text, err := os.ReadFile("testdata/optimisers.json")
	if err != nil {
		t.Fatal(err)
	}
	var g struct {
		Features, Labels, Weights [][]float32
		Bias                      []float32
		Rates                     []float64
		Decay                     float64
		After                     []struct {
			Name         Optimiser
			Factor       float64
			Weights      [][]float64
			Bias, Losses []float64
		}
	}
	if err := json.Unmarshal(text, &g); err != nil {
		t.Fatal(err)
	}
	backend, err := compute.Backend()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range g.After {
		h := head{kind: LinearHead, dim: 3, classes: 2, bias: g.Bias, mean: make([]float32, 3), scale: []float32{1, 1, 1}, weights: slices.Concat(g.Weights...)}
		store := h.store()
		c := criterion{o: Options{Loss: SigmoidLoss, Optimiser: want.Name, WeightDecay: g.Decay}}
		step, err := c.stepper(backend, &h, store)
		if err != nil {
			t.Fatal(err)
		}
		for i, rate := range g.Rates {
			err := run(step, func(out []*tensors.Tensor) error {
				if loss := float64(tensors.ToScalar[float32](out[0])); math.Abs(loss-want.Losses[i]) > 1e-5 {
					t.Errorf("%s: loss %.7f at step %d, want %.7f", want.Name, loss, i, want.Losses[i])
				}
				return nil
			}, g.Features, g.Labels, float32(rate*want.Factor))
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := h.read(store); err != nil {
			t.Fatal(err)
		}
		for i, got := range h.weights {
			if w := want.Weights[i/2][i%2]; math.Abs(float64(got)-w) > 1e-5 {
				t.Errorf("%s: weight %d is %.7f, want %.7f", want.Name, i, got, w)
			}
		}
		for i, got := range h.bias {
			if math.Abs(float64(got)-want.Bias[i]) > 1e-5 {
				t.Errorf("%s: bias %d is %.7f, want %.7f", want.Name, i, got, want.Bias[i])
			}
		}
	}
	if len(g.After) != 3 {
		t.Errorf("%d optimisers were compared", len(g.After))
	}
}

// With their default rates all optimisers and schedules learn, the same for the same seed.
func TestOptimisersAndSchedulesLearn(t *testing.T) {
	d, _ := blobs(300, 32, 4, 0.5, true)
	try := func(o Options) {
		t.Helper()
		m := train(t, d, o)
		if r := m.Info().Report.Validation; !(r.Top1.Value > 0.98) {
			t.Errorf("%s, %s: %v", o.Optimiser, o.Schedule, m.Info())
		}
		if train(t, d, o).head.sum() != m.head.sum() {
			t.Errorf("%s, %s: two trainings with one seed gave other weights", o.Optimiser, o.Schedule)
		}
	}
	for _, o := range []Optimiser{Adam, Momentum, LARS} {
		try(Options{Optimiser: o, Epochs: 5, Steps: 40, Head: LinearHead})
	}
	for _, s := range []Schedule{Cosine, Constant, Exponential, Staircase, Restarts, Warmup} {
		try(Options{Schedule: s, Epochs: 5, Steps: 40, Head: LinearHead})
	}
}
