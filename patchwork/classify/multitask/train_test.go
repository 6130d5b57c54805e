package multitask

import (
	"math/rand/v2"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/classify/network"
)

// quick is enough for the small problems below.
var quick = Options{Trunk: "16", Epochs: 6, Steps: 25, BatchSize: 16, Rate: 0.02}

// problem is n vectors of dim numbers in four groups around centres of a seed, with two tasks: which of three (two groups
// are one category), and whether a number is above 0. A share of the cells is blank.
func problem(n, dim int, spread, blank float64) Data {
	rng := rand.New(rand.NewPCG(7, 7))
	centres := make([][]float64, 4)
	for g := range centres {
		for range dim {
			centres[g] = append(centres[g], rng.NormFloat64())
		}
	}
	t := &Table{File: "tasks.csv", Tasks: []Task{{"kind", []string{"a", "b", "c"}}, {"sign", []string{"minus", "plus"}}}}
	x := make([][]float32, n)
	for i := range n {
		g := i % 4
		for j := range dim {
			x[i] = append(x[i], float32(centres[g][j]+spread*rng.NormFloat64()))
		}
		values := []int{[]int{0, 1, 2, 2}[g], 0}
		if x[i][0] > 0 {
			values[1] = 1
		}
		for k := range values {
			if rng.Float64() < blank {
				values[k] = Unknown
			}
		}
		t.Rows, t.Lines, t.Excluded, t.Values = append(t.Rows, i), append(t.Lines, i+2), append(t.Excluded, false), append(t.Values, values...)
	}
	return Data{Table: t, Input: network.Vector(dim), Features: func(row int) []float32 { return x[row] }, FeatureID: "made-1"}
}

func train(t testing.TB, d Data, o Options) *Model {
	t.Helper()
	m, err := Train(t.Context(), d, o, nil)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestTrainLearns(t *testing.T) {
	info := train(t, problem(240, 12, 0.4, 0.3), quick).Info()
	t.Log(info)
}
