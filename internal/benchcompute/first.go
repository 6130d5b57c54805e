package main

import (
	"context"
	"errors"
)

// firstSteps is how many steps a fresh process does for its memory and compile time.
const firstSteps = 6

// first measures a fresh process of each fast engine that does nothing but the first steps of a training: the most
// memory it has had, or what its first step took beyond a later one.
func (m *meter) first(ctx context.Context, row Row, r *Result) {
	defer func() { r.Flops = 0 }()
	if row.Figure == "memory" {
		r.Unit = "MB"
	} else {
		r.AtMost = true
	}
	for _, e := range m.engines {
		variants := []string{""}
		if e.name == "torch" {
			variants = []string{"contiguous", "channels_last"}
		}
		for _, variant := range variants {
			if e.name == "go" {
				r.Figures[e.name] = Figure{Note: "not asked"}
				continue
			}
			a, err := m.freshSteps(ctx, e, row, variant)
			m.take(e, a, err, r)
			if err != nil {
				break
			}
			value := a.Peak
			if row.Figure == "compile" {
				s := a.Seconds[variant]
				value = (s[0] - median(s[1:])) * 1e3
			}
			if best := r.Figures[e.name].Value; value > 0 && (best == 0 || value < best) {
				r.Figures[e.name] = Figure{Value: value, Variant: variant}
			}
		}
	}
}

// freshSteps asks a new process, or remembers what one said before about the same work.
func (m *meter) freshSteps(ctx context.Context, e *engine, row Row, variant string) (answer, error) {
	if err := e.start(ctx); err != nil {
		return answer{}, err
	}
	if e.absent != "" {
		return answer{}, errUnable
	}
	key := e.name + " " + variant + " " + row.Work.key()
	if a, ok := m.steps[key]; ok {
		return a, nil
	}
	c, err := e.fresh(ctx)
	if err != nil {
		return answer{}, err
	}
	defer c.stop()
	a, err := c.ask(ctx, request{Name: row.Name, Work: row.Work, Steps: firstSteps, Choice: variant}, answerLimit)
	if err == nil && len(a.Seconds[variant]) != firstSteps {
		err = errors.New("the worker did not do the steps that it was asked for")
	}
	if err == nil {
		m.steps[key] = a
	}
	return a, err
}
