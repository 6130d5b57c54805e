package multitask

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gopatchwork/patchwork/patchwork/classify/network"
	"github.com/gopatchwork/patchwork/patchwork/compute"
)

// TestStepsGolden compares three whole steps, of all terms and of Adam, with torch (testdata/step.py). The steps here are in
// float32, and Adam divides by roots of small squares: 2e-4 of a weight.
func TestStepsGolden(t *testing.T) {
	text, err := os.ReadFile("testdata/step.json")
	if err != nil {
		t.Fatal(err)
	}
	type values struct {
		Dims   []int
		Values []float64
	}
	var cases []struct {
		Name                 string
		Weighting            Weighting
		Manual               []float64
		Balance              [][]float32
		Distill, Decay, Rate float64
		Steps                []struct {
			X, Q [][]float32
			Y    [][]int
		}
		First, Last map[string]values
		LogVariance []float64 `json:"log_variance"`
	}
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	backend, err := compute.Backend()
	if err != nil {
		t.Fatal(err)
	}
	tasks := []Task{{"a", []string{"x", "y", "z"}}, {"b", []string{"no", "yes"}}}
	for _, c := range cases {
		o := Options{Trunk: "5", Heads: "6", Weighting: c.Weighting, Distill: c.Distill, WeightDecay: c.Decay}
		l, err := newLayout(o, network.Vector(4), tasks)
		if err != nil {
			t.Fatal(err)
		}
		first := weights{}
		for path, v := range c.First {
			for _, x := range v.Values {
				first[path] = append(first[path], float32(x))
			}
		}
		s := l.store(first)
		addLogVariance(s, 2, o)
		step, err := stepper(backend, s, l, o, c.Manual)
		if err != nil {
			t.Fatal(err)
		}
		for i, batch := range c.Steps {
			target := make([][]float32, len(batch.Y))
			for row, y := range batch.Y {
				target[row] = make([]float32, 5)
				for k, v := range y {
					if v >= 0 {
						target[row][l.offset[k]+v] = c.Balance[k][v]
					}
				}
			}
			err := run(step, func(out []*tensors.Tensor) error {
				got := out[0].Value().([][]float32)
				if i == 1 && (got[0][1] != 0 || got[1][1] != 0 || got[1][0] == 0) {
					t.Errorf("%s: in a step of which the second task is unknown it has the sum %g over %g", c.Name, got[0][1], got[1][1])
				}
				return nil
			}, batch.X, target, batch.Q, float32(c.Rate))
			if err != nil {
				t.Fatal(err)
			}
		}
		last, err := l.read(s)
		if err != nil {
			t.Fatal(err)
		}
		near := func(what string, got float32, want float64) {
			if math.Abs(float64(got)-want) > 2e-4*(1+math.Abs(want)) {
				t.Errorf("%s: %s is %.7f after three steps, torch has %.7f", c.Name, what, got, want)
			}
		}
		for path, want := range c.Last {
			for i, v := range want.Values {
				near(path, last[path][i], v)
			}
		}
		now := tensors.MustCopyFlatData[float32](s.GetVariable(logVariancePath).MustValue())
		for k, want := range c.LogVariance {
			near("a log variance", now[k], want)
		}
		if len(c.Last) != len(last) {
			t.Errorf("%s: %d variables, torch has %d", c.Name, len(last), len(c.Last))
		}
		step.Finalize()
		s.Finalize()
	}
}
