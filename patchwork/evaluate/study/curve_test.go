package study

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/evaluate"
)

func TestLearningCurveNeverLeaks(t *testing.T) {
	table, scene := sparse(3, 300, 0.4, 0.1)
	var before []int
	o := CurveOptions{Budgets: []int{20, 60, 10_000}, Repeats: 2, FoldOptions: FoldOptions{Folds: 4, Group: scene, Seed: 5}}
	calls := 0
	points, err := LearningCurve(context.Background(), table, o, func(_ context.Context, learn, test []int) (float64, error) {
		seen := map[string]bool{}
		for _, row := range test {
			seen[scene(row)] = true
		}
		for _, row := range learn {
			if seen[scene(row)] {
				t.Fatalf("scene %s is learned from and tested on", scene(row))
			}
		}
		if calls%3 > 0 && !slices.Equal(learn[:len(before)], before) {
			t.Fatal("a larger budget does not hold the smaller one")
		}
		calls++
		before = learn
		return float64(len(learn)), nil
	})
	if err != nil || calls != 3*4*2 || len(points) != 3 {
		t.Fatalf("%d trainings, %d points, %v; want 3 budgets in 4 folds, twice", calls, len(points), err)
	}
	if p := points[0]; p.Budget != 20 || p.Images > 20 || p.Images < 15 || len(p.Values) != 8 || float64(p.Figure.Value) != p.Images {
		t.Errorf("20 images in whole scenes: %+v", p)
	}
	if p := points[2]; p.Images > 0.8*300 || p.Images < 0.6*300 {
		t.Errorf("more than there are: %+v; want three folds of four", p)
	}
	again, _ := LearningCurve(context.Background(), table, o, func(_ context.Context, learn, _ []int) (float64, error) { return float64(learn[0]), nil })
	third, _ := LearningCurve(context.Background(), table, o, func(_ context.Context, learn, _ []int) (float64, error) { return float64(learn[0]), nil })
	if !slices.Equal(again[0].Values, third[0].Values) {
		t.Error("the same seed gave other images")
	}
}

func TestCorrectedInterval(t *testing.T) {
	nan := evaluate.Number(math.NaN())
	// Mean 0.8, s² = 0.0025 over 0.75, 0.8, 0.85, and t with 2 degrees of freedom is 4.302653 (scipy.stats.t(2).ppf(0.975)).
	got := corrected([]evaluate.Number{0.75, nan, 0.8, 0.85}, 0.25)
	half := 4.302652729911275 * math.Sqrt((1./3+0.25)*0.0025)
	if math.Abs(float64(got.Value)-0.8) > 1e-12 || math.Abs(float64(got.High)-0.8-half) > 1e-9 || math.Abs(float64(got.Low)-0.8+half) > 1e-9 {
		t.Errorf("got %v, want 0.8 ± %v", got, half)
	}
	if one := corrected([]evaluate.Number{nan, 0.7}, 1); one.Value != 0.7 || one.Low.Known() {
		t.Errorf("one figure: %v", one)
	}
	if alike := corrected([]evaluate.Number{1, 1, 1}, 1); alike.Value != 1 || alike.Low.Known() {
		t.Errorf("figures that are all alike: %v", alike)
	}
	if none := corrected([]evaluate.Number{nan}, 1); none.Value.Known() {
		t.Errorf("no figure: %v", none)
	}
}

// The interval holds the figure of models trained on so many images about as often as it says: here the figure is the mean
// squared error of a mean, as a model that learns.
func TestCurveIntervalCovers(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 1))
	const rows, trials, budget = 100, 300, 40
	truth := 1 + 1./budget // variance of a new draw, and of the mean of budget draws
	covered := 0
	table, _ := sparse(1, rows, 0.5)
	for row := range table {
		table[row][0] = 0
	}
	for trial := range trials {
		x := make([]float64, rows)
		for i := range x {
			x[i] = rng.NormFloat64()
		}
		points, err := LearningCurve(context.Background(), table, CurveOptions{Budgets: []int{budget}, FoldOptions: FoldOptions{Seed: uint64(trial)}},
			func(_ context.Context, learn, test []int) (float64, error) {
				m, sum := 0.0, 0.0
				for _, row := range learn {
					m += x[row] / float64(len(learn))
				}
				for _, row := range test {
					sum += (x[row] - m) * (x[row] - m) / float64(len(test))
				}
				return sum, nil
			})
		if err != nil {
			t.Fatal(err)
		}
		if f := points[0].Figure; float64(f.Low) <= truth && truth <= float64(f.High) {
			covered++
		}
	}
	if share := float64(covered) / trials; share < 0.93 {
		t.Errorf("covered in %.3f of the trials, want 0.95 or more", share)
	}
}

func TestCurveErrors(t *testing.T) {
	table, _ := sparse(2, 40, 0.5)
	ctx := context.Background()
	fine := func(context.Context, []int, []int) (float64, error) { return 1, nil }
	broken := errors.New("out of memory")
	stopped, stop := context.WithCancel(ctx)
	stop()
	for says, f := range map[string]func() error{
		"Train is nil":        func() error { _, err := LearningCurve(ctx, table, CurveOptions{Budgets: []int{5}}, nil); return err },
		"Budgets is []; want": func() error { _, err := LearningCurve(ctx, table, CurveOptions{}, fine); return err },
		"Budgets is [5 5]; want": func() error {
			_, err := LearningCurve(ctx, table, CurveOptions{Budgets: []int{5, 5}}, fine)
			return err
		},
		"Budgets is [0 5]; want": func() error {
			_, err := LearningCurve(ctx, table, CurveOptions{Budgets: []int{0, 5}}, fine)
			return err
		},
		"Repeats is -1; want": func() error {
			_, err := LearningCurve(ctx, table, CurveOptions{Budgets: []int{5}, Repeats: -1}, fine)
			return err
		},
		"context canceled": func() error {
			_, err := LearningCurve(stopped, table, CurveOptions{Budgets: []int{5}}, fine)
			return err
		},
		"for 90 folds; want at ": func() error {
			_, err := LearningCurve(ctx, table, CurveOptions{Budgets: []int{5}, FoldOptions: FoldOptions{Folds: 90}}, fine)
			return err
		},
		"on 5 images, fold 0: out ": func() error {
			_, err := LearningCurve(ctx, table, CurveOptions{Budgets: []int{5}}, func(context.Context, []int, []int) (float64, error) { return 0, broken })
			return err
		},
	} {
		if err := f(); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("got %v, want %q", err, says)
		}
	}
}
