package patchwork

import (
	"context"
	"errors"
	"math"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/patchwork/runlog"
)

func searchProject(t *testing.T) *Project {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "p")
	p, _, err := Init(t.Context(), dir, InitOptions{Images: []string{"../testdata/scenes/images"}, Classes: Classes("field", "forest", "water", "road", "building", "vehicle")}, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	if _, err := p.Embed(t.Context(), EmbedOptions{}, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := p.ImportLabels(t.Context(), "../testdata/scenes/first60.csv", ImportOptions{}); err != nil {
		t.Fatal(err)
	}
	return p
}

// Whoever searches again finds the same, each trial is on record, and a poor setting is not the best.
func TestSearchKeepsEveryTrial(t *testing.T) {
	p := searchProject(t)
	if err := p.Split(t.Context(), 0.3, 1); err != nil {
		t.Fatal(err)
	}
	o := SearchOptions{Trials: 4, Space: map[string]string{"rate": "0.000001..0.000002", "sampling": "instance"}, Base: classify.Options{Epochs: 4, Steps: 10}, Train: true, Note: "two rates"}
	first, err := p.Search(t.Context(), o, nil)
	if err != nil {
		t.Fatal(err)
	}
	again, err := p.Search(t.Context(), o, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := range again.Trials {
		again.Trials[i].Run = first.Trials[i].Run
	}
	if !reflect.DeepEqual(first, again) {
		t.Errorf("the same search found\n%v\nand then\n%v", first, again)
	}
	if len(first.Trials) != 4 || first.Trials[0].Settings["rate"] != "" || first.Best.Rate != 0 {
		t.Errorf("with rates that learn nothing beside the default one, the best is %v of\n%v", first.Best, first)
	}
	if a, b := first.Trials[0].AUC.Value, first.Trials[3].AUC.Value; !(a > 0.7 && a > b+0.02) {
		t.Errorf("the best has %v and the worst %v", a, b)
	}
	runs, err := p.Runs()
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]int{}
	for _, r := range runs {
		kinds[r.Kind]++
		if r.Note != "two rates" {
			t.Errorf("the record of %s has the note %q; want that of the search", r.ID, r.Note)
		}
		series, err := runlog.Metrics(p.path("runs", r.ID))
		if err != nil {
			t.Fatal(err)
		}
		loss := series["loss"]
		if r.Kind == "search" && (!slices.Equal(loss.Step, []int{10, 20, 30, 40}) || !slices.Equal(loss.Epoch, []float64{1, 2, 3, 4}) || r.Metrics["loss"] != loss.Value[3] || !slices.IsSorted(loss.Seconds) || !(r.Metrics["folds/auc"] > 0)) {
			t.Errorf("the curve of %s is %+v, its metrics %v", r.ID, loss, r.Metrics)
		}
	}
	if kinds["search"] != 8 || kinds["train"] != 2 {
		t.Errorf("runs %v, want 8 trials and 2 trainings of the best", kinds)
	}
}

func TestSearchThatIsStopped(t *testing.T) {
	p := searchProject(t)
	ctx, cancel := context.WithCancel(t.Context())
	o := SearchOptions{Trials: 5, Folds: 2, Base: classify.Options{Epochs: 1, Steps: 5}}
	r, err := p.Search(ctx, o, func(_ string, done, _ int) {
		if done == 4 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) || len(r.Trials) != 1 && len(r.Trials) != 2 {
		t.Errorf("stopped in the middle: %d trials, %v", len(r.Trials), err)
	}
	runs, err := p.Runs()
	if err != nil || len(runs) != len(r.Trials)+1 || runs[0].State != runlog.Interrupted || !strings.HasPrefix(runs[0].Outcome, "trial ") {
		t.Errorf("on record are %+v, %v; want the trials that were done and the one that was stopped", runs, err)
	}
}

// The curve of a trial is the mean of those of its folds, up to the end of the shortest.
func TestTrialCurve(t *testing.T) {
	var tr trial
	for _, losses := range [][]float64{{4, 2, 1}, {2, 1}} {
		tr.begunFold()
		for i, v := range losses {
			p := classify.Point{Epoch: float64(i + 1), Step: 5 * (i + 1), TrainLoss: v, Rate: 0.1 * v, ValidationLoss: math.NaN()}
			tr.hear(p) // within an epoch
			p.EpochEnd = true
			if i == 1 && len(losses) == 3 {
				p.Sure = 0.5
			}
			tr.hear(p)
		}
	}
	got := tr.curve()
	if len(got) != 2 || got[0].Values["loss"] != 3 || got[1].Values["loss"] != 1.5 || got[1].Step != 10 || got[1].Epoch != 2 || len(got[1].Values) != 2 {
		t.Errorf("the mean curve is %+v", got)
	}
	if got := (&trial{}).curve(); got != nil {
		t.Errorf("without folds: %+v", got)
	}
}

// A trial whose training diverges is kept as one that failed, and the others go on.
func TestSearchGoesOnAfterATrialThatDiverges(t *testing.T) {
	p := searchProject(t)
	r, err := p.Search(t.Context(), SearchOptions{Trials: 3, Folds: 2, Base: classify.Options{Epochs: 1, Steps: 30},
		Space: map[string]string{"optimiser": "momentum", "rate": "900..1000"}}, nil)
	if err != nil || len(r.Trials) != 3 {
		t.Fatal(r, err)
	}
	if first := r.Trials[0]; !first.AUC.Value.Known() || first.Settings["optimiser"] != "" || r.Best.Rate != 0 {
		t.Errorf("the best is %+v", first)
	}
	runs, err := p.Runs()
	if err != nil {
		t.Fatal(err)
	}
	failed := 0
	for _, run := range runs {
		if strings.Contains(run.Outcome, "diverged") {
			failed++
		}
	}
	if failed != 2 {
		t.Errorf("%d runs say that they diverged; want 2", failed)
	}
}

// What all trials share is said once, so that lines stay short.
func TestSearchReportSaysWhatIsSharedOnce(t *testing.T) {
	r := SearchReport{Trials: []SearchTrial{{Settings: map[string]string{"epochs": "10"}, Run: "a"}, {Settings: map[string]string{"epochs": "10", "rate": "0.1"}, Run: "b"}}}
	text := r.String()
	for _, want := range []string{"the defaults  a\n", "rate 0.1      b\n", "\nall with epochs 10\n"} {
		if !strings.Contains(text, want) || strings.Count(text, "epochs") != 1 {
			t.Errorf("%q lacks %q", text, want)
		}
	}
	r.Trials = r.Trials[1:]
	if text := r.String(); !strings.Contains(text, "epochs 10, rate 0.1  b\n") {
		t.Error(text)
	}
}

func TestSearchForWhatCannotBe(t *testing.T) {
	p := searchProject(t)
	for space, want := range map[string]string{"rote=1..2": `names "rote"`, "rate=1..9000": "above 0, up to 1000", "rate=a..b": "0.001..0.1", "sampling=klass": "class, instance", "sampling=1..2": "class, instance"} {
		name, values, _ := strings.Cut(space, "=")
		if _, err := p.Search(t.Context(), SearchOptions{Space: map[string]string{name: values}}, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q in it", space, err, want)
		}
	}
	if _, err := p.Search(t.Context(), SearchOptions{Trials: -1}, nil); err == nil {
		t.Error("-1 trials are taken")
	}
}
