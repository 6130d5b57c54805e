package main

import (
	"context"
	"fmt"
	"time"
)

const (
	slowCap   = 10.0             // seconds that one run of the slow engine may take
	slowLimit = 60 * time.Second // of its answers, with building and compiling
)

// slow measures an engine that may take a hundred times as long: a small batch first, then the whole one if that
// promises a run below slowCap, else the small one's time is scaled. It returns the digests of a whole run.
func (m *meter) slow(ctx context.Context, e *engine, row Row, r *Result) []digest {
	part := row.Work
	if row.Work.Op != "matmul" && row.Work.Batch > 1 {
		part = row.Work.with(max(2, row.Work.Batch/32)) // two: views come in pairs
	}
	share := float64(row.Work.Batch) / float64(part.Batch)
	ask := func(w Work, check bool) (answer, error) {
		name := fmt.Sprintf("%s of %d", row.Name, w.Batch)
		return e.ask(ctx, request{Name: name, Work: w, Cold: true, Check: check}, slowLimit)
	}
	fail := func(err error) []digest {
		if e.absent != "" {
			r.Figures[e.name] = Figure{Note: "skipped"}
			return nil
		}
		r.Figures[e.name] = Figure{Note: "not measured"}
		r.note("%s: not measured: %s", e.name, cause(oneLine(err.Error())))
		return nil
	}
	if _, err := ask(part, false); err != nil { // compiles
		return fail(err)
	}
	a, err := ask(part, share == 1)
	if err != nil {
		return fail(err)
	}
	took := a.Seconds[""][0] * share
	if share == 1 || took > slowCap {
		r.Figures[e.name] = Figure{Value: took * 1e3}
		if share > 1 {
			r.note("%s: a batch of %d, times %g", e.name, part.Batch, share)
		}
		return a.Digests
	}
	whole, err := ask(row.Work, true)
	if err != nil {
		return fail(err)
	}
	r.Figures[e.name] = Figure{Value: whole.Seconds[""][0] * 1e3}
	return whole.Digests
}

// cause is the end of a long message, where GoMLX says what was wrong.
func cause(text string) string {
	if runes := []rune(text); len(runes) > 160 {
		return "… " + string(runes[len(runes)-160:])
	}
	return text
}
