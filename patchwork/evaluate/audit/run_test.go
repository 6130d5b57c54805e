package audit

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/evaluate"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// world is a table whose rows lie on a line: the nearest learned row says what a row is.
type world struct {
	x     []float64
	truth []int
	n     int
}

func newWorld(n int, seed uint64) *world {
	r := rand.New(rand.NewPCG(seed, 1))
	w := &world{n: 3}
	for range n {
		x := r.Float64() * 3
		w.x, w.truth = append(w.x, x), append(w.truth, int(x))
	}
	return w
}

func (w *world) Len() int            { return len(w.x) }
func (w *world) Classes() []string   { return []string{"a", "b", "c"} }
func (w *world) Excluded(int) bool   { return false }
func (w *world) Validation(int) bool { return false }
func (w *world) Value(row, class int) labels.Tri {
	if w.truth[row] == class {
		return labels.Present
	}
	return labels.Absent
}

func (w *world) train(_ context.Context, learn, ask []int) ([][]float32, error) {
	if len(learn) == 0 {
		return nil, nil
	}
	out := make([][]float32, len(ask))
	for i, row := range ask {
		best := learn[0]
		for _, l := range learn {
			if math.Abs(w.x[l]-w.x[row]) < math.Abs(w.x[best]-w.x[row]) {
				best = l
			}
		}
		out[i] = []float32{0.1, 0.1, 0.1}
		out[i][w.truth[best]] = 0.8
	}
	return out, nil
}

func upTo(n int) (rows []int) {
	for i := range n {
		rows = append(rows, i)
	}
	return rows
}

func TestNoAuditImageIsScoredByWhatLearnedFromIt(t *testing.T) {
	w := newWorld(400, 1)
	group := func(row int) string { return string(rune('A' + row%40)) }
	sample := upTo(60)[20:]
	asked := map[int]int{}
	_, err := Run(context.Background(), w, Options{Learn: upTo(160), Audit: sample, Group: group}, func(ctx context.Context, learn, ask []int) ([][]float32, error) {
		for _, row := range ask {
			asked[row]++
			if slices.Contains(learn, row) {
				t.Fatalf("row %d is learned from and scored", row)
			}
			for _, other := range sample {
				if group(other) == group(row) && slices.Contains(learn, other) {
					t.Fatalf("rows %d and %d of one group are on both sides", row, other)
				}
			}
		}
		return w.train(ctx, learn, ask)
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range sample {
		if asked[row] != 7 { // four numbers of labels as chosen, three of them at random
			t.Errorf("row %d was scored %d times; want 7", row, asked[row])
		}
	}
	if len(asked) != len(sample) {
		t.Errorf("%d rows were scored; want the %d of the audit", len(asked), len(sample))
	}
}

func TestIntervalsHoldTheTruth(t *testing.T) {
	held, drawn, runs := 0, 0, 60
	for seed := range runs {
		w := newWorld(3000, uint64(seed))
		// 30 rows of a uniform draw, the rows being in random order, and 70 of a strategy that looks at one place only.
		var chosen []int
		for row := 30; len(chosen) < 70; row++ {
			if w.x[row] > 1.9 && w.x[row] < 2.1 {
				chosen = append(chosen, row)
			}
		}
		learn := append(upTo(30), chosen...)
		r, err := Run(context.Background(), w, Options{Learn: learn, Audit: upTo(30), Seed: uint64(seed), Replicates: 100}, w.train)
		if err != nil {
			t.Fatal(err)
		}
		rest := upTo(w.Len())[2000:]
		said, _ := w.train(context.Background(), learn, rest)
		right := 0
		for i, row := range rest {
			if said[i][w.truth[row]] > 0.5 {
				right++
			}
		}
		truth := evaluate.Number(right) / evaluate.Number(len(rest))
		if r.Accuracy.Low <= truth && truth <= r.Accuracy.High {
			held++
		}
		if len(r.Random) == 4 {
			drawn++
		}
	}
	if held < runs*85/100 {
		t.Errorf("the interval of the accuracy held what is true in %d of %d runs; want 95 %%", held, runs)
	}
	if drawn != runs {
		t.Errorf("random was estimated in %d of %d runs", drawn, runs)
	}
}

func TestChoosingWellPays(t *testing.T) {
	w := newWorld(600, 3)
	good := []int{}
	for _, edge := range []float64{0.98, 1.02, 1.98, 2.02, 0.5, 1.5, 2.5, 0.9, 1.1, 1.9, 2.1, 0.2} { // where it matters, first
		best := 40
		for row := 40; row < w.Len(); row++ {
			if math.Abs(w.x[row]-edge) < math.Abs(w.x[best]-edge) && !slices.Contains(good, row) {
				best = row
			}
		}
		good = append(good, best)
	}
	sample := upTo(40)
	r, err := Run(context.Background(), w, Options{Learn: slices.Concat(good, sample), Audit: sample, Weight: func(row int) float64 {
		if row < 40 {
			return 15
		}
		return 1
	}}, w.train)
	if err != nil {
		t.Fatal(err)
	}
	if r.Chosen[0].Images != 6 || r.Chosen[0].Figure.Value <= r.Random[0].Figure.Value {
		t.Errorf("with the first %d labels, chosen where classes meet, %v; as many at random %v", r.Chosen[0].Images, r.Chosen[0].Figure, r.Random[0].Figure)
	}
	if last := r.Chosen[len(r.Chosen)-1]; last.Images != 52 || last.Figure != r.Accuracy || len(r.Random) != len(r.Chosen) {
		t.Errorf("the curve ends at %+v and the accuracy is %v; random has %d points", last, r.Accuracy, len(r.Random))
	}
	if r.Next.Images != 50 || !(r.Next.Figure.Low <= r.Next.Figure.Value && r.Next.Figure.Value <= r.Next.Figure.High) || r.Next.Figure.Value < 0 {
		t.Errorf("the next labels: %+v", r.Next)
	}
	again, err := Run(context.Background(), w, Options{Learn: slices.Concat(good, sample), Audit: sample, Weight: func(row int) float64 {
		if row < 40 {
			return 15
		}
		return 1
	}}, w.train)
	if err != nil || !reflect.DeepEqual(r.Chosen, again.Chosen) || r.Pays != again.Pays || r.Next != again.Next {
		t.Errorf("the same labels and options gave another result: %v", err)
	}
}

func TestUnknownLabelsAreNoMistakes(t *testing.T) {
	w := newWorld(200, 5)
	hidden := partly{w}
	r, err := Run(context.Background(), hidden, Options{Learn: upTo(80), Audit: upTo(30)}, func(_ context.Context, _, ask []int) ([][]float32, error) {
		out := make([][]float32, len(ask))
		for i, row := range ask {
			out[i] = []float32{1, 0, 0} // right about a, whose label is known where it is present, and about c
			if w.truth[row] != 0 {
				out[i][0] = 0
			}
		}
		return out, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if r.Single || r.Accuracy.Value != 1 || len(r.Wrong) != 0 || r.Classes[1].Figures.Unknown != 30 {
		t.Errorf("got %v of single %v, %d mistakes, %d unknown of b; want 1, none, 30", r.Accuracy, r.Single, len(r.Wrong), r.Classes[1].Figures.Unknown)
	}
}

// partly is a world where nobody has said anything of b, and c is absent throughout.
type partly struct{ *world }

func (p partly) Value(row, class int) labels.Tri {
	switch class {
	case 1:
		return labels.Unknown
	case 2:
		return labels.Absent
	}
	return p.world.Value(row, class)
}

func TestRunRefuses(t *testing.T) {
	w := newWorld(50, 1)
	few := (*FewError)(nil)
	if _, err := Run(context.Background(), w, Options{Learn: upTo(20), Audit: upTo(4)}, w.train); !errors.As(err, &few) || few.Images != 4 {
		t.Errorf("4 audit images: %v", err)
	}
	_, err := Run(context.Background(), w, Options{Audit: upTo(20), Folds: 1, Next: -1, Replicates: -2}, w.train)
	for _, want := range []string{"Folds is 1", "Next is -1", "Replicates is -2", "Learn is empty"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error %v does not say %q", err, want)
		}
	}
	if _, err := Run(context.Background(), w, Options{Learn: []int{99}, Audit: upTo(20)}, w.train); err == nil || !strings.Contains(err.Error(), "row 99") {
		t.Errorf("a row that is not there: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	if _, err := Run(ctx, w, Options{Learn: upTo(30), Audit: upTo(20), Progress: func(int, int) { cancel() }}, w.train); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestAdvice(t *testing.T) {
	interval := func(v, low, high float64) evaluate.Interval {
		return evaluate.Interval{Value: evaluate.Number(v), Low: evaluate.Number(low), High: evaluate.Number(high)}
	}
	result := func(audit int, accuracy, next evaluate.Interval) *Result {
		return &Result{Audit: audit, Accuracy: accuracy, Next: Point{50, next}}
	}
	settled, steep := interval(0.002, 0, 0.008), interval(0.03, 0.01, 0.05)
	for _, tt := range []struct {
		name string
		r    *Result
		s    []Step
		stop bool
		says []string
	}{
		{"nothing measured", nil, nil, false, []string{"Too early", "3 audit images labelled", "20 are needed", "Go on"}},
		{"few audit images", result(12, interval(1, 0.8, 1), settled), steps(1, 1, 1), false, []string{"Too early", "12 audit images"}},
		{"all three", result(200, interval(0.93, 0.90, 0.95), settled), steps(0.5, 0.99, 1, 0.998), true,
			[]string{"Could stop", "changed 0.4 % of the answers", "accuracy 0.93 (0.90 to 0.95) by 200 audit images", "next 50 labels are expected to add 0.00 (0.00 to 0.01)"}},
		{"a wide interval", result(30, interval(0.93, 0.80, 0.98), settled), steps(1, 1, 1), false, []string{"Could nearly stop", "About 68 more audit images"}}, // 30·(0.18/0.1)² - 30 = 67.2
		{"unstable", result(200, interval(0.93, 0.90, 0.95), settled), steps(0.9, 0.95, 0.97), false, []string{"Go on"}},
		{"steep", result(200, interval(0.93, 0.90, 0.95), steep), steps(1, 1, 1), false, []string{"Go on: the next 50 labels are expected to add 0.03"}},
		{"two trainings", result(200, interval(0.93, 0.90, 0.95), settled), steps(1, 1), false, []string{"too few trainings"}},
	} {
		a := Advise(tt.r, tt.s, 3)
		if a.CouldStop != tt.stop {
			t.Errorf("%s: could stop is %v", tt.name, a.CouldStop)
		}
		for _, want := range tt.says {
			if !strings.Contains(a.Text, want) {
				t.Errorf("%s: %q does not say %q", tt.name, a.Text, want)
			}
		}
	}
}
