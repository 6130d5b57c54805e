package classify

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// quick is enough for the small problems below.
var quick = Options{Head: LinearHead, Epochs: 4, Steps: 20, BatchSize: 16, Rate: 0.02}

func train(t *testing.T, d Data, o Options) *Model {
	t.Helper()
	m, err := Train(t.Context(), d, o, nil)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestTrainLearns(t *testing.T) {
	d, table := blobs(300, 32, 4, 0.5, true)
	for i := range table.values {
		if i%3 == 0 && !table.validation[i/4] {
			table.values[i] = labels.Unknown // a third of the training labels is missing
		}
	}
	d.FeatureID, d.JournalVersion = "tiny-1", 77
	info := train(t, d, quick).Info()
	r := info.Report
	if r.Validation.Top1.Value < 0.98 || r.Validation.MacroAUC < 0.99 || r.Train.Accuracy.Value < 0.98 {
		t.Errorf("figures:\n%v", r)
	}
	if info.TrainRows != 240 || info.ValidationRows != 60 || info.Dim != 32 || info.FeatureID != "tiny-1" || info.JournalVersion != 77 ||
		len(info.Warnings) != 0 || info.Ended != Completed || info.Options.Sampling != ByClass {
		t.Errorf("info: %+v", info)
	}
	first, last := info.History[0], info.History[len(info.History)-1]
	if len(info.History) != 4 || last.TrainLoss >= first.TrainLoss || last.ValidationLoss >= first.ValidationLoss ||
		len(last.Classes) != 4 || last.Classes[2].AUC < 0.99 || last.Step != 80 || last.Epoch != 4 {
		t.Errorf("history: %+v", info.History)
	}
	if info.BestEpoch != bestOf(info.History) {
		t.Errorf("kept epoch %v of %+v", info.BestEpoch, info.History)
	}
	if text := info.String(); !strings.Contains(text, "4 classes from 240 images (60 held out)") || !strings.Contains(text, "validation: 60 images") {
		t.Errorf("summary: %s", text)
	}
}

// bestOf is the epoch of the lowest validation loss.
func bestOf(history []Point) float64 {
	return slices.MinFunc(history, func(a, b Point) int {
		if a.ValidationLoss < b.ValidationLoss {
			return -1
		}
		return 1
	}).Epoch
}

// The weights that come back are those of the best epoch, not of the last.
func TestBestWeightsAreKept(t *testing.T) {
	d, table := blobs(40, 64, 2, 3, true)
	o := Options{Head: LinearHead, Epochs: 8, Steps: 25, BatchSize: 32, Rate: 0.1, Schedule: Constant}
	for row := range table.validation {
		table.validation[row] = row%2 == 0
	}
	m := train(t, d, o)
	info := m.Info()
	if info.BestEpoch == float64(o.Epochs) {
		t.Fatalf("the last epoch is the best, so nothing is shown: %+v", info.History)
	}
	best := info.History[int(info.BestEpoch)-1]
	if got := float64(info.Report.Validation.LogLoss); math.Abs(got-best.ValidationLoss) > 1e-4*best.ValidationLoss || !best.Best {
		t.Errorf("the kept weights have validation loss %.6f, epoch %v had %.6f", got, info.BestEpoch, best.ValidationLoss)
	}
	o.Patience = 2
	if early := train(t, d, o).Info(); early.Ended != NoBetter || len(early.History) != int(info.BestEpoch)+2 || early.BestEpoch != info.BestEpoch {
		t.Errorf("patience 2: ended %q after %d epochs, best %v; want %q after %v", early.Ended, len(early.History), early.BestEpoch, NoBetter, info.BestEpoch+2)
	}
}

func TestSameSeedSameWeights(t *testing.T) {
	d, _ := blobs(120, 48, 3, 1, true)
	a, b := train(t, d, quick), train(t, d, quick)
	if a.head.sum() != b.head.sum() {
		t.Error("two trainings with one seed gave other weights")
	}
	o := quick
	o.Seed = 5
	if train(t, d, o).head.sum() == a.head.sum() {
		t.Error("another seed gave the same weights")
	}
}

// Neither the features nor the existence of rows that may not be learned from change the weights.
func TestOnlyTrainingRowsTeach(t *testing.T) {
	d, table := blobs(120, 16, 3, 1, false)
	for row := range 30 {
		switch row % 3 {
		case 0:
			table.excluded[row] = true
		case 1:
			for c := range 3 {
				table.set(row, c, labels.Unknown)
			}
		}
	}
	d.Usable = func(row int) bool { return row >= 30 || row%3 != 2 }
	want := train(t, d, quick)
	if want.Info().TrainRows != 90 {
		t.Errorf("learned from %d rows, want 90", want.Info().TrainRows)
	}
	features := d.Features
	d.Features = func(row int) []float32 {
		if row < 30 {
			return make([]float32, 16)
		}
		return features(row)
	}
	if got := train(t, d, quick); got.head.sum() != want.head.sum() {
		t.Error("rows that are excluded, unusable or without labels changed the weights")
	}
}

func TestWithoutValidation(t *testing.T) {
	d, _ := blobs(80, 16, 2, 0.5, false)
	info := train(t, d, quick).Info()
	if len(info.Warnings) != 1 || !strings.Contains(info.Warnings[0], "no labelled image is held out for validation") {
		t.Errorf("warnings: %q", info.Warnings)
	}
	best := 0
	for i, p := range info.History {
		if !math.IsNaN(p.ValidationLoss) || p.Classes != nil {
			t.Errorf("epoch %v has validation figures: %+v", p.Epoch, p)
		}
		if p.TrainLoss < info.History[best].TrainLoss {
			best = i
		}
	}
	if info.BestEpoch != info.History[best].Epoch || info.Report.Train.Accuracy.Value < 0.98 || info.Report.Validation.Accuracy.Value.Known() {
		t.Errorf("best epoch %v, report:\n%v", info.BestEpoch, info.Report)
	}
}

func TestWarnings(t *testing.T) {
	d, table := blobs(60, 16, 4, 0.5, true)
	for row := range 60 {
		table.set(row, 1, labels.Unknown)
		table.set(row, 2, labels.Absent)
		if row >= 2 {
			table.set(row, 3, labels.Unknown)
		} else {
			table.set(row, 3, labels.Present)
		}
	}
	features := d.Features
	d.Features = func(row int) []float32 {
		if row == 7 || row == 8 {
			return nil
		}
		return features(row)
	}
	m := train(t, d, quick)
	info := m.Info()
	if !slices.Equal(info.Classes, []string{"a", "c", "d"}) || info.Missing != 2 || info.TrainRows != 46 {
		t.Errorf("classes %q, missing %d, rows %d; want a, c, d; 2; 46", info.Classes, info.Missing, info.TrainRows)
	}
	for _, want := range []string{
		`class "b" has no label for training and is left out`,
		`class "c" has no image labelled present for training`,
		`class "d" has no image labelled absent for training`,
		"labelled images without features, which take no part: 2;",
	} {
		if !slices.ContainsFunc(info.Warnings, func(w string) bool { return strings.Contains(w, want) }) {
			t.Errorf("no warning says %q: %q", want, info.Warnings)
		}
	}
	if c := info.Report.Classes[1]; c.Class != "c" || c.Train.AUC.Value.Known() || c.Train.Accuracy.Value != 1 {
		t.Errorf("figures of the one-sided class: %+v", c)
	}
	if scores, err := m.Scores(t.Context(), 60, d.Features); err != nil || len(scores) != 180 || !math.IsNaN(float64(scores[21])) {
		t.Errorf("%d scores, %v", len(scores), err)
	}
}

func TestTrainErrors(t *testing.T) {
	tests := []struct {
		name  string
		spoil func(d *Data, table *table, o *Options)
		says  string
	}{
		{"options", func(_ *Data, _ *table, o *Options) {
			*o = Options{Epochs: -1, Rate: 7000, Sampling: "luck", Smoothing: 1}
		},
			"classify.Options: epochs is \"-1\"; want a whole number from 1 to 1000000, or nothing for the default (20)\nclassify.Options: rate is \"7000\""},
		{"nothing labelled", func(_ *Data, table *table, _ *Options) {
			for i := range table.values {
				table.values[i] = labels.Unknown
			}
		}, `no labelled image to learn from: "a", "b" have neither present nor absent labels among the 20 images for training; label some of these (0 labelled`},
		{"only validation labelled", func(_ *Data, table *table, _ *Options) {
			for row := range table.validation {
				table.validation[row] = true
			}
		}, "among the 0 images for training; label some of these (20 labelled images are held out for validation"},
		{"no features", func(d *Data, _ *table, _ *Options) { d.Features = func(int) []float32 { return nil } }, "20 labelled ones have no features"},
		{"wrong length", func(d *Data, _ *table, _ *Options) { d.Dim = 9 }, "row 0 has 8 features; want 9"},
		{"not finite", func(d *Data, _ *table, _ *Options) {
			d.Features = func(row int) []float32 { return []float32{0, 1, 2, 3, 4, 5, 6, float32(math.Inf(1))} }
		}, "feature 7 of row 0 is +Inf; want a finite number"},
		{"poisoned later", func(d *Data, _ *table, _ *Options) {
			calls, features := 0, d.Features
			d.Features = func(row int) []float32 {
				if calls++; calls > 100 {
					return slices.Repeat([]float32{float32(math.NaN())}, 8)
				}
				return features(row)
			}
		}, "the loss is NaN after"},
		{"unknown class", func(d *Data, _ *table, _ *Options) { d.Classes = []string{"a", "z"} }, `Data.Classes[1] is "z"`},
		{"class twice", func(d *Data, _ *table, _ *Options) { d.Classes = []string{"a", "a"} }, `Data.Classes[1] is "a"`},
		{"no classes", func(d *Data, _ *table, _ *Options) { d.Classes = nil }, "Data.Classes is empty"},
		{"no table", func(d *Data, _ *table, _ *Options) { d.Table = nil }, "needs a Table and Features"},
		{"no dim", func(d *Data, _ *table, _ *Options) { d.Dim = 0 }, "Data.Dim is 0"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d, table := blobs(20, 8, 2, 0.5, false)
			o := quick
			tt.spoil(&d, table, &o)
			m, err := Train(t.Context(), d, o, nil)
			if m != nil || err == nil || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("got %v, error %v; want an error that says %q", m, err, tt.says)
			}
			if strings.Contains(tt.says, "for training") != errors.Is(err, ErrNoLabels) && tt.name != "no features" {
				t.Errorf("errors.Is(err, ErrNoLabels) = %v for %v", errors.Is(err, ErrNoLabels), err)
			}
		})
	}
}

func TestCancelKeepsTheBest(t *testing.T) {
	d, _ := blobs(120, 16, 3, 0.5, true)
	for _, at := range []int{1, 45} { // within the first epoch, within the third
		ctx, cancel := context.WithCancel(t.Context())
		o := quick
		o.Epochs = 1000
		calls := d
		draws := 0
		calls.Features = func(row int) []float32 {
			if draws++; draws > 240+at*o.BatchSize { // each row is read twice before the first step
				cancel()
			}
			return d.Features(row)
		}
		m, err := Train(ctx, calls, o, nil)
		cancel()
		if m == nil || !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "stopped after step") {
			t.Fatalf("cancelled at step %d: model %v, error %v", at, m, err)
		}
		info := m.Info()
		if info.Ended != Cancelled || info.BestEpoch <= 0 || info.BestEpoch > 3 || len(info.History) != at/20 || info.Report == nil {
			t.Errorf("cancelled at step %d: %+v", at, info)
		}
		if _, err := m.Scores(t.Context(), 120, d.Features); err != nil {
			t.Errorf("scores of a cancelled training: %v", err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if m, err := Train(ctx, d, quick, nil); m != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled before the first step: %v, %v", m, err)
	}
}

func TestPoints(t *testing.T) {
	d, _ := blobs(120, 16, 3, 0.5, true)
	var points []Point
	begun := time.Now()
	m, err := Train(t.Context(), d, quick, func(p Point) { points = append(points, p) })
	if err != nil {
		t.Fatal(err)
	}
	ends, between, step := 0, 0, 0
	for _, p := range points {
		if p.Step <= step || p.Steps != 80 || p.Epoch != float64(p.Step)/20 {
			t.Errorf("point after step %d: %+v", step, p)
		}
		step = p.Step
		if p.EpochEnd {
			ends++
			continue
		}
		between++
		if !math.IsNaN(p.ValidationLoss) {
			t.Errorf("within an epoch: %+v", p)
		}
	}
	if most := 1 + int(time.Since(begun)/pointEvery); ends != 4 || between > most {
		t.Errorf("%d ends of epochs and %d points between; want 4 and at most %d", ends, between, most)
	}
	data, err := json.Marshal(points)
	if err != nil || !strings.Contains(string(data), `"validation_loss":null`) && between > 0 {
		t.Errorf("as JSON: %v %s", err, data)
	}
	var back []Point
	if err := json.Unmarshal(data, &back); err != nil || back[len(back)-1].ValidationLoss != m.Info().History[3].ValidationLoss {
		t.Errorf("read back: %v %+v", err, back)
	}
}

// TestOptimum compares with the minimum that scikit-learn finds for a small convex problem (testdata/optimum.py).
func TestOptimum(t *testing.T) {
	text, err := os.ReadFile("testdata/optimum.json")
	if err != nil {
		t.Fatal(err)
	}
	var g struct {
		Features                  [][]float32
		Labels                    []labels.Tri
		Decay, Intercept, LogLoss float64
		Weights                   []float64
	}
	if err := json.Unmarshal([]byte(strings.Replace(string(text), "log_loss", "LogLoss", 1)), &g); err != nil {
		t.Fatal(err)
	}
	d := Data{Classes: []string{"a"}, Dim: 4, Features: func(row int) []float32 { return g.Features[row] },
		Table: &table{classes: []string{"a"}, values: g.Labels, validation: make([]bool, len(g.Labels))}}
	m := train(t, d, Options{Head: LinearHead, Epochs: 20, Steps: 30, BatchSize: 2000, Rate: 0.03, WeightDecay: g.Decay, Sampling: ByInstance})
	for i, want := range g.Weights {
		if got := float64(m.head.weights[i]); math.Abs(got-want) > 0.05 {
			t.Errorf("weight %d is %.3f, scikit-learn has %.3f", i, got, want)
		}
	}
	if got := float64(m.head.bias[0]) * gain(4); math.Abs(got-g.Intercept) > 0.05 {
		t.Errorf("intercept is %.3f, scikit-learn has %.3f", got, g.Intercept)
	}
	if got := float64(m.Info().Report.Train.LogLoss); math.Abs(got-g.LogLoss) > 0.002 {
		t.Errorf("log loss %.4f, scikit-learn has %.4f", got, g.LogLoss)
	}
}

func BenchmarkTrain2000x1280x10(b *testing.B) {
	d, _ := blobs(2000, 1280, 10, 4, true)
	for b.Loop() {
		m, err := Train(b.Context(), d, Options{Head: LinearHead}, nil)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(m.Info().Report.Validation.Top1.Value), "top1")
	}
}

func BenchmarkScores10000x1280x10(b *testing.B) {
	m := &Model{head: randomHead(1280, 10, 1)}
	x := make([]float32, 1280)
	for b.Loop() {
		if _, err := m.Scores(b.Context(), 10000, func(int) []float32 { return x }); err != nil {
			b.Fatal(err)
		}
	}
}
