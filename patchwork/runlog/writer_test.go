package runlog

import (
	"fmt"
	"maps"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func begin(t *testing.T, dir string, settings map[string]string) *Writer {
	t.Helper()
	w, err := Begin(dir, Run{Kind: "pretrain", Settings: settings, Given: []string{"rate"}, Environment: map[string]string{"go": "1"}, Note: "first"})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func add(t *testing.T, w Sink, step int, values map[string]float64) {
	t.Helper()
	if err := w.Add(Point{Step: step, Epoch: float64(step) / 4, Seconds: float64(step) / 2, Values: values}); err != nil {
		t.Fatal(err)
	}
}

func text(t *testing.T, w *Writer) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(w.Dir(), MetricsFile))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestColumnsMayComeLate(t *testing.T) {
	w := begin(t, t.TempDir(), nil)
	odd := "a \"b\",\nc"
	add(t, w, 0, map[string]float64{"probe": 0.25})
	add(t, w, 1, map[string]float64{"loss": 1.5, "step": 7})
	add(t, w, 2, map[string]float64{"loss": math.NaN(), odd: math.Inf(-1)})
	add(t, w, 3, nil)
	add(t, w, 4, map[string]float64{"probe": 0.5, "loss": 1e-9, odd: math.Inf(1)})
	want := `step,epoch,seconds,probe,loss,step,"a ""b"",
c"
0,0,0.000,0.25,,,
1,0.25,0.500,,1.5,7,
2,0.5,1.000,,nan,,-inf
3,0.75,1.500,,,,
4,1,2.000,0.5,1e-09,,inf
`
	if got := text(t, w); got != want {
		t.Errorf("the file is\n%s\nwant\n%s", got, want)
	}
	if err := w.End(Run{State: Done, Outcome: "4 steps", Seconds: 3, Metrics: map[string]float64{"images": 9, "none": math.NaN()}}); err != nil {
		t.Fatal(err)
	}
	r, err := Read(w.Dir())
	if err != nil {
		t.Fatal(err)
	}
	if want := map[string]float64{"probe": 0.5, "loss": 1e-9, "step": 7, "images": 9}; !maps.Equal(r.Metrics, want) {
		t.Errorf("run.yaml has the metrics %v, want the last finite values %v", r.Metrics, want)
	}
	if r.State != Done || r.Outcome != "4 steps" || r.Seconds != 3 || r.Note != "first" || r.Given[0] != "rate" || r.Environment["go"] != "1" {
		t.Errorf("run.yaml says %+v", r)
	}
	series, err := Metrics(w.Dir())
	if err != nil {
		t.Fatal(err)
	}
	loss := series["loss"]
	if !slices.Equal(loss.Step, []int{1, 2, 4}) || loss.Epoch[1] != 0.5 || loss.Seconds[2] != 2 || loss.Value[0] != 1.5 || !math.IsNaN(loss.Value[1]) || loss.Value[2] != 1e-9 {
		t.Errorf("the loss is read as %+v", loss)
	}
	if s := series[odd]; len(s.Value) != 2 || !math.IsInf(s.Value[0], -1) || !math.IsInf(s.Value[1], 1) {
		t.Errorf("%q is read as %+v", odd, s)
	}
}

// TestPandasReads compares with what pandas makes of the file.
func TestPandasReads(t *testing.T) {
	w := begin(t, t.TempDir(), nil)
	tenth := 0.1
	add(t, w, 1, map[string]float64{"loss": tenth + 0.2, "a,b": 1}) // 0.30000000000000004
	add(t, w, 2, map[string]float64{"loss": math.Inf(1)})
	add(t, w, 3, map[string]float64{"loss": math.NaN(), "late": 2})
	out, err := exec.Command("/usr/bin/python3", "-c", `
import sys
try:
    import pandas
except ImportError:
    sys.exit(9)
d = pandas.read_csv(sys.argv[1], float_precision="round_trip")
print(list(d.columns), [t.kind for t in d.dtypes], d["loss"][0] == 0.1 + 0.2, d["loss"].tolist()[1:], d["late"].isna().sum())`, filepath.Join(w.Dir(), MetricsFile)).CombinedOutput()
	if err != nil && (len(out) == 0 || strings.Contains(err.Error(), "no such file")) {
		t.Skip("there is no pandas for /usr/bin/python3")
	}
	if want := "['step', 'epoch', 'seconds', 'a,b', 'loss', 'late'] ['i', 'f', 'f', 'f', 'f', 'f'] True [inf, nan] 2\n"; string(out) != want {
		t.Errorf("pandas reads\n%swant\n%s", out, want)
	}
}

func TestARunThatIsCutOffGoesOn(t *testing.T) {
	dir := t.TempDir()
	settings := map[string]string{"rate": "0.1"}
	w := begin(t, dir, settings)
	if r, err := Read(w.Dir()); err != nil || r.State != Running {
		t.Fatalf("a run that goes on is %q, %v", r.State, err)
	}
	if Unfinished(dir, w.Run()) != "" {
		t.Error("a run that another is at can be gone on with")
	}
	if _, err := Continue(dir, w.Run().ID, 0); err == nil || !strings.Contains(err.Error(), "another process is at it") {
		t.Errorf("of a run that another is at: %v", err)
	}
	for step := range 8 {
		add(t, w, step, map[string]float64{"loss": float64(10 - step)})
	}
	w.lock.Close() // as the system does when the process is killed
	f, err := os.OpenFile(filepath.Join(w.Dir(), MetricsFile), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	f.WriteString("8,2,4.00") // a torn line
	f.Close()
	if series, err := Metrics(w.Dir()); err != nil || len(series["loss"].Value) != 8 {
		t.Errorf("with a torn line %d points are read, %v; want the 8 whole ones", len(series["loss"].Value), err)
	}
	r, err := Read(w.Dir())
	if err != nil || r.State != CutOff {
		t.Fatalf("a run that was killed is %q, %v", r.State, err)
	}
	if err := SetNote(dir, r.ID, "kept"); err != nil {
		t.Fatal(err)
	}
	if id := Unfinished(dir, Run{Kind: "pretrain", Settings: map[string]string{"rate": "0.2"}}); id != "" {
		t.Errorf("%s is gone on with by other settings", id)
	}
	id := Unfinished(dir, Run{Kind: "pretrain", Settings: settings})
	w, err = Continue(dir, id, 5)
	if err != nil {
		t.Fatal(err)
	}
	if s := w.Run().Seconds; s != 2.5 {
		t.Errorf("it took %g s before, want 2.5, those of step 5", s)
	}
	if err := SetNote(dir, id, "written meanwhile"); err != nil {
		t.Fatal(err)
	}
	add(t, w, 6, map[string]float64{"accuracy": 1})
	if err := w.End(Run{State: Done, Seconds: 4}); err != nil {
		t.Fatal(err)
	}
	series, err := Metrics(w.Dir())
	if err != nil || !slices.Equal(series["loss"].Step, []int{0, 1, 2, 3, 4, 5}) || !slices.Equal(series["accuracy"].Step, []int{6}) {
		t.Errorf("after going on: %+v, %v", series, err)
	}
	r, err = Read(w.Dir())
	if err != nil || r.State != Done || r.Note != "written meanwhile" || r.Metrics["loss"] != 5 {
		t.Errorf("after going on: %+v, %v", r, err)
	}
	if _, err := Continue(dir, id, 5); err == nil || !strings.Contains(err.Error(), "is done") {
		t.Errorf("of a run that is done: %v", err)
	}
}

func TestRunsThatBeginInTheSameSecond(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "runs")
	when := time.Date(2026, 11, 27, 1, 2, 3, 0, time.UTC)
	var ids sync.Map
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			w, err := Begin(dir, Run{Kind: "train", Started: when})
			if err != nil {
				t.Error(err)
				return
			}
			ids.Store(w.Run().ID, true)
			if err := w.End(Run{State: Done}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for i := range 8 {
		id := "20261127-010203-train"
		if i > 0 {
			id += fmt.Sprintf("-%d", i+1)
		}
		if _, ok := ids.Load(id); !ok {
			t.Errorf("there is no run %s", id)
		}
	}
	if runs, err := List(dir); len(runs) != 8 || err != nil {
		t.Errorf("%d runs, %v", len(runs), err)
	}
}

func TestAFullDisk(t *testing.T) {
	w := begin(t, t.TempDir(), nil)
	add(t, w, 0, map[string]float64{"loss": 1})
	w.file.Close()
	var err error
	if w.file, err = os.OpenFile("/dev/full", os.O_WRONLY, 0); err != nil {
		t.Skip("there is no /dev/full here")
	}
	first := w.Add(Point{Step: 1, Values: map[string]float64{"loss": 0.5}})
	if first == nil || !strings.Contains(first.Error(), "no space left") {
		t.Errorf("on a full disk: %v", first)
	}
	if err := w.Add(Point{Step: 2}); err != first {
		t.Errorf("then: %v, want the first error", err)
	}
	if err := w.End(Run{State: Done}); err == nil || !strings.Contains(err.Error(), "no space left") {
		t.Errorf("at the end: %v", err)
	}
	if r, err := Read(w.Dir()); err != nil || r.State != Done {
		t.Errorf("run.yaml says %q, %v; want what could be written", r.State, err)
	}
}

func TestAFolderThatCannotBeWritten(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "runs")
	if err := os.WriteFile(dir, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Begin(dir, Run{Kind: "train"}); err == nil {
		t.Error("a run begins in a file")
	}
}

func TestMetricsRefuses(t *testing.T) {
	dir := t.TempDir()
	for text, want := range map[string]string{
		"step,epoch\n1,2\n":                     `want the columns ["step" "epoch" "seconds"]`,
		"step,epoch,seconds,a\n1,2,3,4\n1,2":    "",
		"step,epoch,seconds,a\n1,2,3,x\n":       `line 2: a is "x"`,
		"step,epoch,seconds,a\n,2,3,1\n":        `line 2: step is ""`,
		"step,epoch,seconds,a\n1,2,3\n":         "wrong number of fields",
		"":                                      "",
		"\ufeffstep,epoch,seconds\r\n1,2,3\r\n": "",
	} {
		os.WriteFile(filepath.Join(dir, MetricsFile), []byte(text), 0o644)
		if _, err := Metrics(dir); (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("of %q: %v, want %q", text, err, want)
		}
	}
}

func TestRemove(t *testing.T) {
	dir := t.TempDir()
	w := begin(t, dir, nil)
	id := w.Run().ID
	if err := Remove(dir, id, true); err == nil || !strings.Contains(err.Error(), "is running") {
		t.Errorf("while it runs: %v", err)
	}
	w.End(Run{State: Done})
	if err := Remove(dir, id, false); err == nil || !strings.Contains(err.Error(), `"first"`) {
		t.Errorf("with a note: %v", err)
	}
	if err := Remove(dir, "../"+filepath.Base(dir), true); err == nil {
		t.Error("another folder is removed")
	}
	if err := Remove(dir, id, true); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(w.Dir()); err == nil {
		t.Error("the folder is there still")
	}
	if err := Remove(dir, id, true); err == nil {
		t.Error("it can be removed twice")
	}
}

func TestLooksDoNotKeepAWriterOut(t *testing.T) {
	w := begin(t, t.TempDir(), nil)
	w.End(Run{State: Interrupted})
	look, err := hold(w.Dir(), unix.LOCK_SH)
	if err != nil {
		t.Fatal(err)
	}
	go func() { time.Sleep(10 * time.Millisecond); look.Close() }()
	again, err := Continue(filepath.Dir(w.Dir()), w.Run().ID, 0)
	if err != nil {
		t.Fatal(err)
	}
	again.End(Run{State: Done})
}

func BenchmarkAdd(b *testing.B) {
	w, err := Begin(b.TempDir(), Run{Kind: "train"})
	if err != nil {
		b.Fatal(err)
	}
	for i := range b.N {
		w.Add(Point{Step: i, Values: map[string]float64{"loss": 1 / float64(i+1), "rate": 0.001, "spread": 0.93, "accuracy": 0.123456789, "images_per_s": 1234.5}})
	}
}
