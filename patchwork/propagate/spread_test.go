package propagate

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/explore"
)

var nan = math.NaN()

// golden is what testdata/spread.py wrote.
type golden struct {
	N, K   int
	Index  []int32
	Cosine []float32
	Same   []int32
	Y      [][]*float64
	Cases  []struct {
		Temperature, Trust float64
		Scores             [][]*float64
	}
}

func read(t *testing.T) (g golden, graph *explore.Graph, value func(row, class int) float64) {
	t.Helper()
	data, err := os.ReadFile("testdata/spread.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &g); err != nil || len(g.Cases) == 0 {
		t.Fatal(err, "no cases")
	}
	return g, &explore.Graph{N: g.N, K: g.K, Index: g.Index, Cosine: g.Cosine}, func(row, class int) float64 { return number(g.Y[row][class]) }
}

func number(v *float64) float64 {
	if v == nil {
		return nan
	}
	return *v
}

// near says that two scores are equal to 1e-5, or both unknown.
func near(a, b float64) bool {
	return math.Abs(a-b) < 1e-5 || math.IsNaN(a) && math.IsNaN(b)
}

func TestSpreadAgainstNumpy(t *testing.T) {
	g, graph, value := read(t)
	for _, c := range g.Cases {
		got, err := Spread(t.Context(), graph, 3, value, Options{Temperature: c.Temperature, Trust: c.Trust, Same: g.Same})
		if err != nil {
			t.Fatal(err)
		}
		reached := make([]int, 3)
		for row, want := range c.Scores {
			for class, w := range want {
				if w != nil {
					reached[class]++
				}
				if v := float64(got.Of(row)[class]); !near(v, number(w)) {
					t.Errorf("temperature %g, trust %g: row %d, class %d: got %.7f, want %.7f (testdata/spread.py)", c.Temperature, c.Trust, row, class, v, number(w))
				}
			}
		}
		if !slices.Equal(got.Reached, reached) || got.Steps < 3 {
			t.Errorf("reached %d in %d steps, want %d", got.Reached, got.Steps, reached)
		}
	}
}

// scattered is a graph of random vectors.
func scattered(t testing.TB, n, k int) *explore.Graph {
	t.Helper()
	r := rand.New(rand.NewPCG(4, 4))
	x := make([][]float32, n)
	for i := range x {
		for range 6 {
			x[i] = append(x[i], float32(r.NormFloat64()))
		}
	}
	v, err := explore.NewVectors(t.Context(), n, func(row int) []float32 { return x[row] })
	if err != nil {
		t.Fatal(err)
	}
	g, err := v.Graph(t.Context(), explore.GraphOptions{K: k})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// A labelled image next to one of the other kind keeps its label; an answer that all labels give is everybody's; the answers
// for a class and for its opposite add up to one.
func TestWhatLabelsMean(t *testing.T) {
	g := scattered(t, 300, 8)
	index, _ := g.Of(17)
	got, err := Spread(t.Context(), g, 4, func(row, class int) float64 {
		switch {
		case class < 2 && row == 17:
			return float64(class)
		case class < 2 && row == int(index[0]):
			return float64(1 - class)
		case class == 2 && row%50 == 0:
			return 1
		case class == 3 && row == 80:
			return 0.25
		}
		return nan
	}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if a, b := got.Of(17), got.Of(int(index[0])); a[0] != 0 || b[0] != 1 || a[1] != 1 || b[1] != 0 {
		t.Errorf("two labelled neighbours have the scores %v and %v; want their labels", a, b)
	}
	for row := range g.N {
		s := got.Of(row)
		if math.Abs(float64(s[0]+s[1])-1) > 1e-4 {
			t.Errorf("row %d: %g of a class and %g of its opposite", row, s[0], s[1])
		}
		if math.Abs(float64(s[2])-1) > 1e-5 || math.Abs(float64(s[3])-0.25) > 1e-5 {
			t.Errorf("row %d: %g and %g where every label says 1 and 0.25", row, s[2], s[3])
		}
	}
}

// Labels that are trusted more and more are held in the end.
func TestTrustWithoutEnd(t *testing.T) {
	g := scattered(t, 200, 6)
	value := func(row, class int) float64 {
		if row%20 == 0 {
			return float64(row / 20 % 2)
		}
		return nan
	}
	held, err := Spread(t.Context(), g, 1, value, Options{})
	if err != nil {
		t.Fatal(err)
	}
	soft, err := Spread(t.Context(), g, 1, value, Options{Trust: 1000, Tolerance: 1e-9})
	if err != nil {
		t.Fatal(err)
	}
	some, err := Spread(t.Context(), g, 1, value, Options{Trust: 1})
	if err != nil {
		t.Fatal(err)
	}
	moved := 0.0
	for row := range g.N {
		if math.Abs(float64(held.Of(row)[0]-soft.Of(row)[0])) > 2e-3 {
			t.Errorf("row %d: %g held, %g trusted without end", row, held.Of(row)[0], soft.Of(row)[0])
		}
		if row%20 == 0 {
			moved = max(moved, math.Abs(float64(held.Of(row)[0]-some.Of(row)[0])))
		}
	}
	if moved < 0.1 {
		t.Errorf("with a trust of 1 no label moves by more than %g", moved)
	}
}

func TestOutOfFoldHidesItsOwnLabels(t *testing.T) {
	g, graph, value := read(t)
	fold := make([]int, g.N)
	for row := range fold {
		if fold[row] = row % 3; row == 7 {
			fold[row] = -1
		}
	}
	fold[11] = 2 // the copy of row 3, in fold 0, goes with it
	got, err := OutOfFold(t.Context(), graph, 3, value, fold, Options{Same: g.Same})
	if err != nil {
		t.Fatal(err)
	}
	fold[11] = 0
	for f := range 3 {
		want, err := Spread(t.Context(), graph, 3, func(row, class int) float64 {
			if fold[row] == f || row == 7 {
				return nan
			}
			return value(row, class)
		}, Options{Same: g.Same})
		if err != nil {
			t.Fatal(err)
		}
		for row := range fold {
			if fold[row] == f {
				for class, v := range got.Of(row) {
					if !near(float64(v), float64(want.Of(row)[class])) {
						t.Errorf("fold %d, row %d, class %d: got %g, want %g", f, row, class, v, want.Of(row)[class])
					}
				}
			}
		}
	}
	if s := got.Of(7); s[0] == s[0] {
		t.Errorf("a row without a fold has the scores %v", s)
	}
}

func TestMistakesAreNamed(t *testing.T) {
	g := scattered(t, 60, 5)
	unknown := func(int, int) float64 { return nan }
	one := func(row, _ int) float64 {
		if row < 2 {
			return float64(row)
		}
		return nan
	}
	run := func(g *explore.Graph, value func(int, int) float64, o Options) error {
		_, err := Spread(t.Context(), g, 1, value, o)
		return err
	}
	_, folds := OutOfFold(t.Context(), g, 1, unknown, make([]int, 3), Options{})
	for want, err := range map[string]error{
		"there is no graph":           run(nil, unknown, Options{}),
		"Temperature is 0.01; want":   run(g, unknown, Options{Temperature: 0.01}),
		"Trust is -1; want":           run(g, unknown, Options{Trust: -1}),
		"Trust is 5000; want":         run(g, unknown, Options{Trust: 5000}),
		"Tolerance is 2; want":        run(g, unknown, Options{Tolerance: 2}),
		"Steps is -3; want":           run(g, unknown, Options{Steps: -3}),
		"Same has 2 rows":             run(g, unknown, Options{Same: []int32{0, 0}}),
		"row 1 is a copy of row 5":    run(g, unknown, Options{Same: append([]int32{0, 5}, make([]int32, 58)...)}),
		"row 0 has the value 2 for":   run(g, func(int, int) float64 { return 2 }, Options{}),
		"after 2 steps the scores of": run(g, one, Options{Steps: 2}),
		"folds of 3 rows":             folds,
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	done, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Spread(done, g, 1, one, Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end of the context: %v", err)
	}
	if s, err := Spread(t.Context(), g, 2, unknown, Options{}); err != nil || s.Reached[1] != 0 || s.Of(3)[0] == s.Of(3)[0] {
		t.Errorf("without a label: %+v, %v; want NaN everywhere", s, err)
	}
}
