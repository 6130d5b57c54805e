package main

import (
	"fmt"
	"slices"
	"time"
)

// Row is one figure of the table.
type Row struct {
	Name    string  `json:"name"`              // measurement, slash, what of it
	What    string  `json:"what"`              // for a person
	Value   float64 `json:"value"`             // the median of N, in Unit
	P95     float64 `json:"p95,omitempty"`     // 95th percentile; 0 where it says nothing
	Unit    string  `json:"unit"`              // ms, s, images/s, MB
	N       int     `json:"n,omitempty"`       // how often it was measured
	Target  float64 `json:"target,omitempty"`  // the most it may be, in Unit; 0 means there is none
	ByP95   bool    `json:"by_p95,omitempty"`  // the target is one of P95, not of Value
	How     string  `json:"how"`               // one line
	Skipped string  `json:"skipped,omitempty"` // why it could not be measured here
	Failed  string  `json:"failed,omitempty"`  // what went wrong
}

// Verdict is "ok" or "over" for a row with a target, "skipped" or "failed" for one without a figure, else "".
func (r Row) Verdict() string {
	figure := r.Value
	if r.ByP95 {
		figure = r.P95
	}
	switch {
	case r.Failed != "":
		return "failed"
	case r.Skipped != "":
		return "skipped"
	case r.Target == 0:
		return ""
	case figure <= r.Target:
		return "ok"
	}
	return "over"
}

// times makes a row of durations, in seconds where the target, or without one the median, is 1 s or more,
// else in milliseconds. It sorts ds.
func times(name, what string, target time.Duration, ds []time.Duration, how string) Row {
	slices.Sort(ds)
	r := Row{Name: name, What: what, Unit: "ms", N: len(ds), How: how}
	unit := time.Millisecond
	if target >= time.Second || target == 0 && median(ds) >= time.Second {
		r.Unit, unit = "s", time.Second
	}
	r.Value, r.Target = in(median(ds), unit), in(target, unit)
	if len(ds) >= 10 {
		r.P95 = in(percentile(ds, 95), unit)
	}
	return r
}

// byP95 makes a row of durations whose target is one of the 95th percentile, as what a person waits for again and again.
func byP95(name, what string, target time.Duration, ds []time.Duration, how string) Row {
	r := times(name, what, target, ds, how)
	r.ByP95 = true
	return r
}

func in(d, unit time.Duration) float64 { return float64(d) / float64(unit) }

func median(ds []time.Duration) time.Duration { return percentile(ds, 50) }

// percentile is the entry number len·p/100, counted from 0, of sorted durations: of an even number the median is the
// upper of the two in the middle. 0 of none.
func percentile(ds []time.Duration, p int) time.Duration {
	if len(ds) == 0 {
		return 0
	}
	return ds[min(len(ds)*p/100, len(ds)-1)]
}

// number prints v with three digits that say something.
func number(v float64) string {
	switch {
	case v >= 100:
		return fmt.Sprintf("%.0f", v)
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	case v >= 1:
		return fmt.Sprintf("%.2f", v)
	}
	return fmt.Sprintf("%.3f", v)
}
