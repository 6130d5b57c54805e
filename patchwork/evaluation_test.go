package patchwork

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/acquire/replay"
	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/patchwork/evaluate"
	"github.com/gopatchwork/patchwork/patchwork/labels"
	"github.com/gopatchwork/patchwork/widgets"
)

// measured is a trained project of 60 photos, of which 20 are held out and the last 8 not labelled.
func measured(t *testing.T) *Project {
	t.Helper()
	p := newProject(t, photos(t, 60))
	ctx := t.Context()
	if err := p.LabelFromFolders(ctx); err != nil {
		t.Fatal(err)
	}
	if err := p.Split(ctx, 1./3, 1); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Embed(ctx, EmbedOptions{}, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Train(ctx, TrainOptions{Options: classify.Options{Seed: 1, Epochs: 5}}, nil); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestEvaluation(t *testing.T) {
	p := measured(t)
	t.Run("report", func(t *testing.T) {
		r, err := p.Evaluate(EvaluateOptions{Replicates: 50, Seed: 3})
		if err != nil || r.Bootstrap == nil || r.Bootstrap.Replicates != 50 {
			t.Fatalf("%v, %+v", err, r.Bootstrap)
		}
		if len(r.Subsets) != 2 || r.Subsets[0].Subset != "green" || r.Subsets[0].Validation.Rows+r.Subsets[1].Validation.Rows != r.Validation.Rows {
			t.Errorf("subsets %+v; want the folders green and red", r.Subsets)
		}
		if m := r.Classes[0].Validation; m.F1.Value < 0.9 || !m.F1.Low.Known() || !m.Brier.Low.Known() || m.AboveBase < 0.9 {
			t.Errorf("figures of %s: %+v", r.Classes[0].Class, m)
		}
		plain, err := p.Evaluate()
		if err != nil || plain.Bootstrap.Replicates != 200 {
			t.Errorf("without options: %v, %+v", err, plain.Bootstrap)
		}
		if _, err := p.Evaluate(EvaluateOptions{Replicates: -1}); err == nil || !strings.Contains(err.Error(), "Replicates is -1") {
			t.Errorf("-1 replicates: %v", err)
		}
	})
	t.Run("thresholds", func(t *testing.T) {
		best, err := p.Thresholds(ThresholdOptions{})
		if err != nil || len(best) != 2 || best[0].Threshold.F1.Value < 0.9 || best[0].Threshold.Promised.Known() {
			t.Fatalf("best F1: %+v, %v", best, err)
		}
		if n := best[0].Answers.Present + best[0].Answers.Absent; n != 20 || best[0].Answers.Error != 0.1 || best[0].Asked.Known() {
			t.Errorf("answers from %d labels: %+v; want the 20 held-out ones, and nobody to be asked: all is labelled", n, best[0].Answers)
		}
		strict, err := p.Thresholds(ThresholdOptions{Precision: 0.99})
		if err != nil || strict[0].Threshold.Score.Known() || !strings.Contains(strict.String(), "class green: a precision of 0.99 could not be shown on 20 labels") {
			t.Errorf("20 labels show a precision of 0.99: %v, %v", strict, err)
		}
		recall, err := p.Thresholds(ThresholdOptions{Recall: 0.6})
		if err != nil || !(recall[0].Threshold.Promised >= 0.6) || !strings.Contains(recall.String(), "class  present from  precision") {
			t.Errorf("recall: %v, %v", recall, err)
		}
		if _, err := p.Thresholds(ThresholdOptions{Recall: 0.6, Precision: 0.6}); err == nil || !strings.Contains(err.Error(), "both set") {
			t.Errorf("both goals: %v", err)
		}
		if _, err := p.Thresholds(ThresholdOptions{Recall: 2}); err == nil || !strings.Contains(err.Error(), "Share is 2") {
			t.Errorf("a recall of 2: %v", err)
		}
	})
	t.Run("confusion", func(t *testing.T) {
		c, err := p.Confusion("green", "red")
		if err != nil || len(c.Matrices) != 1 || c.Matrices[0].Accuracy().Value < 0.9 || c.Together.Both[0][0] != 30 || c.Together.Both[0][1] != 0 {
			t.Errorf("%+v, %v", c, err)
		}
		none, err := p.Confusion()
		if err != nil || len(none.Matrices) != 0 || !strings.Contains(none.String(), "no classes exclude each other") {
			t.Errorf("without groups: %v, %v", none, err)
		}
		if _, err := p.GroupClasses(t.Context(), "green", "red"); err != nil {
			t.Fatal(err)
		}
		if c, err = p.Confusion(); err != nil || len(c.Matrices) != 1 {
			t.Errorf("with a group: %v, %v", c, err)
		}
		if _, err := p.Confusion("green", "blue"); err == nil || !strings.Contains(err.Error(), `class "blue"`) {
			t.Errorf("a class that is not there: %v", err)
		}
	})
	t.Run("curves", func(t *testing.T) {
		c, err := p.Curves("red")
		if err != nil {
			t.Fatal(err)
		}
		for _, chart := range []interface {
			Option() (json.RawMessage, error)
		}{c.ROC, c.PR, c.Reliability} {
			if _, err := chart.Option(); err != nil {
				t.Error(err)
			}
		}
		if c.ROC.Series[0].Low == nil || c.PR.Series[0].Low == nil || c.Reliability.Series[0].Low == nil || len(c.ROC.Series) != 1 || len(c.Reliability.Series) != 2 {
			t.Errorf("want intervals as bands and not as lines: %+v", c)
		}
		if x := c.ROC.Series[0].X; len(x) < 3 || x[0] != 0 || x[len(x)-1] != 1 || len(c.Reliability.Series[0].X) == 0 {
			t.Errorf("ROC over %v, reliability over %v", x, c.Reliability.Series[0].X)
		}
		if _, err := p.Curves("blue"); err == nil || !strings.Contains(err.Error(), `no class "blue"; want one of`) {
			t.Errorf("a class that is not there: %v", err)
		}
	})
	t.Run("calibration", func(t *testing.T) {
		for _, method := range []string{"", "temperature", "beta"} {
			c, err := p.Calibration(t.Context(), CalibrationOptions{Method: method, Folds: 4}, nil)
			if err != nil || len(c.Classes) != 2 || c.Classes[0].Labels != 20 || !c.Classes[0].After.ECE.Known() || c.Classes[0].Map.A < 0 || c.Classes[0].Before == c.Classes[0].After {
				t.Errorf("%s: %+v, %v", method, c, err)
			}
			if want := "class  labels  calibration error  expected"; !strings.Contains(c.String(), want) {
				t.Errorf("table lacks %q:\n%s", want, c)
			}
		}
		if _, err := p.Calibration(t.Context(), CalibrationOptions{Method: "isotonic"}, nil); err == nil || !strings.Contains(err.Error(), `Method is "isotonic"; want one of [platt temperature beta]`) {
			t.Errorf("an unknown method: %v", err)
		}
		if _, err := p.Calibration(t.Context(), CalibrationOptions{Folds: 30}, nil); err == nil || !strings.Contains(err.Error(), "20 labelled images (those that stay together count once) for 30 folds") {
			t.Errorf("more folds than images: %v", err)
		}
	})
	t.Run("learning curve", func(t *testing.T) {
		calls := 0
		o := LearningCurveOptions{Budgets: []int{6, 30}, Folds: 3, Train: classify.Options{Epochs: 2}}
		c, err := p.LearningCurve(t.Context(), o, func(_ string, done, total int) {
			if calls++; done != calls || total != 6 {
				t.Errorf("training %d is called %d of %d", calls, done, total)
			}
		})
		if err != nil || len(c) != 2 || calls != 6 || c[1].Figure.Value < 0.95 || c[1].Figure.High > 1 || c[0].Images != 6 {
			t.Errorf("%v, %v", c, err)
		}
		by := LearningCurve{{Images: 6, Figure: evaluate.Interval{Value: 0.7, Low: 0.5, High: 0.8}}, {Images: 30, Figure: evaluate.Interval{Value: 0.9, Low: 0.8, High: 1}}}
		want := []widgets.Series{{Name: "mean AUC", X: []float64{6, 30}, Y: []float64{0.7, 0.9}, Low: []float64{0.5, 0.8}, High: []float64{0.8, 1}}}
		if got := by.Chart().Series; !reflect.DeepEqual(got, want) {
			t.Errorf("the chart has %+v; want one curve with its interval as a band, %+v", got, want)
		}
		// The two subsets are the two classes, so a test on one of them has nothing to tell apart.
		o.BySubset, o.Folds = true, 2
		if c, err = p.LearningCurve(t.Context(), o, nil); err != nil || c[0].Figure.Value.Known() {
			t.Errorf("by subset: %v, %v", c, err)
		}
		if _, err := p.LearningCurve(t.Context(), LearningCurveOptions{Folds: 100}, nil); err == nil || !strings.Contains(err.Error(), "for 100 folds") {
			t.Errorf("100 folds: %v", err)
		}
		if got := doubling([]int{0, 1, -1, 2, 1}); len(got) != 1 || got[0] != 3 {
			t.Errorf("budgets of 3 images outside the fold: %v", got)
		}
		stopped, stop := context.WithCancel(t.Context())
		stop()
		if _, err := p.LearningCurve(stopped, o, nil); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: %v", err)
		}
	})
	t.Run("replay", func(t *testing.T) {
		calls := 0
		o := ReplayOptions{Batch: 2, Rounds: 2, Seeds: 2, Train: classify.Options{Epochs: 2}}
		r, err := p.Replay(t.Context(), o, func(_ string, done, total int) {
			if calls++; done != calls || total < done || total%4 > 0 {
				t.Errorf("training %d is called %d of %d", calls, done, total)
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		last := r.Curve("typiclust", replay.Accuracy)
		if len(r.Strategies) < 12 || slices.Contains(r.Strategies, "highest: ") || len(last) != 2 || last[1].Images != 4 || last[1].Figure.Value < 0.95 {
			t.Errorf("strategies %q, typiclust on red against green %v", r.Strategies, last)
		}
		if c := r.Chart(); len(c.Series) != len(r.Strategies) || len(c.Series[0].X) != 2 || c.Series[0].Y[1] != float64(r.Curve(r.Strategies[0], replay.Accuracy)[1].Figure.Value) {
			t.Errorf("chart %+v", c)
		} else if s, p := c.Series[0], r.Curve(r.Strategies[0], replay.Accuracy)[1].Figure; s.Low[1] != float64(p.Low) || s.High[1] != float64(p.High) {
			t.Errorf("interval %g to %g; want %v", s.Low[1], s.High[1], p)
		}
		sheet := r.Sheet()
		if len(sheet.Charts) != len(r.Strategies)-1 { // each beside random
			t.Fatalf("%d charts of %d strategies", len(sheet.Charts), len(r.Strategies))
		}
		for _, c := range sheet.Charts {
			if len(c.Series) != 2 || c.Series[1].Name != "random" || c.FromY >= c.ToY || c.FromY != sheet.Charts[0].FromY || c.ToY != sheet.Charts[0].ToY {
				t.Errorf("chart %+v; want a strategy beside random, on the scale of the others", c)
			}
		}
		if few := (&Replay{&replay.Result{Strategies: r.Strategies[:5], Steps: r.Steps}}).Sheet(); len(few.Charts) != 1 || len(few.Charts[0].Series) != 5 {
			t.Errorf("of five strategies %d charts", len(few.Charts))
		}
		o.Strategies = []string{"random"}
		stopped, stop := context.WithCancel(t.Context())
		stop()
		if _, err := p.Replay(stopped, o, nil); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: %v", err)
		}
	})
	t.Run("replays see what is open", func(t *testing.T) { // the head's centre is that of all images but those of the test
		table, err := p.LabelsUnder("")
		if err != nil {
			t.Fatal(err)
		}
		reads, err := p.reads(t.Context(), classify.Options{}, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer reads.close()
		learn, open := []int{0, table.Len() - 1}, []int{1, 2, 3}
		m, err := replayer{reading: reads, table: table}.train(t.Context(), learn, open, 1)
		if err != nil || m == nil {
			t.Fatalf("%v, %v", m, err)
		}
		for k, got := range m.Mean {
			want := 0.0
			for _, row := range append(learn, open...) {
				want += float64(reads.own(row)[k]) / 5
			}
			if math.Abs(float64(got)-want) > 1e-5*(1+math.Abs(want)) {
				t.Fatalf("centre %d is %g; want %g", k, got, want)
			}
		}
	})
	t.Run("prevalence", func(t *testing.T) {
		all, err := p.Prevalence()
		if err != nil || all[0].Audited != 20 || all[0].Learned != 40 || all[0].Share.Value.Known() || !strings.Contains(all.String(), "all images are audited") {
			t.Errorf("%+v, %v", all, err)
		}
	})
	t.Run("cells", func(t *testing.T) { // what is printed is what String gives, which is tested above
		n := &Notebook{p}
		if r := n.Evaluate(EvaluateOptions{Replicates: 30}); r.Bootstrap.Replicates != 30 {
			t.Errorf("evaluated with %+v", r.Bootstrap)
		}
		if list := n.Thresholds(ThresholdOptions{Recall: 0.6}); len(list) != 2 || !list[0].Threshold.Promised.Known() {
			t.Errorf("thresholds %+v", list)
		}
		if c := n.Calibration(CalibrationOptions{Method: "beta"}); c.Method != "beta" {
			t.Errorf("calibrated by %s", c.Method)
		}
		if c, list := n.Confusion("green", "red"), n.Prevalence(); len(c.Matrices) != 1 || len(list) != 2 {
			t.Errorf("%+v, %+v", c, list)
		}
		if c := n.LearningCurve(LearningCurveOptions{Budgets: []int{10}, Folds: 2, Train: classify.Options{Epochs: 1}}); len(c) != 1 {
			t.Errorf("learning curve %+v", c)
		}
		if r := n.Replay(ReplayOptions{Strategies: []string{"random"}, Rounds: 1, Seeds: 2, Train: classify.Options{Epochs: 1}}); len(r.Steps) != 2 {
			t.Errorf("replay %+v", r)
		}
		n.Curves("red")
	})
	t.Run("unlabelled", func(t *testing.T) { // last, because it takes labels away
		table, err := p.Labels()
		if err != nil {
			t.Fatal(err)
		}
		var rows []string
		for row := range 60 {
			if !table.Validation(row) && len(rows) < 30 {
				rows = append(rows, labels.Ref(p.Images(), row))
			}
		}
		if err := p.Apply(t.Context(), labels.Event{Kind: labels.KindLabel, Set: []labels.Change{{Class: "red", Value: int8(labels.Unknown), Images: rows}}}); err != nil {
			t.Fatal(err)
		}
		list, err := p.Prevalence()
		red := list[1]
		if err != nil || red.Class != "red" || red.Scored != 30 || red.Learned != 10 || !red.Share.Value.Known() || math.Abs(float64(red.Share.Value)-0.5) > 0.2 {
			t.Errorf("%+v, %v", red, err)
		}
		choice, err := p.Thresholds(ThresholdOptions{})
		if err != nil || !choice[1].Asked.Known() {
			t.Errorf("asked about %v of 30 images, %v", choice[1].Asked, err)
		}
	})
}

func TestEvaluationNeedsAModel(t *testing.T) {
	p := newProject(t, photos(t, 2), "red")
	for name, f := range map[string]func() error{
		"thresholds":  func() error { _, err := p.Thresholds(ThresholdOptions{}); return err },
		"confusion":   func() error { _, err := p.Confusion(); return err },
		"curves":      func() error { _, err := p.Curves("red"); return err },
		"prevalence":  func() error { _, err := p.Prevalence(); return err },
		"calibration": func() error { _, err := p.Calibration(t.Context(), CalibrationOptions{}, nil); return err },
	} {
		if err := f(); !errors.Is(err, ErrNoModel) {
			t.Errorf("%s: %v, want ErrNoModel", name, err)
		}
	}
	if _, err := p.Replay(t.Context(), ReplayOptions{}, nil); !errors.Is(err, ErrNoFeatures) {
		t.Errorf("replay without features: %v", err)
	}
	if _, err := p.LearningCurve(t.Context(), LearningCurveOptions{}, nil); !errors.Is(err, ErrNoFeatures) {
		t.Errorf("a learning curve without features: %v", err)
	}
}
