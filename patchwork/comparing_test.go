package patchwork

import (
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gopatchwork/patchwork/patchwork/runlog"
)

// curves records a run of a kind with so many steps below dir.
func curves(t *testing.T, dir string, day, steps int, settings map[string]string, values func(step int) map[string]float64) string {
	t.Helper()
	w, err := runlog.Begin(dir, runlog.Run{Kind: "pretrain", Started: time.Date(2026, 11, day, 1, 2, 3, 0, time.UTC), Settings: settings, Note: "<script>"})
	if err != nil {
		t.Fatal(err)
	}
	for step := 1; step <= steps; step++ {
		if err := w.Add(runlog.Point{Step: step, Epoch: float64(step) / 10, Seconds: float64(step) / 100, Values: values(step)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.End(runlog.Run{State: runlog.Done, Seconds: 1}); err != nil {
		t.Fatal(err)
	}
	return w.Run().ID
}

func TestRunChartsHaveCommonColours(t *testing.T) {
	dir := t.TempDir()
	curves(t, dir, 1, 20, map[string]string{"method": "a"}, func(step int) map[string]float64 {
		return map[string]float64{"loss": float64(step), "rate": 1}
	})
	curves(t, dir, 2, 10, map[string]string{"method": "b"}, func(step int) map[string]float64 {
		values := map[string]float64{"loss": 2, "accuracy": float64(step), "rate": 2}
		if step == 1 {
			values["once"] = 1
		}
		if step == 4 {
			values["loss"] = math.NaN()
		}
		return values
	})
	c, err := CompareRuns("", dir)
	if err != nil {
		t.Fatal(err)
	}
	sheet, err := RunCharts(c, RunChartOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var titles []string
	for _, chart := range sheet.Charts {
		titles = append(titles, chart.Title)
		if len(chart.Series) != 2 || chart.Series[0].Name != "a" || chart.Series[1].Name != "b" || chart.XName != "epoch" {
			t.Errorf("the chart %s has the series %+v over %s", chart.Title, chart.Series, chart.XName)
		}
	}
	if want := []string{"loss", "accuracy", "rate"}; !slices.Equal(titles, want) {
		t.Errorf("there are charts of %q, want %q", titles, want)
	}
	if s := sheet.Charts[0].Series; len(s[0].X) != 20 || s[0].X[19] != 2 || s[0].Y[19] != 20 || !math.IsNaN(s[1].Y[3]) || s[1].Y[4] != 2 {
		t.Errorf("the losses are %+v", s)
	}
	if len(sheet.Charts[1].Series[0].X) != 0 {
		t.Error("a run has a curve that it did not measure")
	}
	smooth, err := RunCharts(c, RunChartOptions{Over: runlog.BySeconds, Smooth: 0.5, Metrics: []string{"loss"}})
	if err != nil || len(smooth.Charts) != 1 {
		t.Fatal(smooth, err)
	}
	if s := smooth.Charts[0].Series[0]; s.X[1] != 0.02 || math.Abs(s.Y[1]-5./3) > 1e-12 { // by hand: (0.5·1 + 2) / (0.5 + 1)
		t.Errorf("smoothed, the second point is %g, %g; want 0.02, 1.667", s.X[1], s.Y[1])
	}
	page, err := ComparisonPage(c, RunChartOptions{})
	if err != nil || strings.Contains(page, "<script") || !strings.Contains(page, "&lt;script&gt;") || strings.Count(page, "<img ") != 3 || !strings.Contains(page, `alt="accuracy: b 10 at epoch 1"`) {
		t.Errorf("the page, %v:\n%.900s", err, page)
	}
	for want, o := range map[string]RunChartOptions{"Smooth is 1": {Smooth: 1}, "Smooth is NaN": {Smooth: math.NaN()}, `no axis "weeks"`: {Over: "weeks"}, `Metrics has "magic"`: {Metrics: []string{"magic"}}} {
		if _, err := RunCharts(c, o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v; want %q", err, want)
		}
	}
}

func TestRunChartsThinLongCurves(t *testing.T) {
	dir := t.TempDir()
	id := curves(t, dir, 1, 50_000, nil, func(step int) map[string]float64 { return map[string]float64{"loss": float64(step)} })
	c, err := CompareRuns(dir, id)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(c.Series[0]["loss"].Value); n != 50_000 {
		t.Errorf("%d points are read", n)
	}
	sheet, err := RunCharts(c, RunChartOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if s := sheet.Charts[0].Series[0]; len(s.X) != 400 || s.Y[0] != 63 || s.X[0] != 6.3 { // by hand: the mean of 1 to 125
		t.Errorf("%d points are drawn, the first %g, %g", len(s.X), s.X[0], s.Y[0])
	}
}

func TestCompareRunsOfAProject(t *testing.T) {
	p := newProject(t, photos(t, 4), "green")
	if _, err := p.CompareRuns(); err == nil || !strings.Contains(err.Error(), "there is no run yet") {
		t.Errorf("without a run: %v", err)
	}
	var ids []string
	for day := range 10 {
		ids = append(ids, curves(t, p.path("runs"), day+1, 1, nil, func(int) map[string]float64 { return nil }))
	}
	if _, err := runlog.Add(p.path("runs"), runlog.Run{Kind: "train"}); err != nil { // older, because it began in the year 1
		t.Fatal(err)
	}
	c, err := p.CompareRuns()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range c.Runs {
		got = append(got, r.ID)
	}
	if !slices.Equal(got, ids[2:]) || c.Labels[7] != "H" {
		t.Errorf("compared are %q, want the last eight, %q; labels %q", got, ids[2:], c.Labels)
	}
	elsewhere := t.TempDir()
	other := curves(t, elsewhere, 28, 1, map[string]string{"rate": "1"}, func(int) map[string]float64 { return nil })
	if c, err = p.CompareRuns("20261103", filepath.Join(elsewhere, other)); err != nil || len(c.Runs) != 2 || c.Runs[0].ID != ids[2] || c.Runs[1].ID != other {
		t.Errorf("%+v, %v", c.Runs, err)
	}
	if _, err := p.CompareRuns("magic"); err == nil || !strings.Contains(err.Error(), `there is no run "magic"`) {
		t.Errorf("of one that is not there: %v", err)
	}
}
