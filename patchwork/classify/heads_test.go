package classify

import (
	"cmp"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// said is what scikit-learn and numpy say of the images of testdata/heads.py.
type said struct {
	Probabilities [][]float64
	Losses        []float64
	Full          [][]float64
	Even          [][]float64
	Diagonal      [][]float64
	Averaged      map[Posterior][]float64 // loss of what is left out, at each temperature
	Temperature   float64
	K             int
}

type goldenHeads struct {
	Features [][]float32
	Labels   [][]labels.Tri
	L2       float64
	// of the posterior
	Temperatures []float64
	Instance     said `json:"logistic instance"`
	Class        said `json:"logistic class"`
	Prototypes   said
	Neighbours   said
	LeaveOneOut  struct{ Path, Approximate, Exact []float64 } `json:"leave one out"`
	Few          struct {
		Features [][]float32
		Labels   [][]labels.Tri
		L2       float64
		Full     [][]float64
		Averaged map[Posterior][]float64
	}
}

func readHeads(t *testing.T) (g goldenHeads, d Data) {
	t.Helper()
	text, err := os.ReadFile("testdata/heads.json")
	if err == nil {
		err = json.Unmarshal(text, &g)
	}
	if err != nil {
		t.Fatal(err)
	}
	table := &table{classes: []string{"a", "b", "c"}, validation: make([]bool, len(g.Features))}
	for _, row := range g.Labels {
		table.values = append(table.values, row...)
	}
	return g, Data{Classes: table.classes, Dim: 6, Table: table, Features: func(row int) []float32 { return g.Features[row] }}
}

func compare(t *testing.T, what string, got []float32, want [][]float64, tolerance float64) {
	t.Helper()
	if len(got) != 3*len(want) {
		t.Fatalf("%s: %d numbers for %d images", what, len(got), len(want))
	}
	for i, v := range got {
		if w := want[i/3][i%3]; !(math.Abs(float64(v)-w) <= tolerance) {
			t.Fatalf("%s: image %d, class %d: %.7f, want %.7f", what, i/3, i%3, v, w)
		}
	}
}

func TestHeadsGolden(t *testing.T) {
	g, d := readHeads(t)
	rows := train(t, d, Options{Head: LogisticHead}).Info().TrainRows
	decay := g.L2 / float64(rows)
	for _, tt := range []struct {
		what string
		o    Options
		want said
	}{
		{"logistic, instance", Options{Head: LogisticHead, Posterior: NoPosterior, Even: Off, Sampling: ByInstance, WeightDecay: decay}, g.Instance},
		{"logistic, class", Options{Head: LogisticHead, Posterior: NoPosterior, Even: Off, Sampling: ByClass, WeightDecay: decay}, g.Class},
		{"prototypes", Options{Head: PrototypesHead, Temperature: g.Prototypes.Temperature}, g.Prototypes},
		{"neighbours", Options{Head: NeighboursHead, Neighbours: g.Neighbours.K}, g.Neighbours},
	} {
		m := train(t, d, tt.o)
		compare(t, tt.what, allScores(t, m, d), tt.want.Probabilities, 1e-4)
		if tt.want.Full == nil {
			continue
		}
		even := tt.o
		even.Even = ""
		compare(t, tt.what+", even", allScores(t, train(t, d, even), d), tt.want.Even, 1e-4)
		for posterior, want := range map[Posterior][][]float64{DiagonalPosterior: tt.want.Diagonal, FullPosterior: tt.want.Full} {
			tt.o.Posterior = posterior
			m := train(t, d, tt.o)
			averaged := tt.want.Averaged[posterior]
			if got, want := m.Info().PosteriorTemperature, g.Temperatures[slices.Index(averaged, slices.Min(averaged))]; got != want {
				t.Errorf("%s, %s: the temperature is %g, want %g", tt.what, posterior, got, want)
			}
			p, err := m.Predict(t.Context(), len(g.Features), d.Features)
			if err != nil {
				t.Fatal(err)
			}
			compare(t, tt.what+", "+string(posterior), p.Deviations, want, 1e-4)
			for i, got := range p.Scores { // MacKay's average, from the golden logit and deviation
				prob := tt.want.Probabilities[i/3][i%3]
				z := math.Log(prob/(1-prob)) / math.Sqrt(1+math.Pi/8*want[i/3][i%3]*want[i/3][i%3])
				if w := 1 / (1 + math.Exp(-z)); math.Abs(float64(got)-w) > 1e-4 {
					t.Fatalf("%s, %s: image %d has the average %.6f, want %.6f", tt.what, posterior, i/3, got, w)
				}
			}
		}
	}
}

// Where there are fewer images than numbers of one, a full posterior is computed by the images and is the same.
func TestPosteriorOfFewGolden(t *testing.T) {
	g, _ := readHeads(t)
	few := g.Few
	table := &table{classes: []string{"a", "b", "c"}, validation: make([]bool, len(few.Features))}
	for _, row := range few.Labels {
		table.values = append(table.values, row...)
	}
	d := Data{Classes: table.classes, Dim: len(few.Features[0]), Table: table, Features: func(row int) []float32 { return few.Features[row] }}
	m := train(t, d, Options{Posterior: FullPosterior, Sampling: ByInstance, WeightDecay: few.L2 / 9})
	averaged := few.Averaged[FullPosterior]
	if got, want := m.Info().PosteriorTemperature, g.Temperatures[slices.Index(averaged, slices.Min(averaged))]; got != want || m.Info().TrainRows != 9 {
		t.Errorf("%d images, temperature %g, want 9 and %g", m.Info().TrainRows, got, want)
	}
	if m.head.images == nil {
		t.Fatal("it is not computed by the images")
	}
	p, err := m.Predict(t.Context(), len(few.Features), d.Features)
	if err != nil {
		t.Fatal(err)
	}
	compare(t, "few", p.Deviations, few.Full, 3e-4)
}

func allScores(t *testing.T, m *Model, d Data) []float32 {
	t.Helper()
	s, err := m.Scores(t.Context(), d.Table.Len(), d.Features)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// ready is the regressions of the golden data.
func ready(t *testing.T, d Data, s Sampling) *problems {
	t.Helper()
	p, err := prepare(d)
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Head: LogisticHead, Sampling: s}.WithDefaults()
	h, err := newHead(Info{Classes: p.Classes, Dim: p.Dim, Options: o})
	if err != nil {
		t.Fatal(err)
	}
	h.mean, h.scale = p.centre()
	q, done, err := p.problems(&h, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(done)
	return q
}

// TestLogisticOptimum compares what is minimised, at the minimum, with that of scikit-learn's lbfgs.
func TestLogisticOptimum(t *testing.T) {
	g, d := readHeads(t)
	for s, want := range map[Sampling]said{ByInstance: g.Instance, ByClass: g.Class} {
		q := ready(t, d, s)
		q.l2 = g.L2
		w := make([]float32, q.count*q.dim)
		f, err := q.minimise(t.Context(), w)
		if err != nil {
			t.Fatal(err)
		}
		for c, got := range f {
			if math.Abs(got-want.Losses[c]) > 1e-6*want.Losses[c] {
				t.Errorf("%s, class %d: %.9f at the minimum, scikit-learn has %.9f", s, c, got, want.Losses[c])
			}
		}
		again := slices.Clone(w)
		if f, err = q.minimise(t.Context(), again); err != nil || math.Abs(f[0]-want.Losses[0]) > 1e-6*want.Losses[0] {
			t.Errorf("from the minimum: %v, %v", f, err)
		}
	}
}

// The gradient of f equals finite differences.
func TestLogisticGradientNumerically(t *testing.T) {
	_, d := readHeads(t)
	q := ready(t, d, ByClass)
	q.l2 = 0.7
	w, g, f := make([]float32, q.count*q.dim), make([]float32, q.count*q.dim), make([]float64, q.count)
	for i := range w {
		w[i] = float32(i%5)/4 - 0.4
	}
	q.evaluate(w, f, g)
	grad := slices.Clone(g)
	for i := range w {
		at := w[i]
		w[i] = at + 1e-2
		q.evaluate(w, f, g)
		up := f[i/q.dim]
		w[i] = at - 1e-2
		q.evaluate(w, f, g)
		down := f[i/q.dim]
		w[i] = at
		if want := (up - down) / 2e-2; math.Abs(float64(grad[i])-want) > 1e-2 {
			t.Errorf("gradient %d is %.5f, finite differences give %.5f", i, grad[i], want)
		}
	}
}

func TestLeaveOneOut(t *testing.T) {
	g, d := readHeads(t)
	q := ready(t, d, ByInstance)
	q.close = 1e-9
	got, err := q.leaveOneOut(t.Context(), g.LeaveOneOut.Path)
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range got {
		if want := g.LeaveOneOut.Approximate[i]; math.Abs(v-want) > 1e-3*want {
			t.Errorf("λ %g: approximately %.5f, numpy has %.5f", g.LeaveOneOut.Path[i], v, want)
		}
	}
	least := func(values []float64) int { return slices.Index(values, slices.Min(values)) }
	if least(got) != least(g.LeaveOneOut.Exact) {
		t.Errorf("least at λ %g, exactly left out at %g", g.LeaveOneOut.Path[least(got)], g.LeaveOneOut.Path[least(g.LeaveOneOut.Exact)])
	}
}

// Leaving out by the factor of the curvature says the same as by the products of the images.
func TestLeftOutBothWays(t *testing.T) {
	_, d := readHeads(t)
	q := ready(t, d, ByClass)
	q.l2, q.close = 1.7, 1e-9
	w := make([]float32, q.count*q.dim)
	if _, err := q.minimise(t.Context(), w); err != nil {
		t.Fatal(err)
	}
	q.logits(w)
	gram, err := q.gram()
	if err != nil {
		t.Fatal(err)
	}
	for c := range q.count {
		curve, _ := q.curvature(c)
		inverse, err := q.inverseFactor(curve, 0, false)
		if err != nil {
			t.Fatal(err)
		}
		got, err := q.leftOutBy(inverse, c)
		if err != nil {
			t.Fatal(err)
		}
		want, err := q.leftOut(gram, c)
		if err != nil || len(got) != len(want) {
			t.Fatalf("%d images one way and %d the other (%v)", len(got), len(want), err)
		}
		for i, u := range got {
			if x := want[i]; u.row != x.row || math.Abs(u.z-x.z) > 1e-3 || math.Abs(u.v-x.v) > 1e-3*x.v {
				t.Errorf("class %d: %+v, by products %+v", c, u, x)
			}
		}
	}
}

// A posterior does not take the scores from what is seen: where there are more numbers than images, at a λ that is best for the
// minimum, images that took no part are no less probable by the averages, and neither kind of fit forgets to choose.
func TestPosteriorIsHonest(t *testing.T) {
	for _, n := range []int{120, 600} { // leaving out by products, and by the factor
		d, table := blobs(n+400, 300, 3, 6, false)
		for i := n; i < n+400; i++ {
			table.validation[i] = true
		}
		loss := map[Posterior]float64{}
		for _, posterior := range []Posterior{NoPosterior, DiagonalPosterior, FullPosterior} {
			m := train(t, d, Options{Posterior: posterior})
			loss[posterior] = float64(m.Info().Report.Validation.LogLoss)
			if temperature := m.Info().PosteriorTemperature; (temperature > 0 && temperature < 1) != (posterior != NoPosterior) {
				t.Errorf("%d images, %s: a temperature of %g", n, posterior, temperature)
			}
		}
		if most := 1.05 * loss[NoPosterior]; loss[DiagonalPosterior] > most || loss[FullPosterior] > most {
			t.Errorf("%d images: held-out losses %v", n, loss)
		}
	}
}

// With few images the posterior is full if nothing is said, with more there is none; what a training learns from is what counts.
func TestAutoPosterior(t *testing.T) {
	for n, want := range map[int]Posterior{leaveOneOutMost: FullPosterior, leaveOneOutMost + 1: NoPosterior} {
		d, _ := blobs(n, 20, 3, 2, false)
		m := train(t, d, Options{})
		p, err := m.Predict(t.Context(), 5, d.Features)
		if err != nil || m.Info().Posterior() != want || (p.Deviations != nil) != (want == FullPosterior) || m.Info().Options.Posterior != AutoPosterior {
			t.Errorf("%d images: posterior %s (%s), %d deviations, %v; want %s", n, m.Info().Posterior(), m.Info().Options.Posterior, len(p.Deviations), err, want)
		}
		if got := (Options{}).Deviates(n); got != (want == FullPosterior) {
			t.Errorf("%d images: Deviates says %v", n, got)
		}
	}
	for _, o := range []Options{{Head: LinearHead, Epochs: 1}, {Head: PrototypesHead}} {
		d, _ := blobs(30, 20, 3, 2, false)
		if got := train(t, d, o).Info().Posterior(); got != NoPosterior || o.Deviates(30) {
			t.Errorf("%s: posterior %s", o.Head, got)
		}
	}
}

// A training that goes on with another posterior chooses λ anew, with the same keeps it.
func TestPosteriorChoosesAnew(t *testing.T) {
	d, _ := blobs(120, 40, 3, 2, false)
	d.Start = train(t, d, Options{})
	for _, posterior := range []Posterior{FullPosterior, DiagonalPosterior, NoPosterior} {
		want := map[Posterior]string{FullPosterior: "that of the model before"}[posterior] // auto is full
		want = cmp.Or(want, "leave-one-out")
		m := train(t, d, Options{Posterior: posterior})
		if got := m.Info().L2From; got != want {
			t.Errorf("%s: λ is from %q, want %q", posterior, got, want)
		}
		d.Start = m
	}
	if got := train(t, d, Options{Posterior: NoPosterior}).Info().L2From; got != "that of the model before" {
		t.Errorf("from a model with the same posterior λ is from %q", got)
	}
}

// Folds that are left out choose about the same λ as images that are, and the same seed the same.
func TestL2OfFolds(t *testing.T) {
	d, _ := blobs(400, 8, 3, 1.5, false)
	q := ready(t, d, ByInstance)
	folds, _, from, err := q.chooseL2(t.Context(), 1)
	if err != nil || from != "5-fold cross-validation" {
		t.Fatalf("%v, %v", from, err)
	}
	again, _, _, _ := q.chooseL2(t.Context(), 1)
	losses, err := q.leaveOneOut(t.Context(), []float64{folds / 30, folds, folds * 30})
	if err != nil || again != folds || losses[1] > losses[0] || losses[1] > losses[2] {
		t.Errorf("folds choose %g and %g, where leaving out gives %v (%v)", folds, again, losses, err)
	}
}

// With many images one fold is left out, which chooses about as all do; while it works it says how far it is.
func TestL2OfManyImages(t *testing.T) {
	d, _ := blobs(3000, 8, 3, 1.5, false)
	q := ready(t, d, ByInstance)
	heard := []int{}
	q.told = func(done int) { heard = append(heard, done) }
	one, _, from, err := q.chooseL2(t.Context(), 1)
	if err != nil || from != "a fifth of the images, left out" {
		t.Fatalf("%v, %v", from, err)
	}
	if len(heard) < 3 || heard[0] != 0 || !slices.IsSorted(heard) {
		t.Errorf("heard of the λ %v", heard)
	}
	q.n, q.told = allFoldsMost, nil // the first so many
	all, _, from, err := q.chooseL2(t.Context(), 1)
	if err != nil || from != "5-fold cross-validation" || math.Abs(math.Log10(all/one)) > 1 {
		t.Errorf("λ %g by one fold, %g by %s (%v)", one, all, from, err)
	}
}

// Every head that is made at once learns from partial labels without validation, is the same for the same seed, saves, loads,
// and says what going on from a model means for it.
func TestHeadsAtOnce(t *testing.T) {
	for _, kind := range []Head{LogisticHead, PrototypesHead, NeighboursHead} {
		for _, posterior := range []Posterior{NoPosterior, DiagonalPosterior, FullPosterior, AutoPosterior} {
			if kind != LogisticHead && posterior != NoPosterior {
				continue
			}
			wide := map[Posterior]int{AutoPosterior: 300} // than there are images
			d, table := blobs(200, cmp.Or(wide[posterior], 16), 3, 0.5, true)
			for i := range table.values {
				if i%5 == 0 && !table.validation[i/3] {
					table.values[i] = labels.Unknown
				}
			}
			o := Options{Head: kind, Posterior: posterior}
			var points []Point
			m, err := Train(t.Context(), d, o, func(p Point) {
				if !math.IsNaN(p.TrainLoss) { // one that is on the way, where the machine is busy
					points = append(points, p)
				}
			})
			if err != nil {
				t.Fatal(err)
			}
			info := m.Info()
			if r := info.Report.Validation; !(r.MacroAUC > 0.95) || len(points) != 1 || len(info.History) != 1 || !points[0].EpochEnd ||
				points[0].ValidationLoss != float64(r.LogLoss) || len(points[0].Classes) != 3 {
				t.Errorf("%s: points %+v, figures\n%v", kind, points, info)
			}
			if (m.head.images != nil) != (posterior == AutoPosterior) || (m.head.factor != nil) != (posterior == FullPosterior) {
				t.Errorf("posterior %s: by images %v, by numbers %v", posterior, m.head.images != nil, m.head.factor != nil)
			}
			if train(t, d, o).head.sum() != m.head.sum() {
				t.Errorf("%s: two trainings gave other numbers", kind)
			}
			dir := filepath.Join(t.TempDir(), "model")
			before, err := m.Predict(t.Context(), 200, d.Features)
			if err == nil {
				err = m.SavePredicted(dir, before)
			}
			if err != nil {
				t.Fatal(err)
			}
			back, err := Load(dir)
			if err != nil {
				t.Fatal(err)
			}
			after, err := back.Predict(t.Context(), 200, d.Features)
			if err != nil || !slices.Equal(before.Scores, after.Scores) || !slices.Equal(before.Deviations, after.Deviations) {
				t.Errorf("%s: the loaded model says something else (%v)", kind, err)
			}
			kept, n, _, err := ReadScores(filepath.Join(dir, DeviationsFile))
			if has := posterior != NoPosterior; has != (err == nil) || has && (n != 200 || !slices.Equal(kept, before.Deviations)) || has != (before.Deviations != nil) {
				t.Errorf("%s, posterior %s: deviations saved: %v", kind, posterior, err)
			}
			d.Start = back
			further := train(t, d, o)
			if s := scores(t, further, d); math.Abs(float64(s[0]-before.Scores[0])) > 1e-3 {
				t.Errorf("%s: %v, and after going on %v", kind, before.Scores[0], s[0])
			}
			text := further.Info().String()
			if kind == LogisticHead && !strings.Contains(text, "(that of the model before)") || kind != LogisticHead && !strings.Contains(text, "does not go on from earlier weights") {
				t.Errorf("%s: going on says\n%s", kind, text)
			}
			d.FeatureID = "others"
			if _, err := Train(t.Context(), d, o, nil); kind == LogisticHead && (err == nil || !strings.Contains(err.Error(), "these are others")) {
				t.Errorf("%s goes on from other features: %v", kind, err)
			}
		}
	}
}

// From the first label on: with one present label, what is most like it comes first; no head fails on one-sided classes.
func TestOneLabel(t *testing.T) {
	for _, kind := range []Head{LogisticHead, PrototypesHead, NeighboursHead} {
		d, table := blobs(120, 16, 3, 0.3, false)
		truth := slices.Clone(table.values)
		for i := range table.values {
			table.values[i] = labels.Unknown
		}
		first := slices.Index(truth, labels.Present) / 3
		class := slices.Index(truth[first*3:first*3+3], labels.Present)
		table.set(first, class, labels.Present)
		for _, posterior := range []Posterior{DiagonalPosterior, FullPosterior} {
			m := train(t, d, Options{Head: kind, Posterior: posterior})
			s := allScores(t, m, d)
			if len(s) != 120 || slices.ContainsFunc(s, func(v float32) bool { return !(v >= 0 && v <= 1) }) {
				t.Fatalf("%s: scores %v", kind, s)
			}
			order := make([]int, 120)
			for i := range order {
				order[i] = i
			}
			slices.SortStableFunc(order, func(a, b int) int {
				switch {
				case s[a] > s[b]:
					return -1
				case s[a] < s[b]:
					return 1
				}
				return 0
			})
			right := 0
			for _, i := range order[:20] {
				if truth[i*3+class] == labels.Present {
					right++
				}
			}
			if kind != LogisticHead && right < 18 {
				t.Errorf("%s: of the first 20 images %d have the class", kind, right)
			}
			if w := m.Info().Warnings; !slices.ContainsFunc(w, func(w string) bool { return strings.Contains(w, "has no image labelled absent") }) {
				t.Errorf("%s: warnings %q", kind, w)
			}
		}
	}
}
