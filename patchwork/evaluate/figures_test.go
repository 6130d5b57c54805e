package evaluate

import (
	"bufio"
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/labels"
)

const (
	u = labels.Unknown
	a = labels.Absent
	p = labels.Present
)

func near(got Number, want, delta float64) bool { return math.Abs(float64(got)-want) <= delta }

func TestFiguresByHand(t *testing.T) {
	tests := []struct {
		name           string
		scores         []float32
		truth          []labels.Tri
		auc, ap, right float64
		source         string
	}{
		{"perfect", []float32{0.9, 0.8, 0.2, 0.1}, []labels.Tri{p, p, a, a}, 1, 1, 1, "by hand"},
		{"upside down", []float32{0.1, 0.2, 0.8, 0.9}, []labels.Tri{p, p, a, a}, 0, (1.0/3 + 2.0/4) / 2, 0, "by hand: AP = (1/3 + 2/4)/2"},
		{"all tied", []float32{0.5, 0.5, 0.5, 0.5}, []labels.Tri{p, a, a, a}, 0.5, 0.25, 0.25, "by hand: ties are half, one step, 0.5 says present"},
		{"textbook", []float32{0.1, 0.4, 0.35, 0.8}, []labels.Tri{a, a, p, p}, 0.75, 5.0 / 6, 0.75,
			"the input of scikit-learn's documentation of roc_auc_score; AP by hand: ½·1 + ½·2/3"},
		{"one tie of two pairs", []float32{0.7, 0.7, 0.3}, []labels.Tri{p, a, a}, 0.75, 0.5, 2.0 / 3, "by hand: (½ + 1)/2; one step of two"},
		{"unknown rows do not count", []float32{0.99, 0.9, 0.8, 0.2, 0.1, 0}, []labels.Tri{u, p, p, a, a, u}, 1, 1, 1, "as the perfect case"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			scores := slices.Clone(tt.scores)
			auc, err1 := AUC(scores, tt.truth)
			ap, err2 := AveragePrecision(scores, tt.truth)
			acc, err3 := Accuracy(scores, tt.truth)
			if err := errors.Join(err1, err2, err3); err != nil {
				t.Fatal(err)
			}
			if !near(auc.Value, tt.auc, 1e-12) || !near(Number(ap), tt.ap, 1e-12) || !near(acc.Value, tt.right, 1e-12) {
				t.Errorf("AUC %v, AP %v, accuracy %v; want %v, %v, %v (%s)", auc.Value, ap, acc.Value, tt.auc, tt.ap, tt.right, tt.source)
			}
			if !slices.Equal(scores, tt.scores) {
				t.Error("the inputs were modified")
			}
		})
	}
}

// TestGolden compares with testdata/golden.py: scikit-learn for the figures, scipy's roots for the intervals.
func TestGolden(t *testing.T) {
	file, err := os.Open("testdata/golden.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	cases := 0
	for ; lines.Scan(); cases++ {
		var g golden
		if err := json.Unmarshal(lines.Bytes(), &g); err != nil {
			t.Fatal(err)
		}
		g.compare(t)
	}
	if cases != 7 {
		t.Errorf("compared %d cases, want 7", cases)
	}
}

// golden is one line of testdata/golden.jsonl.
type golden struct {
	Name              string
	Scores            []float32
	Truth             []labels.Tri
	Accuracy, AUC     [3]float64
	Precision, Recall [3]float64
	F1, Balanced      [3]float64
	AP                float64 `json:"average_precision"`
	LogLoss           float64 `json:"log_loss"`
	Brier             float64
	Confusion         [4]int
	Exact             [2]float64
	ROC               [2][]float64
	Cuts              []float64
	PR                []float64
	Width, Mass       struct{ ECE, Reliability, Resolution float64 }
}

func (g golden) compare(t *testing.T) {
	auc, err1 := AUC(g.Scores, g.Truth)
	acc, err2 := Accuracy(g.Scores, g.Truth)
	ap, err3 := AveragePrecision(g.Scores, g.Truth)
	loss, err4 := LogLoss(g.Scores, g.Truth)
	at, err5 := At(g.Scores, g.Truth, 0.5)
	low, high, err6 := ClopperPearson(at.TruePositives, at.TruePositives+at.FalsePositives, 0.05)
	if err := errors.Join(err1, err2, err3, err4, err5, err6); err != nil {
		t.Fatal(g.Name, err)
	}
	for _, c := range []struct {
		figure string
		got    Interval
		want   [3]float64
	}{
		{"accuracy", acc, g.Accuracy}, {"AUC", auc, g.AUC}, {"precision", at.Precision(), g.Precision}, {"recall", at.Recall(), g.Recall},
		{"F1", at.F1(), g.F1}, {"balanced accuracy", at.BalancedAccuracy(), g.Balanced},
		{"Clopper-Pearson", Interval{at.Precision().Value, Number(low), Number(high)}, [3]float64{g.Precision[0], g.Exact[0], g.Exact[1]}},
	} {
		if !near(c.got.Value, c.want[0], 1e-12) || !near(c.got.Low, c.want[1], 1e-9) || !near(c.got.High, c.want[2], 1e-9) {
			t.Errorf("%s: %s %v, want %v", g.Name, c.figure, c.got, c.want)
		}
	}
	if !near(Number(ap), g.AP, 1e-12) || !near(Number(loss), g.LogLoss, 1e-9) {
		t.Errorf("%s: AP %v, log loss %v; want %v, %v", g.Name, ap, loss, g.AP, g.LogLoss)
	}
	if got := [4]int{at.TruePositives, at.FalsePositives, at.FalseNegatives, at.TrueNegatives}; got != g.Confusion {
		t.Errorf("%s: confusion %v, want %v", g.Name, got, g.Confusion)
	}
	g.compareCurve(t)
	g.compareCalibration(t)
}

func (g golden) compareCurve(t *testing.T) {
	curve, err := NewCurve(g.Scores, g.Truth)
	if err != nil || len(curve) != len(g.Cuts) {
		t.Fatalf("%s: a curve of %d points, %v; want %d", g.Name, len(curve), err, len(g.Cuts))
	}
	roc, pr := curve.ROC(1000), curve.PR(1000)
	if len(roc.X) != len(curve)+1 || roc.X[0] != 0 || roc.Y[0] != 0 || !math.IsInf(roc.Threshold[0], 1) || len(pr.X) != len(curve) {
		t.Fatalf("%s: ROC begins at %v, %v with %v; %d and %d points", g.Name, roc.X[0], roc.Y[0], roc.Threshold[0], len(roc.X), len(pr.X))
	}
	for i := range curve {
		if !near(Number(curve[i].Threshold), g.Cuts[i], 0) || !near(Number(roc.X[i+1]), g.ROC[0][i], 1e-12) ||
			!near(Number(roc.Y[i+1]), g.ROC[1][i], 1e-12) || !near(Number(pr.Y[i]), g.PR[i], 1e-12) || !near(Number(pr.X[i]), g.ROC[1][i], 1e-12) {
			t.Fatalf("%s: point %d is %+v; want %v: %v, %v, precision %v", g.Name, i, curve[i], g.Cuts[i], g.ROC[0][i], g.ROC[1][i], g.PR[i])
		}
	}
}

func (g golden) compareCalibration(t *testing.T) {
	for _, equalMass := range []bool{false, true} {
		want := g.Width
		if equalMass {
			want = g.Mass
		}
		o := BinOptions{EqualMass: equalMass}
		ece, _, err1 := ECE(g.Scores, g.Truth, o)
		b, err2 := BrierScore(g.Scores, g.Truth, o)
		if err := errors.Join(err1, err2); err != nil {
			t.Fatal(g.Name, err)
		}
		if !near(Number(ece), want.ECE, 1e-12) || !near(Number(b.Reliability), want.Reliability, 1e-12) ||
			!near(Number(b.Resolution), want.Resolution, 1e-12) || !near(Number(b.Score), g.Brier, 1e-12) {
			t.Errorf("%s, equal mass %v: ECE %v, Brier %+v; want %+v and %v", g.Name, equalMass, ece, b, want, g.Brier)
		}
	}
}

func TestFigureErrors(t *testing.T) {
	nan := float32(math.NaN())
	_, oneSided := AUC([]float32{0.1, 0.2, 0.3}, []labels.Tri{p, p, u})
	_, noNegatives := AUC(nil, nil)
	_, noPositives := AveragePrecision([]float32{0.1}, []labels.Tri{a})
	if _, err := AveragePrecision([]float32{0.1, 0.9}, []labels.Tri{p, p}); !errors.Is(err, ErrOneSided) {
		t.Errorf("no absent row: %v", err)
	}
	if !errors.Is(oneSided, ErrOneSided) || !errors.Is(noNegatives, ErrOneSided) || !errors.Is(noPositives, ErrOneSided) {
		t.Errorf("one-sided: %v, %v, %v", oneSided, noNegatives, noPositives)
	}
	_, acc := Accuracy([]float32{0.1}, []labels.Tri{u})
	_, loss := LogLoss(nil, nil)
	if !errors.Is(acc, ErrNoLabels) || !errors.Is(loss, ErrNoLabels) {
		t.Errorf("nothing known: %v, %v", acc, loss)
	}
	if _, err := LogLoss([]float32{0.1, 0.2}, []labels.Tri{a}); err == nil || !strings.Contains(err.Error(), "2 scores and 1 labels") {
		t.Errorf("lengths: %v", err)
	}
	if _, err := AUC([]float32{0.1, nan}, []labels.Tri{a, p}); err == nil || !strings.Contains(err.Error(), "position 1 is NaN") {
		t.Errorf("NaN: %v", err)
	}
	if _, err := AUC([]float32{0.1, nan, 0.9}, []labels.Tri{a, u, p}); err != nil {
		t.Errorf("NaN of an unknown row: %v", err)
	}
}

func TestLogLoss(t *testing.T) {
	half, _ := LogLoss([]float32{0.5, 0.5, 0.9}, []labels.Tri{p, a, u})
	wrong, _ := LogLoss([]float32{1}, []labels.Tri{a})
	if !near(Number(half), math.Ln2, 1e-12) || !near(Number(wrong), -math.Log(1e-7), 1e-6) {
		t.Errorf("log loss of one half %v, want ln 2; of a certain mistake %v, want -ln 1e-7", half, wrong)
	}
}

func TestWilsonByHand(t *testing.T) {
	// 10 of 10: low = n/(n+z²) = 10/13.841459, high = 1.
	if got := wilson(1, 10); !near(got.Low, 10/13.841458820694124, 1e-12) || got.High != 1 {
		t.Errorf("wilson(1, 10) = %v", got)
	}
	if got := wilson(0, 0); got.Value.Known() || got.Low.Known() {
		t.Errorf("wilson of nothing = %v, want missing", got)
	}
}

// The interval of the AUC covers the true area about as often as it says, also near 1.
func TestAUCIntervalCovers(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	for _, shift := range []float64{0.5, 2.3} {
		area := 0.5 * math.Erfc(-shift/2) // of two unit normals: Φ(shift/√2)
		covered := 0
		const trials = 600
		for range trials {
			var scores []float32
			var truth []labels.Tri
			for i := range 60 {
				y := labels.Tri(i % 2)
				scores = append(scores, float32(rng.NormFloat64()+shift*float64(y)))
				truth = append(truth, y)
			}
			got, err := AUC(scores, truth)
			if err != nil {
				t.Fatal(err)
			}
			if float64(got.Low) <= area && area <= float64(got.High) {
				covered++
			}
		}
		if share := float64(covered) / trials; share < 0.92 || share > 0.99 {
			t.Errorf("area %.3f: the 95 %% interval covers it in %.3f of %d trials", area, share, trials)
		}
	}
}

// Any increasing change of the scores keeps AUC and AP; turning them over turns the AUC over.
func TestOrderIsAllThatCounts(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	var scores, squared, flipped []float32
	var truth []labels.Tri
	for range 90 {
		s := float32(math.Round(rng.Float64()*20) / 20)
		scores, squared, flipped = append(scores, s), append(squared, s*s), append(flipped, 1-s)
		truth = append(truth, labels.Tri(rng.IntN(3)-1))
	}
	a1, _ := AUC(scores, truth)
	a2, _ := AUC(squared, truth)
	a3, _ := AUC(flipped, truth)
	p1, _ := AveragePrecision(scores, truth)
	p2, _ := AveragePrecision(squared, truth)
	if a1 != a2 || p1 != p2 || !near(a3.Value, 1-float64(a1.Value), 1e-12) {
		t.Errorf("AUC %v squared %v flipped %v, AP %v squared %v", a1, a2, a3, p1, p2)
	}
}
