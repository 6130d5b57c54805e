package main

import (
	"context"
	"fmt"
	"math/rand/v2"

	"github.com/gopatchwork/patchwork/patchwork"
	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/patchwork/evaluate"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// spreading measures what a few labels are worth when they are spread, beside the logistic head and beside that head with
// sure scores as labels: mean average precision of the classes on all other images. A tenth and more of the labels are also
// made wrong.
func (o options) spreading(ctx context.Context, p *patchwork.Project, truth *labels.Table) error {
	ways := []struct {
		name string
		run  func() (*patchwork.Scores, error)
	}{
		{"logistic head", func() (*patchwork.Scores, error) {
			if _, err := p.Train(ctx, patchwork.TrainOptions{Options: classify.Options{Head: classify.LogisticHead}}, nil); err != nil {
				return nil, err
			}
			return p.Scores()
		}},
		{"propagated", func() (*patchwork.Scores, error) { return spread(ctx, p, 0) }},
		{"propagated, trust 1", func() (*patchwork.Scores, error) { return spread(ctx, p, 1) }},
		{"logistic head with pseudo-labels from 0.95 on", func() (*patchwork.Scores, error) {
			if _, err := spread(ctx, p, 0); err != nil {
				return nil, err
			}
			if _, err := p.Train(ctx, patchwork.TrainOptions{Options: classify.Options{Head: classify.LogisticHead}, Pseudo: 0.95}, nil); err != nil {
				return nil, err
			}
			return p.Scores()
		}},
	}
	for _, c := range []struct {
		shown int
		wrong float64
	}{{20, 0}, {50, 0}, {100, 0}, {200, 0}, {100, 0.3}} {
		if c.shown > truth.Len()/2 {
			continue
		}
		all := make([]figures, len(ways))
		for seed := range o.seeds {
			r := rand.New(rand.NewPCG(uint64(seed), uint64(c.shown)))
			known := map[int]bool{}
			for _, row := range r.Perm(truth.Len())[:c.shown] {
				known[row] = true
			}
			e := hide(truth, p.Images(), known, c.wrong, r)
			e.ID = fmt.Sprint("hidden ", c.shown, " ", c.wrong, " ", seed)
			if err := p.Apply(ctx, e); err != nil {
				return err
			}
			for i, way := range ways {
				scores, err := way.run()
				if err != nil {
					return err
				}
				all[i] = append(all[i], meanAP(truth, scores, known))
			}
			if err := p.Apply(ctx, labels.Event{Kind: labels.KindUndo, Target: e.ID}); err != nil {
				return err
			}
		}
		for i, way := range ways {
			text := fmt.Sprintf("%d labelled images: %s, mean average precision of the others", c.shown, way.name)
			if c.wrong > 0 {
				text = fmt.Sprintf("%d labelled images, %.0f %% wrong: %s", c.shown, 100*c.wrong, way.name)
			}
			row(text, all[i])
		}
	}
	return nil
}

func spread(ctx context.Context, p *patchwork.Project, trust float64) (*patchwork.Scores, error) {
	if _, err := p.Propagate(ctx, patchwork.PropagateOptions{Trust: trust}, nil); err != nil {
		return nil, err
	}
	return p.Propagated()
}

// hide takes the labels of all rows back that are not known, and makes a share of the others those of another known row.
func hide(truth *labels.Table, ix labels.Images, known map[int]bool, wrong float64, r *rand.Rand) labels.Event {
	e := labels.Event{Kind: labels.KindLabel, Source: "api"}
	var hidden []string
	for row := range truth.Len() {
		if !known[row] {
			hidden = append(hidden, labels.Ref(ix, row))
		} else if r.Float64() < wrong {
			from := r.IntN(truth.Len())
			for class, name := range truth.Classes() {
				e.Set = append(e.Set, labels.Change{Class: name, Value: int8(truth.Value(from, class)), Images: []string{labels.Ref(ix, row)}})
			}
		}
	}
	e.Set = append(e.Set, labels.Change{Classes: truth.Classes(), Value: int8(labels.Unknown), Images: hidden})
	return e
}

// meanAP is the mean of the classes over the rows that are not known; without a score counts as 0.
func meanAP(truth *labels.Table, s *patchwork.Scores, known map[int]bool) float64 {
	of, sum, n := s.For(truth), 0.0, 0.0
	for class := range truth.Classes() {
		var scores []float32
		var is []labels.Tri
		for row := range truth.Len() {
			if known[row] {
				continue
			}
			v := float32(0)
			if all := of(row); all != nil && all[class] == all[class] {
				v = all[class]
			}
			scores, is = append(scores, v), append(is, truth.Value(row, class))
		}
		if ap, err := evaluate.AveragePrecision(scores, is); err == nil {
			sum, n = sum+ap, n+1
		}
	}
	return sum / n
}
