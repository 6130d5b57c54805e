package runlog

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestRunsAreKeptAndListed(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "runs")
	if runs, err := List(dir); err != nil || len(runs) != 0 {
		t.Fatalf("before the first run: %v, %v", runs, err)
	}
	begun := time.Date(2026, 11, 26, 15, 4, 5, 999, time.FixedZone("", 3600))
	var ids []string
	for i := range 3 {
		r, err := Add(dir, Run{Kind: "train", Started: begun, Seconds: float64(i), Outcome: "fine",
			Settings: map[string]string{"epochs": "20"}, Metrics: map[string]float64{"validation/accuracy": 0.5, "none": math.NaN()}})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, r.ID)
	}
	if want := "20261126-140405-train 20261126-140405-train-2 20261126-140405-train-3"; strings.Join(ids, " ") != want {
		t.Errorf("the IDs are %q, want %q", ids, want)
	}
	note := "<b>\"best\"</b>\nyet: 100 %\t🎉"
	if err := SetNote(dir, ids[1], note); err != nil {
		t.Fatal(err)
	}
	runs, err := List(dir)
	if err != nil || len(runs) != 3 {
		t.Fatalf("%d runs, %v", len(runs), err)
	}
	if r := runs[1]; r.ID != ids[1] || r.Note != note || r.Seconds != 1 || r.Settings["epochs"] != "20" || len(r.Metrics) != 1 || !r.Started.Equal(begun.Truncate(time.Second)) {
		t.Errorf("the second is %+v", r)
	}
	os.Mkdir(filepath.Join(dir, "other"), 0o755)
	os.WriteFile(filepath.Join(dir, ids[2], "run.yaml"), []byte("version: [1"), 0o644)
	runs, err = List(dir)
	if len(runs) != 2 || err == nil || !strings.Contains(err.Error(), ids[2]) {
		t.Errorf("with a damaged one: %d runs, %v", len(runs), err)
	}
	os.WriteFile(filepath.Join(dir, ids[2], "run.yaml"), []byte("version: 9"), 0o644)
	if _, err = List(dir); err == nil || !strings.Contains(err.Error(), "has version 9") {
		t.Errorf("of a newer version: %v", err)
	}
}

func TestRunsRefuse(t *testing.T) {
	dir := t.TempDir()
	for _, kind := range []string{"", "../x", "Train me"} {
		if _, err := Add(dir, Run{Kind: kind}); err == nil {
			t.Errorf("the kind %q is taken", kind)
		}
	}
	r, err := Add(dir, Run{Kind: "train"})
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range [][2]string{{"nothing", "x"}, {"../" + filepath.Base(dir) + "/" + r.ID, "x"}, {"..", "x"}, {"", "x"}, {r.ID, strings.Repeat("x", 10_001)}, {r.ID, "\xff"}} {
		if err := SetNote(dir, bad[0], bad[1]); err == nil {
			t.Errorf("a note for %q of %d bytes is taken", bad[0], len(bad[1]))
		}
	}
}
