package patchwork

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/backbone"
	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/patchwork/pretrain"
	"github.com/gopatchwork/patchwork/patchwork/runlog"
)

// brief is a pre-training of 6 steps in 2 epochs of 24 images.
func brief() PretrainOptions {
	o := PretrainOptions{Settings: map[string]string{"temperature": "0.2"}, Backbone: backbone.Options{Width: 0.25}, Note: "a try"}
	o.Steps, o.Batch, o.Side, o.Save, o.Seed = 6, 8, 16, 2, 5
	return o
}

func theRun(t *testing.T, dir string) runlog.Run {
	t.Helper()
	runs, err := runlog.List(dir)
	if err != nil || len(runs) != 1 {
		t.Fatalf("below %s there are %d runs, %v; want 1", dir, len(runs), err)
	}
	return runs[0]
}

func TestPretrainIsRecordedWithAllSettings(t *testing.T) {
	dir, images := t.TempDir(), photos(t, 24)
	out := filepath.Join(dir, "net")
	var during runlog.Run
	report, err := Pretrain(t.Context(), []string{images}, out, brief(), func(p pretrain.Point) {
		if p.Step == 3 {
			during = theRun(t, filepath.Join(dir, "runs"))
		}
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if during.State != runlog.Running || during.Settings["method"] != "simclr" {
		t.Errorf("while it goes on the record says %+v", during)
	}
	r := theRun(t, filepath.Join(dir, "runs"))
	if report.Run != filepath.Join(dir, "runs", r.ID) || r.State != runlog.Done || r.Outcome != "6 steps" || r.Note != "a try" || r.Kind != "pretrain" {
		t.Errorf("the record %s says %+v", report.Run, r)
	}
	for name, want := range map[string]string{
		"method": "simclr", "method.temperature": "0.2", "method.eps": "0", "network": backbone.Default, "network.width": "0.25", "network.norm": "batch",
		"steps": "6", "epochs": "2", "batch_size": "8", "side": "16", "optimiser": "adam", "schedule": "warmup", "augment.jitter": "0.5", "crop": "0.2, 1",
		"accumulate": "1", "seed": "5", "images": "24", "sources": images, "out": "net", "look": "0",
	} {
		if r.Settings[name] != want {
			t.Errorf("the setting %s is recorded as %q, want %q", name, r.Settings[name], want)
		}
	}
	if want := strings.Fields("batch_size method method.temperature network network.width save seed side steps"); !slices.Equal(r.Given, want) {
		t.Errorf("given were %q, want %q", r.Given, want)
	}
	for _, name := range strings.Fields("patchwork go system backend cores") {
		if r.Environment[name] == "" {
			t.Errorf("the environment lacks %s: %v", name, r.Environment)
		}
	}
	series, err := runlog.Metrics(report.Run)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(series["loss"].Step, []int{1, 2, 3, 4, 5, 6}) || !slices.Equal(series["rank"].Step, []int{0, 6}) || len(series["spread"].Value) != 6 || len(series["rate"].Value) != 6 {
		t.Errorf("the curves are %+v", series)
	}
	if s := series["loss"].Value; s[5] != report.Loss || r.Metrics["loss"] != report.Loss || r.Metrics["rank"] != *report.After.Rank || r.Metrics["images"] != 24 {
		t.Errorf("at the end the loss is %g in the file, the metrics %v; the report says %+v", s[5], r.Metrics, report)
	}
	if e := series["loss"].Epoch; math.Abs(e[2]-1) > 1e-12 || !slices.IsSorted(series["loss"].Seconds) {
		t.Errorf("epochs %v, seconds %v", e, series["loss"].Seconds)
	}
}

func TestPretrainThatIsInterruptedGoesOnInItsRun(t *testing.T) {
	dir, images := t.TempDir(), photos(t, 24)
	out := filepath.Join(dir, "net")
	ctx, stop := context.WithCancel(t.Context())
	_, err := Pretrain(ctx, []string{images}, out, brief(), func(p pretrain.Point) {
		if p.Step == 3 {
			stop()
		}
	}, nil)
	r := theRun(t, filepath.Join(dir, "runs"))
	if !errors.Is(err, context.Canceled) || r.State != runlog.Interrupted || !strings.Contains(r.Outcome, "stopped after 3 of 6 steps") {
		t.Fatalf("interrupted: %v, %+v", err, r)
	}
	if err := runlog.SetNote(filepath.Join(dir, "runs"), r.ID, "a better note"); err != nil {
		t.Fatal(err)
	}
	var sinkAfter []int
	o := brief()
	o.Sinks = []runlog.Opener{func(dir string, r runlog.Run, after int) (runlog.Sink, error) {
		sinkAfter = append(sinkAfter, after)
		return nil, errors.New("the other place is closed")
	}}
	var warnings []string
	report, err := Pretrain(t.Context(), []string{images}, out, o, func(p pretrain.Point) {
		if p.Warning != "" {
			warnings = append(warnings, p.Warning)
		}
	}, nil)
	if !OnlyRecord(err) || !strings.Contains(err.Error(), "the other place is closed") || len(warnings) != 1 || !strings.Contains(warnings[0], "the training goes on") {
		t.Errorf("with a sink that cannot be opened: %v, warnings %q", err, warnings)
	}
	if !slices.Equal(sinkAfter, []int{3}) || report.Resumed != 3 || report.Steps != 6 {
		t.Errorf("went on after %d, the sink after %v", report.Resumed, sinkAfter)
	}
	again := theRun(t, filepath.Join(dir, "runs"))
	series, err := runlog.Metrics(report.Run)
	if err != nil || again.ID != r.ID || again.State != runlog.Done || again.Note != "a better note" || !slices.Equal(series["loss"].Step, []int{1, 2, 3, 4, 5, 6}) {
		t.Errorf("after going on: %+v, %v, %v", again, series["loss"].Step, err)
	}
	if at := series["loss"].Seconds; !slices.IsSorted(at) || again.Seconds < at[len(at)-1] { // it goes on from when the last step that is kept was made
		t.Errorf("the steps were made at %v s, and it took %g s in all", at, again.Seconds)
	}

	// Another training into the same place is another run.
	if _, err := Pretrain(t.Context(), []string{images}, out, brief(), nil, nil); err != nil {
		t.Fatal(err)
	}
	if runs, err := runlog.List(filepath.Join(dir, "runs")); err != nil || len(runs) != 2 {
		t.Errorf("after another training there are %d runs, %v", len(runs), err)
	}
}

func TestPretrainGoesOnWhereNothingCanBeRecorded(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "runs"), []byte("no folder"), 0o644); err != nil {
		t.Fatal(err)
	}
	var warnings int
	report, err := Pretrain(t.Context(), []string{photos(t, 24)}, filepath.Join(dir, "net"), brief(), func(p pretrain.Point) {
		if p.Warning != "" {
			warnings++
		}
	}, nil)
	if !OnlyRecord(err) || report.Steps != 6 || report.Run != "" || warnings != 1 {
		t.Errorf("%v, %+v, %d warnings", err, report, warnings)
	}
	if _, err := os.Stat(filepath.Join(dir, "net", backbone.File)); err != nil {
		t.Errorf("the network is not there: %v", err)
	}
}

func TestPretrainThatDoesNotBeginLeavesNoRecord(t *testing.T) {
	dir := t.TempDir()
	o := brief()
	o.Batch = 99
	if _, err := Pretrain(t.Context(), []string{photos(t, 24)}, filepath.Join(dir, "net"), o, nil, nil); err == nil {
		t.Fatal("a batch of 99 of 24 images")
	}
	if runs, err := runlog.List(filepath.Join(dir, "runs")); err != nil || len(runs) != 0 {
		t.Errorf("%d runs, %v", len(runs), err)
	}
}

func TestTrainIsRecordedWithItsCurve(t *testing.T) {
	p := searchProject(t)
	if err := p.Split(t.Context(), 0.3, 1); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Train(t.Context(), TrainOptions{Options: classify.Options{Epochs: 3, Steps: 4, Loss: classify.FocalLoss}, Note: "two moons"}, nil); err != nil {
		t.Fatal(err)
	}
	r := theRun(t, p.path("runs"))
	if r.Settings["gamma"] != "2" || r.Settings["head"] != "linear" || r.Settings["batch_size"] != "32" || r.Settings["seed"] != "0" || r.Note != "two moons" {
		t.Errorf("the settings are %v, the note is %q", r.Settings, r.Note)
	}
	if _, ok := r.Settings["hidden"]; ok {
		t.Error("a setting of a head that was not chosen is recorded")
	}
	if want := []string{"epochs", "loss", "steps"}; !slices.Equal(r.Given, want) {
		t.Errorf("given were %q, want %q", r.Given, want)
	}
	series, err := runlog.Metrics(p.path("runs", r.ID))
	if v := series["validation/loss"]; err != nil || !slices.Equal(v.Step, []int{4, 8, 12}) || !slices.Equal(v.Epoch, []float64{1, 2, 3}) || len(series["validation/mean auc"].Value) != 3 {
		t.Errorf("the curves are %+v, %v", series, err)
	}
	if text := RunTable([]runlog.Run{r}); !strings.Contains(text, "epochs 3, steps 4, loss focal") || strings.Contains(text, "gamma") {
		t.Errorf("the table shows\n%s\nwant what was given", text)
	}
	if _, err := p.Train(t.Context(), TrainOptions{}, nil); err != nil {
		t.Fatal(err)
	}
	runs, err := p.Runs()
	if err != nil || len(runs) != 2 {
		t.Fatal(runs, err)
	}
	if series, err = runlog.Metrics(p.path("runs", runs[0].ID)); err != nil || len(series["validation/loss"].Value) != 1 || runs[0].Settings["head"] != "logistic" {
		t.Errorf("of a head that is made at once: %+v, %+v, %v", runs[0], series, err)
	}
}

func TestOnlyRecord(t *testing.T) {
	record, other := &RecordError{errors.New("full")}, errors.New("other")
	for _, c := range []struct {
		err  error
		want bool
	}{{nil, false}, {record, true}, {errors.Join(record), true}, {errors.Join(record, other), false}, {other, false}, {errors.Join(errors.Join(nil, record), record), true}} {
		if OnlyRecord(c.err) != c.want {
			t.Errorf("of %v it says %v", c.err, !c.want)
		}
	}
}
