package main

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/gopatchwork/patchwork/patchwork/acquire"
	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// The size of a choice: a batch of images out of a collection of which some are labelled.
const candidates, width, knownRows, asked = 100_000, 384, 100, 16

// collection is made-up features of which the first are labelled: each class moves some of the numbers.
type collection struct {
	classes []string
	x       []float32 // [candidates, width]
	present []bool    // [candidates, classes]
}

func newCollection() *collection {
	r := rand.New(rand.NewPCG(3, 4))
	c := &collection{x: make([]float32, candidates*width)}
	for k := range 10 {
		c.classes = append(c.classes, fmt.Sprint("class ", k))
	}
	c.present = make([]bool, candidates*len(c.classes))
	moves := make([]float32, len(c.classes)*width)
	for i := range moves {
		moves[i] = float32(0.3 * r.NormFloat64())
	}
	for row := range candidates {
		x := c.row(row)
		for i := range x {
			x[i] = float32(r.NormFloat64())
		}
		for class := range c.classes {
			if r.IntN(10) > 0 {
				continue
			}
			c.present[row*len(c.classes)+class] = true
			for i := range x {
				x[i] += moves[class*width+i]
			}
		}
	}
	return c
}

func (c *collection) row(row int) []float32 { return c.x[row*width : (row+1)*width] }

// The collection is an evaluate.Table.
func (c *collection) Len() int              { return candidates }
func (c *collection) Classes() []string     { return c.classes }
func (c *collection) Excluded(row int) bool { return row >= knownRows }
func (c *collection) Validation(int) bool   { return false }
func (c *collection) Value(row, class int) labels.Tri {
	if row < knownRows {
		return labels.Tri(c.label(row, class))
	}
	return labels.Unknown
}

func (c *collection) label(row, class int) int8 {
	switch {
	case row >= knownRows:
		return int8(labels.Unknown)
	case c.present[row*len(c.classes)+class]:
		return int8(labels.Present)
	}
	return int8(labels.Absent)
}

// choosing measures how long each strategy takes to choose a batch.
func choosing(ctx context.Context) error {
	c := newCollection()
	m, err := classify.Train(ctx, classify.Data{Classes: c.classes, Dim: width, Features: c.row, Table: c},
		classify.Options{Head: classify.LogisticHead, Posterior: classify.DiagonalPosterior}, nil)
	if err != nil {
		return err
	}
	all, err := m.Predict(ctx, candidates, c.row)
	if err != nil {
		return err
	}
	of := func(values []float32) func(row int) []float32 {
		return func(row int) []float32 { return values[row*len(c.classes) : (row+1)*len(c.classes)] }
	}
	p := &acquire.Pool{Classes: c.classes, Features: c.row, Probs: of(all.Scores), Deviations: of(all.Deviations), Mean: m.Mean(), Labels: c.label,
		Judge: func(n int, vector func(int) []float32) []float32 {
			scores, err := m.Scores(ctx, n, vector)
			if err != nil {
				return nil
			}
			return scores
		}}
	for row := range candidates {
		if row < knownRows {
			p.Known = append(p.Known, row)
		} else {
			p.Rows = append(p.Rows, row)
		}
	}
	for _, card := range acquire.All() {
		name := card.Name
		if card.Needs.Has(acquire.OneClass) {
			name += c.classes[3]
		}
		promised := 0.5
		if strings.HasSuffix(name, "bald") || name == "bait" {
			promised = 3
		}
		if err := timed(ctx, name, name, p, promised); err != nil {
			return err
		}
	}
	first := *p
	first.Probs, first.Deviations, first.Judge, first.Mean = nil, nil, nil, nil
	return timed(ctx, "auto, without a model", "auto", &first, 0.5)
}

// timed measures one strategy.
func timed(ctx context.Context, title, name string, p *acquire.Pool, promised float64) error {
	s, err := acquire.Lookup(name)
	if err != nil {
		return err
	}
	seconds := math.Inf(1)
	for try := range 3 {
		p.Rand = rand.New(rand.NewPCG(uint64(try), 1))
		begun := time.Now()
		if _, err := acquire.Select(s, p, asked); err != nil {
			return err
		}
		seconds = min(seconds, time.Since(begun).Seconds())
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	verdict := "ok"
	if seconds > promised {
		verdict = "over"
	}
	row(fmt.Sprintf("choosing %d of %d x %d, best of 3: %s", asked, candidates, width, title), fmt.Sprintf("%.3f s  (promised: %g s, %s)", seconds, promised, verdict))
	return nil
}
