package classify

import (
	"math"
	"slices"
	"strings"
	"testing"
)

// A loss that stops being a number, or grows, ends training with the best weights before.
func TestDivergedKeepsTheBest(t *testing.T) {
	d, _ := blobs(120, 8, 2, 0.5, true)
	o := quick
	o.Head = LinearHead
	features, calls := d.Features, 0
	d.Features = func(row int) []float32 {
		if calls++; calls > 240+3*o.Steps*o.BatchSize {
			return slices.Repeat([]float32{float32(math.NaN())}, 8)
		}
		return features(row)
	}
	// The report reads the features once more, so give them back when training is over.
	p, err := prepare(d)
	if err != nil {
		t.Fatal(err)
	}
	m, err := p.inSteps(t.Context(), o.WithDefaults(), nil)
	if err != nil || m == nil || m.info.Ended != Diverged || len(p.warnings) != 1 ||
		!strings.Contains(p.warnings[0], "the loss is NaN after") || !strings.Contains(p.warnings[0], "the best before, are kept") {
		t.Fatalf("poisoned: %+v, %v, warnings %q", m, err, p.warnings)
	}
	if m.head.weights[0]-m.head.weights[0] != 0 {
		t.Error("the weights that are kept are no numbers")
	}
	// The rate rises step by step, on images that cannot be told apart.
	d, _ = blobs(120, 8, 2, 20, true)
	o.Optimiser, o.Schedule, o.Warmup, o.Rate, o.Epochs, o.Steps = Momentum, Warmup, 1000, 1000, 50, 20
	m, err = Train(t.Context(), d, o, nil)
	if err != nil || m.Info().Ended != Diverged {
		t.Fatalf("too high a rate: %v, %v", m, err)
	}
	if i := m.Info(); !slices.ContainsFunc(i.Warnings, func(w string) bool {
		return strings.Contains(w, "has grown to") && strings.Contains(w, "lower the rate (now 1000)")
	}) || len(i.History) >= 50 || !strings.Contains(i.String(), "diverged; weights of epoch") {
		t.Errorf("%v", i)
	}
}
