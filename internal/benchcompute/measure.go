package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// meter measures rows on engines.
type meter struct {
	engines []*engine
	rounds  int
	known   string            // file of earlier figures, "" for none
	steps   map[string]answer // of fresh processes, which serve two rows each
}

const (
	roundSeconds = 0.15            // of runs of each variant, at least
	quiet        = 0.15            // cores that others may use in a round that counts as undisturbed
	answerLimit  = 3 * time.Minute // of the fast engines, with building
)

// row measures one row, in more rounds than asked for, up to three times as many, while fewer than half of those asked
// for were undisturbed: a busy machine costs PyTorch more than us. The Result says what went wrong, if anything did; the error is the end of ctx.
func (m *meter) row(ctx context.Context, row Row) (Result, error) {
	r := Result{Name: row.Name, What: row.What, Unit: "ms", Goal: row.Goal, Figures: map[string]Figure{}, Flops: row.Work.flops()}
	if row.Figure != "" {
		m.first(ctx, row, &r)
		return r, ctx.Err()
	}
	best := map[string]*keeper{}
	digests := map[string][]digest{}
	calm := 0
	for round := 0; round < m.rounds || calm < (m.rounds+1)/2 && round < 3*m.rounds; round++ {
		before, told := now(m.pids())
		for _, e := range m.engines {
			if e.name == "go" || r.Figures[e.name].Note != "" {
				continue
			}
			a, err := e.ask(ctx, request{Name: row.Name, Work: row.Work, Seconds: roundSeconds, Check: round == 0}, answerLimit)
			if ctx.Err() != nil {
				return r, ctx.Err()
			}
			m.take(e, a, err, &r)
			if err != nil {
				continue
			}
			if round == 0 {
				best[e.name], digests[e.name] = &keeper{}, a.Digests
			}
			best[e.name].add(a.Seconds)
			r.Figures[e.name] = best[e.name].figure()
		}
		others := 0.0
		if after, ok := now(m.pids()); ok && told {
			others = after.othersSince(before)
		}
		if round == 0 || others < r.Others {
			r.Others = others
		}
		if others < quiet {
			calm++
		}
	}
	for _, e := range m.engines {
		if e.name == "go" {
			digests[e.name] = m.slow(ctx, e, row, &r)
		}
	}
	m.compare(digests, &r)
	return r, ctx.Err()
}

// pids are the processes of the workers.
func (m *meter) pids() []int {
	var list []int
	for _, e := range m.engines {
		if e.child != nil {
			list = append(list, e.child.cmd.Process.Pid)
		}
	}
	return list
}

// take notes what an answer says besides its times.
func (m *meter) take(e *engine, a answer, err error, r *Result) {
	for _, text := range a.Messages {
		r.note("%s says: %s", e.name, oneLine(text))
	}
	if e.name == "cpu" && a.Flops > 0 {
		r.Flops = a.Flops
	}
	switch {
	case errors.Is(err, errUnable):
		r.Figures[e.name] = Figure{Note: "skipped"}
	case err != nil:
		reason := fmt.Sprintf("%s: %s", e.name, oneLine(err.Error()))
		r.Figures[e.name] = Figure{Note: reason}
		r.Wrong = reason
	}
}

// compare holds the results of the first engine that gave some to those of the others.
func (m *meter) compare(digests map[string][]digest, r *Result) {
	var first string
	for _, e := range m.engines {
		d := digests[e.name]
		if d == nil {
			continue
		}
		if first == "" {
			first = e.name
		} else if err := compareDigests(digests[first], d); err != nil {
			r.Wrong = fmt.Sprintf("%s and %s disagree: %v", first, e.name, err)
		}
	}
}

// keeper keeps the least median of each variant.
type keeper struct{ medians map[string]float64 }

func (k *keeper) add(seconds map[string][]float64) {
	if k.medians == nil {
		k.medians = map[string]float64{}
	}
	for variant, list := range seconds {
		if len(list) == 0 {
			continue
		}
		v := median(list)
		if old, ok := k.medians[variant]; !ok || v < old {
			k.medians[variant] = v
		}
	}
}

// figure is the best of the variants, in milliseconds; of equal ones the first by name.
func (k *keeper) figure() Figure {
	var f Figure
	for variant, s := range k.medians {
		if ms := s * 1e3; f.Value == 0 || ms < f.Value || ms == f.Value && variant < f.Variant {
			f = Figure{Value: ms, Variant: variant}
		}
	}
	return f
}

// median is the middle of a list, of an even number the mean of the two in the middle; the list is not changed.
func median(list []float64) float64 {
	l := slices.Sorted(slices.Values(list))
	n := len(l)
	return (l[n/2] + l[(n-1)/2]) / 2
}
