package mlflow

import (
	"image"
	"testing"
	"time"

	"github.com/gopatchwork/patchwork/patchwork/runlog"
)

func TestARunAndItsGoingOn(t *testing.T) {
	f := newFake(t)
	dir := t.TempDir()
	r := runlog.Run{ID: "20261127-010203-pretrain", Kind: "pretrain", Started: time.Now(), Settings: map[string]string{"rate": "0.1"}, Environment: map[string]string{"go": "1"}, Note: "try"}
	for i, state := range []runlog.State{runlog.Interrupted, runlog.Done} {
		s, err := Open(Options{URL: f.URL})(dir, r, i)
		if err != nil {
			t.Fatal(err)
		}
		all := runlog.All(nil, s)
		all.Add(runlog.Point{Step: i, Epoch: 0.5, Values: map[string]float64{"loss": 2}})
		shows := runlog.Shows(all)
		shows.Histogram(i, "weights", []float32{1})
		shows.Picture(i, "views", image.NewGray(image.Rect(0, 0, 2, 2)))
		if err := all.End(runlog.Run{State: state, Metrics: map[string]float64{"loss": 2, "images": 9}}); err != nil {
			t.Fatal(err)
		}
	}
	if len(f.runs) != 1 {
		t.Fatalf("%d runs", len(f.runs))
	}
	run := f.runs[0]
	if run.name != r.ID || run.status != "FINISHED" || run.params["rate"] != "0.1" || run.tags["patchwork.kind"] != "pretrain" || run.tags["patchwork.go"] != "1" || run.tags["mlflow.note.content"] != "try" {
		t.Errorf("the run is %+v", run)
	}
	counts := map[string]int{}
	for _, m := range run.metrics {
		counts[m.Key]++
	}
	if len(counts) != 3 || counts["loss"] != 2 || counts["epoch"] != 2 || counts["images"] != 2 {
		t.Errorf("the numbers are %v", counts)
	}
	if f.artifacts["0/run0/artifacts/views/00000000.png"] == "" || f.artifacts["0/run0/artifacts/views/00000001.png"] == "" {
		t.Errorf("%d files", len(f.artifacts))
	}
	for state, want := range map[runlog.State]string{runlog.Failed: "FAILED", runlog.Interrupted: "KILLED"} {
		s, err := Open(Options{URL: f.URL})(t.TempDir(), r, 0)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.End(runlog.Run{State: state}); err != nil || f.runs[len(f.runs)-1].status != want {
			t.Errorf("%s is %s, %v", state, f.runs[len(f.runs)-1].status, err)
		}
	}
}
