package calibrate

import (
	"bufio"
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/evaluate"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

var methods = []Method{Platt, Temperature, Beta}

// TestGolden compares with testdata/golden.py: scikit-learn's logistic regression, and scipy's minimisers.
func TestGolden(t *testing.T) {
	file, err := os.Open("testdata/golden.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	near := func(where string, got Map, want [3]float64) {
		t.Helper()
		for p := 0.02; p < 1; p += 0.04 { // parameters of a flat optimum may differ where the map does not
			if w := (Map{want[0], want[1], want[2]}).Apply(p); math.Abs(got.Apply(p)-w) > 2e-5 {
				t.Errorf("%s: %v makes %.5f of %.2f, want %.5f by %v", where, got, got.Apply(p), p, w, want)
				return
			}
		}
	}
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	cases := 0
	for ; lines.Scan(); cases++ {
		var g struct {
			Name     string
			Scores   []float32
			Truth    []labels.Tri
			Maps     map[string][3]float64
			Samples  []Sample
			Strength float64
			Fits     map[string]struct {
				Pooled  [3]float64
				Classes [][3]float64
			}
		}
		if err := json.Unmarshal(lines.Bytes(), &g); err != nil {
			t.Fatal(err)
		}
		for _, method := range methods {
			if g.Maps != nil {
				m, err := Fit(method, Sample{g.Scores, g.Truth})
				if err != nil {
					t.Fatal(g.Name, method, err)
				}
				near(g.Name+", "+method.String(), m, g.Maps[method.String()])
				continue
			}
			maps, pooled, err := FitClasses(method, g.Samples, Options{Strength: g.Strength})
			if err != nil {
				t.Fatal(g.Name, method, err)
			}
			near(g.Name+", pooled "+method.String(), pooled, g.Fits[method.String()].Pooled)
			for i, m := range maps {
				near(g.Name+", "+method.String(), m, g.Fits[method.String()].Classes[i])
			}
		}
	}
	if cases != 6 {
		t.Errorf("compared %d cases, want 6", cases)
	}
}

// overconfident draws labels by odds and gives scores with half as much again.
func overconfident(seed uint64, n int) (s Sample) {
	rng := rand.New(rand.NewPCG(seed, 5))
	for range n {
		odds := rng.NormFloat64() * 1.5
		y := labels.Absent
		if rng.Float64() < sigmoid(odds) {
			y = labels.Present
		}
		if rng.IntN(5) == 0 {
			y = labels.Unknown
		}
		s.Scores, s.Truth = append(s.Scores, float32(sigmoid(1.5*odds+0.4))), append(s.Truth, y)
	}
	return s
}

func TestMapsAreMonotoneAndCalibrate(t *testing.T) {
	s := overconfident(1, 3000)
	before, expected, _ := evaluate.ECE(s.Scores, s.Truth, evaluate.BinOptions{})
	fold := make([]int, len(s.Scores))
	for i := range fold {
		fold[i] = i % 4
	}
	for _, method := range methods {
		m, err := Fit(method, s)
		if err != nil {
			t.Fatal(err)
		}
		for p := 0.0; p < 1; p += 0.01 {
			if m.Apply(p) > m.Apply(p+0.01) {
				t.Fatalf("%v: %v makes less of %.2f than of %.2f", method, m, p+0.01, p)
			}
		}
		scores, err := OutOfFold(method, []Sample{s}, fold, Options{})
		if err != nil {
			t.Fatal(err)
		}
		after, _, _ := evaluate.ECE(scores[0], s.Truth, evaluate.BinOptions{})
		if method != Temperature && (after > 1.6*expected || after > before/2) {
			t.Errorf("%v: calibration error %.4f before, %.4f after, %.4f is what calibrated scores show", method, before, after, expected)
		}
		if method == Temperature && math.Abs(m.Apply(0.5)-0.5) > 1e-12 {
			t.Errorf("temperature moved one half to %v", m.Apply(0.5))
		}
	}
}

// A class with few labels stays near the pooled fit, and the more so the stronger the pull.
func TestStrengthDrawsToThePooledFit(t *testing.T) {
	many := overconfident(2, 2000)
	few := Sample{[]float32{0.2, 0.3, 0.6, 0.7}, []labels.Tri{1, 0, 1, 0}}
	none := Sample{[]float32{0.5}, []labels.Tri{labels.Unknown}}
	for _, method := range methods {
		last := 0.0
		for _, strength := range []float64{5, 20, 100, 1e6} {
			maps, pooled, err := FitClasses(method, []Sample{many, few, none}, Options{Strength: strength})
			if err != nil {
				t.Fatal(err)
			}
			gap := math.Abs(maps[1].Apply(0.9) - pooled.Apply(0.9))
			if last != 0 && gap >= last {
				t.Errorf("%v: at %g labels the gap to the pooled fit is %.4f, before %.4f", method, strength, gap, last)
			}
			last = gap
			if math.Abs(maps[2].Apply(0.9)-pooled.Apply(0.9)) > 1e-9 {
				t.Errorf("%v: a class without labels got %v, pooled %v", method, maps[2], pooled)
			}
		}
		if last > 1e-4 {
			t.Errorf("%v: a million labels' worth of pull leaves a gap of %g", method, last)
		}
	}
}

// No image has a part in the map that calibrates it.
func TestOutOfFoldLeavesTheFoldOut(t *testing.T) {
	s := overconfident(9, 90)
	s.Truth[2] = labels.Present
	fold := make([]int, len(s.Scores))
	for i := range fold {
		fold[i] = i % 3
	}
	fold[0] = -1
	before, err := OutOfFold(Beta, []Sample{s, s}, fold, Options{})
	if err != nil {
		t.Fatal(err)
	}
	s.Truth[2] = labels.Absent
	after, err := OutOfFold(Beta, []Sample{s, s}, fold, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range fold {
		if same := before[1][i] == after[1][i]; same != (fold[i] == fold[2]) {
			t.Errorf("image %d of fold %d: %v became %v when a label of fold %d changed", i, fold[i], before[1][i], after[1][i], fold[2])
		}
	}
	all, _, _ := FitClasses(Beta, without([]Sample{s, s}, fold, -1), Options{})
	if want := float32(all[0].Apply(float64(s.Scores[0]))); after[0][0] != want {
		t.Errorf("an image of no fold became %v, want %v by the maps of all folds", after[0][0], want)
	}
}

func TestDegenerateSamples(t *testing.T) {
	for _, method := range methods {
		same := Sample{[]float32{0.4, 0.4, 0.4, 0.4, 0.4, 0.4}, []labels.Tri{1, 0, 0, 0, 0, 0}}
		m, err := Fit(method, same)
		want := (2./3 + 5./7) / 6 // mean target: 2/3 once, 1/7 five times
		if got := m.Apply(0.4); err != nil || method != Temperature && math.Abs(got-want) > 1e-6 || math.IsNaN(got) {
			t.Errorf("%v: equal scores become %v, want %v; %v", method, got, want, err)
		}
		certain := Sample{[]float32{0, 0, 1, 1}, []labels.Tri{0, 0, 1, 1}}
		if m, err := Fit(method, certain); err != nil || !(m.Apply(1) > 0.7 && m.Apply(1) < 1) {
			t.Errorf("%v: certain scores: %v, %v", method, m, err)
		}
	}
	if !math.IsNaN(Identity.Apply(math.NaN())) || Identity.Apply(0.3) != 0.3 && math.Abs(Identity.Apply(0.3)-0.3) > 1e-15 {
		t.Errorf("identity: %v, %v", Identity.Apply(math.NaN()), Identity.Apply(0.3))
	}
}

func TestFitErrors(t *testing.T) {
	nan := float32(math.NaN())
	if _, err := Fit(Platt, Sample{[]float32{0.1, 0.2, nan}, []labels.Tri{0, 0, 1}}); !errors.Is(err, ErrOneSided) {
		t.Errorf("the only present image has no score: %v", err)
	}
	for says, f := range map[string]func() error{
		"2 scores and 1 labels":        func() error { _, err := Fit(Platt, Sample{[]float32{0, 1}, []labels.Tri{0}}); return err },
		"position 1 is 2; want":        func() error { _, err := Fit(Beta, Sample{[]float32{0, 2}, []labels.Tri{0, 1}}); return err },
		"method Method(7); want Platt": func() error { _, err := Fit(7, Sample{}); return err },
		"Strength is -1":               func() error { _, _, err := FitClasses(Platt, nil, Options{Strength: -1}); return err },
		"class 1: calibrate: 1 scores": func() error {
			_, _, err := FitClasses(Platt, []Sample{{}, {Scores: []float32{1}}}, Options{})
			return err
		},
		"class 0 has 1 scores and 1 labels for 0": func() error {
			_, err := OutOfFold(Platt, []Sample{{[]float32{1}, []labels.Tri{1}}}, nil, Options{})
			return err
		},
		"outside fold 3: calibrate: the": func() error {
			_, err := OutOfFold(Platt, []Sample{{[]float32{1}, []labels.Tri{1}}}, []int{3}, Options{})
			return err
		},
	} {
		if err := f(); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("got %v, want an error that says %q", err, says)
		}
	}
	if _, _, err := FitClasses(Platt, []Sample{{}, {}}, Options{}); !errors.Is(err, ErrOneSided) {
		t.Errorf("no label at all: %v", err)
	}
}

// The derivatives are those of the value.
func TestDerivatives(t *testing.T) {
	for _, method := range methods {
		o, err := prepare(method, overconfident(3, 50))
		if err != nil {
			t.Fatal(err)
		}
		o.pull = o.information(o.start)
		o.centre, o.strength = method.identity(), 7
		theta := o.start
		for j := range theta {
			theta[j] += 0.3 + 0.1*float64(j)
		}
		gradient, hessian := o.derivatives(theta)
		for j := range theta {
			const h = 1e-5
			at := func(d float64) ([]float64, float64) {
				moved := append([]float64(nil), theta...)
				moved[j] += d
				g, _ := o.derivatives(moved)
				return g, o.value(moved)
			}
			gUp, up := at(h)
			gDown, down := at(-h)
			if numeric := (up - down) / (2 * h); math.Abs(numeric-gradient[j]) > 1e-5*(1+math.Abs(numeric)) {
				t.Errorf("%v: slope %d is %v, by differences %v", method, j, gradient[j], numeric)
			}
			for k := range theta {
				if numeric := (gUp[k] - gDown[k]) / (2 * h); math.Abs(numeric-hessian.At(j, k)) > 1e-5*(1+math.Abs(numeric)) {
					t.Errorf("%v: curvature %d %d is %v, by differences %v", method, j, k, hessian.At(j, k), numeric)
				}
			}
		}
	}
}
