package runlog

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func recorded(t *testing.T, dir string, r Run, values ...map[string]float64) string {
	t.Helper()
	r.Kind, r.Started = "pretrain", time.Date(2026, 11, 27, 1, 2, 3, 0, time.UTC)
	w, err := Begin(dir, r)
	if err != nil {
		t.Fatal(err)
	}
	for step, v := range values {
		add(t, w, step, v)
	}
	if err := w.End(Run{State: Done, Seconds: 75, Metrics: r.Metrics}); err != nil {
		t.Fatal(err)
	}
	return w.Dir()
}

func lines(c Comparison) map[string][]bool {
	best := map[string][]bool{}
	for _, m := range c.Metrics {
		best[m.Name] = m.Best
	}
	return best
}

func TestCompare(t *testing.T) {
	dir := t.TempDir()
	a := recorded(t, dir, Run{Settings: map[string]string{"method": "simclr", "rate": "0.1", "seed": "1"}, Environment: map[string]string{"go": "1.26"}},
		map[string]float64{"loss": 3, "linear": 0.5}, map[string]float64{"loss": 2, "linear": 0.6, "spread": 0.9})
	b := recorded(t, dir, Run{Settings: map[string]string{"method": "simclr", "rate": "0.2", "seed": "1", "method.eps": "1"}, Note: "two\nlines"},
		map[string]float64{"loss": 1, "linear": 0.7, "spread": 0.8})
	c, err := Compare(a, b)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, s := range c.Settings {
		names = append(names, s.Name+"="+strings.Join(s.Values, "|"))
	}
	if want := []string{"method.eps=|1", "rate=0.1|0.2", "environment.go=1.26|"}; !slices.Equal(names, want) {
		t.Errorf("what differs is %q, want %q", names, want)
	}
	best := lines(c)
	if !slices.Equal(best["linear"], []bool{false, true}) || slices.Contains(best["spread"], true) {
		t.Errorf("the best are %v", best)
	}
	if slices.Contains(best["loss"], true) {
		t.Error("losses of other settings of the method are compared")
	}
	if !slices.Equal(c.Labels, []string{"rate 0.1", "rate 0.2"}) {
		t.Errorf("the labels are %q", c.Labels)
	}
	table := c.String()
	for _, want := range []string{"20261127-010203-pretrain-2", "1m15s", "linear          0.6", "0.7 *", "two lines"} {
		if !strings.Contains(table, want) {
			t.Errorf("the table lacks %q:\n%s", want, table)
		}
	}
	var out bytes.Buffer
	if err := c.WriteCSV(&out); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&out).ReadAll()
	if err != nil || len(rows) != 3 || !slices.Contains(rows[0], "settings.rate") || !slices.Contains(rows[0], "metrics.linear") || rows[2][6] != "two\nlines" {
		t.Errorf("as CSV: %q, %v", rows, err)
	}
}

func TestCompareMarksALossOfTheSameKind(t *testing.T) {
	dir := t.TempDir()
	a := recorded(t, dir, Run{Settings: map[string]string{"rate": "0.1", "batch_size": "8"}}, map[string]float64{"loss": 3, "validation/log loss": 1})
	b := recorded(t, dir, Run{Settings: map[string]string{"rate": "0.2", "batch_size": "8"}}, map[string]float64{"loss": 2, "validation/log loss": 1})
	c := recorded(t, dir, Run{Settings: map[string]string{"rate": "0.2", "batch_size": "16"}}, map[string]float64{"loss": 1, "validation/log loss": 2})
	two, err := Compare(a, b)
	if err != nil {
		t.Fatal(err)
	}
	if best := lines(two); !slices.Equal(best["loss"], []bool{false, true}) || !slices.Equal(best["validation/log loss"], []bool{true, true}) {
		t.Errorf("of the same kind the best are %v", best)
	}
	three, err := Compare(a, b, c)
	if err != nil {
		t.Fatal(err)
	}
	if best := lines(three); slices.Contains(best["loss"], true) || !slices.Equal(best["validation/log loss"], []bool{true, true, false}) {
		t.Errorf("with another batch the best are %v", best)
	}
	one, err := Compare(a)
	if err != nil || slices.Contains(lines(one)["validation/log loss"], true) || one.Labels[0] != one.Runs[0].ID {
		t.Errorf("of one run: %+v, %v", one, err)
	}
}

func TestCompareNamesRunsByTheirMethodFirst(t *testing.T) {
	dir := t.TempDir()
	a := recorded(t, dir, Run{Settings: map[string]string{"epochs": "60", "method": "simclr"}})
	b := recorded(t, dir, Run{Settings: map[string]string{"epochs": "30", "method": "vicreg"}})
	c, err := Compare(a, b)
	if err != nil || !slices.Equal(c.Labels, []string{"simclr", "vicreg"}) || c.Settings[0].Name != "method" || len(c.Settings) != 2 {
		t.Errorf("%+v, %v", c, err)
	}
}

func TestCompareReadsRunsThatGoOn(t *testing.T) {
	w := begin(t, t.TempDir(), nil)
	add(t, w, 1, map[string]float64{"loss": 3})
	add(t, w, 2, map[string]float64{"loss": 2})
	add(t, w, 3, map[string]float64{"loss": math.NaN()})
	c, err := Compare(w.Dir())
	if err != nil || c.Runs[0].State != Running || c.Runs[0].Metrics["loss"] != 2 {
		t.Errorf("%+v, %v", c, err)
	}
}

func TestCompareNamesAllThatIsWrong(t *testing.T) {
	dir := t.TempDir()
	os.Mkdir(filepath.Join(dir, "new"), 0o755)
	os.WriteFile(filepath.Join(dir, "new", "run.yaml"), []byte("version: 9"), 0o644)
	_, err := Compare(filepath.Join(dir, "none"), filepath.Join(dir, "new"))
	if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "has version 9") {
		t.Errorf("%v", err)
	}
	if _, err := Compare(); err == nil {
		t.Error("nothing is compared")
	}
}

func TestSmooth(t *testing.T) {
	text, err := os.ReadFile("testdata/smooth.json") // of testdata/smooth.py, pandas 1.5.3
	if err != nil {
		t.Fatal(err)
	}
	var golden struct {
		Values []*float64
		Smooth map[string][]*float64
	}
	if err := json.Unmarshal(text, &golden); err != nil || len(golden.Smooth) != 3 {
		t.Fatal(err)
	}
	numbers := func(list []*float64) (out []float64) {
		for _, v := range list {
			if v == nil {
				out = append(out, math.NaN())
			} else {
				out = append(out, *v)
			}
		}
		return out
	}
	same := func(got, want []float64) bool {
		return slices.EqualFunc(got, want, func(a, b float64) bool { return math.Abs(a-b) < 1e-12 || math.IsNaN(a) && math.IsNaN(b) })
	}
	values := numbers(golden.Values)
	for name, weight := range map[string]float64{"0.1": 0.1, "0.6": 0.6, "0.95": 0.95} {
		if got, want := Smooth(values, weight), numbers(golden.Smooth[name]); !same(got, want) {
			t.Errorf("with %s: %v, want %v", name, got, want)
		}
	}
	if got := Smooth(values, 0); !same(got, values) {
		t.Errorf("with 0: %v, want %v", got, values)
	}
}

func TestThin(t *testing.T) {
	const n = 50_000
	x, y := make([]float64, n), make([]float64, n)
	for i := range n {
		x[i], y[i] = float64(i), float64(i%2)
		if i < 200 {
			y[i] = math.NaN()
		}
	}
	thinX, thinY := Thin(x, y, 400)
	if len(thinX) != 400 || len(thinY) != 400 || !slices.IsSorted(thinX) || !math.IsNaN(thinY[0]) || thinX[0] != 62 || thinY[399] < 0.49 || thinY[399] > 0.51 {
		t.Errorf("%d points, the first %g %g, the last %g %g", len(thinX), thinX[0], thinY[0], thinX[399], thinY[399])
	}
	if same, _ := Thin(x[:400], y[:400], 400); len(same) != 400 || same[1] != 1 {
		t.Error("what is thin is changed")
	}
}

func TestCurve(t *testing.T) {
	s := Series{Step: []int{1, 2, 2, 3}, Epoch: []float64{.1, .2, .2, .3}, Seconds: []float64{5, 6, 7, 8}, Value: []float64{4, 3, 2, 1}}
	x, y, err := s.Curve(BySeconds)
	if err != nil || !slices.Equal(x, []float64{5, 7, 8}) || !slices.Equal(y, []float64{4, 2, 1}) {
		t.Errorf("by seconds: %v %v, %v", x, y, err)
	}
	if _, _, err := s.Curve("weeks"); err == nil {
		t.Error("there are weeks")
	}
}

func TestFlatten(t *testing.T) {
	type inner struct {
		Jitter float64 `yaml:"jitter"`
		Blur   float64 `yaml:"blur,omitempty"`
	}
	got, err := Flatten("augment", struct {
		Rate float64    `yaml:"rate"`
		In   *inner     `yaml:"in"`
		Crop [2]float64 `yaml:"crop"`
		None *inner     `yaml:"none"`
	}{0.1, &inner{Jitter: 0.5}, [2]float64{0.2, 1}, nil})
	if want := map[string]string{"augment.rate": "0.1", "augment.in.jitter": "0.5", "augment.crop": "0.2, 1"}; err != nil || !maps.Equal(got, want) {
		t.Errorf("%v, %v; want %v", got, err, want)
	}
	if _, err := Flatten("", 3); err == nil {
		t.Error("a number is settings")
	}
}
