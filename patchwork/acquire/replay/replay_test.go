package replay

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

// table is images of three classes of which each shows one; b is rare.
type table []int

func (t table) Len() int            { return len(t) }
func (t table) Classes() []string   { return []string{"a", "b", "c"} }
func (t table) Excluded(r int) bool { return r == 0 }
func (t table) Validation(int) bool { return false }
func (t table) Value(row, class int) labels.Tri {
	if row == 1 && class == 2 {
		return labels.Unknown
	}
	if t[row] == class {
		return labels.Present
	}
	return labels.Absent
}

func images(n int) table {
	t := make(table, n)
	for row := range t {
		t[row] = []int{0, 2, 0, 2, 0, 0, 2, 0, 1, 2}[row%10]
	}
	return t
}

// vectors lie around a corner for each class.
func vectors(t table) func(row int) []float32 {
	r := rand.New(rand.NewPCG(1, 1))
	x := make([][]float32, len(t))
	for row, class := range t {
		x[row] = make([]float32, 3)
		for k := range x[row] {
			x[row][k] = float32(r.NormFloat64()) * 0.2
		}
		x[row][class]++
	}
	return func(row int) []float32 { return x[row] }
}

// nearest learns the mean of each class that it has seen.
func nearest(t *testing.T, tab table, x func(int) []float32) Train {
	return func(_ context.Context, learn, open []int, _ uint64) (*Model, error) {
		if !slices.IsSorted(learn) || slices.Contains(learn, 0) || slices.Contains(learn, 1) {
			t.Errorf("learns from %v; want rows in order, none excluded and none without all labels", learn)
		}
		all := slices.Sorted(slices.Values(slices.Concat(learn, open)))
		if n := len(slices.Compact(slices.Clone(all))); n != len(all) || n > (len(tab)-2)*2/3+2 || n < (len(tab)-2)*2/3-2 {
			t.Errorf("%d rows to learn from and %d open, %d in all; want each once, and two thirds of %d", len(learn), len(open), n, len(tab)-2)
		}
		seen := map[int][]int{}
		for _, row := range learn {
			seen[tab[row]] = append(seen[tab[row]], row)
		}
		if len(seen) == 1 {
			return nil, nil
		}
		out := make([]float32, 3)
		return &Model{Probs: func(row int) []float32 {
			for c := range out {
				out[c] = float32(math.NaN())
				for k, s := range seen[c] {
					d := 0.0
					for i, v := range x(row) {
						d += float64(v-x(s)[i]) * float64(v-x(s)[i])
					}
					if q := float32(math.Exp(-d)); k == 0 || q > out[c] {
						out[c] = q
					}
				}
			}
			return out
		}}, nil
	}
}

func TestReplay(t *testing.T) {
	tab := images(150)
	x := vectors(tab)
	seen := map[string][]int{}
	o := Options{Strategies: []string{"random", "typiclust", "entropy", "50% rare + 50% unsure"}, Batch: 4, Rounds: 5, Seeds: 6, Features: x,
		Progress: func(done, total int) { seen["progress"] = append(seen["progress"], done, total) }}
	r, err := Run(t.Context(), tab, o, nearest(t, tab, x))
	if err != nil || len(r.Steps) != 4*6*5 {
		t.Fatalf("%d steps, %v", len(r.Steps), err)
	}
	if p := seen["progress"]; len(p) != 240 || p[238] != 120 || p[239] != 120 {
		t.Errorf("progress %v", p)
	}
	for i, s := range r.Steps {
		if want := o.Strategies[i/30]; s.Strategy != want || s.Seed != i/5%6 || s.Images != 4*(i%5+1) {
			t.Fatalf("step %d: %+v", i, s)
		}
		if s.Accuracy < 0 || s.Accuracy > 1 || s.MeanAP <= 0 || s.MeanAP > 1 {
			t.Errorf("step %d: %+v", i, s)
		}
	}
	// Groups are far apart, so that one typical image of each is all that is needed.
	if c := r.Curve("typiclust", Accuracy); len(c) != 5 || c[1].Images != 8 || c[1].Figure.Value < 0.99 {
		t.Errorf("typiclust: %v", c)
	}
	if g := r.Gain("typiclust", Accuracy); g.Low <= 0 {
		t.Errorf("gain of typiclust %v; want it above random", g)
	}
	if g := r.Gain("random", MeanAP); g.Value != 0 || g.Low != 0 {
		t.Errorf("gain of random over itself %v", g)
	}
	o.Strategies, o.Progress = []string{"entropy", "random"}, nil
	again, err := Run(t.Context(), tab, o, nearest(t, tab, x))
	if err != nil || !reflect.DeepEqual(again.Steps[:30], r.Steps[60:90]) {
		t.Errorf("entropy beside other strategies gave other steps, %v", err)
	}
	var csv strings.Builder
	if err := again.WriteCSV(&csv); err != nil || !strings.HasPrefix(csv.String(), "strategy,seed,images,accuracy,mean_ap\nentropy,0,4,") || strings.Count(csv.String(), "\n") != 61 {
		t.Errorf("CSV %q, %v", csv.String(), err)
	}
	if text := r.String(); !strings.Contains(text, "gain over random") || !strings.Contains(text, "50% rare + 50% unsure") || strings.Count(text, "\n") != 5 {
		t.Errorf("table:\n%s", text)
	}
}

// The first batch of a strategy that needs a model is that of random, and all end when nothing is left.
func TestReplayStartsAndEnds(t *testing.T) {
	tab := images(26)
	x := vectors(tab)
	var asked [][]int
	train := func(ctx context.Context, learn, open []int, seed uint64) (*Model, error) {
		asked = append(asked, learn)
		return nearest(t, tab, x)(ctx, learn, open, seed)
	}
	r, err := Run(t.Context(), tab, Options{Strategies: []string{"random", "entropy"}, Batch: 7, Rounds: 9, Seeds: 1}, train)
	if err != nil || len(r.Steps) != 6 || r.Steps[2].Images != 16 {
		t.Fatalf("%+v, %v; want 7, 14 and 16 of 24 images twice", r, err)
	}
	if !slices.Equal(asked[0], asked[3]) {
		t.Errorf("first batches %v and %v; want the same", asked[0], asked[3])
	}
	if r.Gain("entropy", Accuracy).Low.Known() {
		t.Error("an interval from one replay")
	}
}

// Figures by hand: ties share, classes that the model does not know score 0, images that show nothing do not count.
func TestFigures(t *testing.T) {
	nan := float32(math.NaN())
	scores := [][]float32{{0.9, nan, 0.1}, {0.5, nan, 0.5}, {0.2, nan, 0.1}, {0.8, nan, 0.3}}
	p := &player{test: []int{0, 1, 2, 3}, model: &Model{Probs: func(row int) []float32 { return scores[row] }}}
	p.t = rowsOf{{1, 0, 0}, {0, 0, 1}, {0, 1, 0}, {0, 0, 0}}
	s := p.measure()
	if want := 1.5 / 3; math.Abs(float64(s.Accuracy)-want) > 1e-12 { // right, one of two, wrong
		t.Errorf("accuracy %v, want %v", s.Accuracy, want)
	}
	if want := (1 + 0.25 + 1) / 3; math.Abs(float64(s.MeanAP)-want) > 1e-12 { // first of four, all equal, first of four
		t.Errorf("mean AP %v, want %v", s.MeanAP, want)
	}
	p.model = nil
	if s := p.measure(); math.Abs(float64(s.Accuracy)-1./3) > 1e-12 || math.Abs(float64(s.MeanAP)-0.25) > 1e-12 {
		t.Errorf("without a model %+v, want chance", s)
	}
}

type rowsOf [][3]labels.Tri

func (t rowsOf) Len() int                        { return len(t) }
func (t rowsOf) Classes() []string               { return []string{"a", "b", "c"} }
func (t rowsOf) Excluded(int) bool               { return false }
func (t rowsOf) Validation(int) bool             { return false }
func (t rowsOf) Value(row, class int) labels.Tri { return t[row][class] }

func TestGainIsPaired(t *testing.T) {
	r := &Result{Strategies: []string{"random", "x"}}
	add := func(name string, seed, images int, v float64) {
		r.Steps = append(r.Steps, Step{Strategy: name, Seed: seed, Images: images, Accuracy: evaluate.Number(v)})
	}
	for seed, gain := range []float64{0.02, 0.04, 0.06} {
		for round := range 2 {
			base := 0.3 + 0.2*float64(seed) + 0.1*float64(round)
			add("random", seed, round+1, base)
			add("x", seed, round+1, base+gain+0.01*float64(2*round-1))
		}
	}
	// Mean 0.04, s 0.02 over three; t with 2 degrees of freedom is 4.302653 (scipy.stats.t(2).ppf(0.975)).
	g, half := r.Gain("x", Accuracy), 4.302652729911275*0.02/math.Sqrt(3)
	if math.Abs(float64(g.Value)-0.04) > 1e-12 || math.Abs(float64(g.High-g.Low)-2*half) > 1e-9 {
		t.Errorf("gain %v, want 0.04 ± %.6f", g, half)
	}
	if g := r.Gain("y", Accuracy); g.Value.Known() {
		t.Errorf("gain of a strategy that was not replayed: %v", g)
	}
}

func TestReplayErrors(t *testing.T) {
	tab := images(40)
	x := vectors(tab)
	fine := nearest(t, tab, x)
	broken := errors.New("out of memory")
	stopped, stop := context.WithCancel(t.Context())
	stop()
	run := func(ctx context.Context, train Train, o Options) error {
		_, err := Run(ctx, tab, o, train)
		return err
	}
	both := run(t.Context(), fine, Options{Strategies: []string{"magic", "random", "random"}, Batch: -1, Rounds: -2, Seeds: -3})
	for _, says := range []string{`no strategy is called "magic"`, `"random" is named twice`, "Batch is -1; want", "Rounds is -2; want", "Seeds is -3; want"} {
		if both == nil || !strings.Contains(both.Error(), says) {
			t.Errorf("got %v, want %q too", both, says)
		}
	}
	for says, err := range map[string]error{
		"Strategies is empty": run(t.Context(), fine, Options{}),
		"the table or Train":  run(t.Context(), nil, Options{Strategies: []string{"random"}}),
		"context canceled":    run(stopped, fine, Options{Strategies: []string{"random"}}),
		"replay: highest: swamp, replay 0, 16 images: acquire: highest: swamp ranks by class": run(t.Context(), fine, Options{Strategies: []string{"highest: swamp"}}),
		"replay: random, replay 0, 16 images: out of memory": run(t.Context(), func(context.Context, []int, []int, uint64) (*Model, error) { return nil, broken },
			Options{Strategies: []string{"random"}}),
	} {
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("got %v, want %q", err, says)
		}
	}
	if _, err := Run(t.Context(), images(3), Options{Strategies: []string{"random"}}, fine); err == nil || !strings.Contains(err.Error(), "want at least one for each") {
		t.Errorf("too few images: %v", err)
	}
}
