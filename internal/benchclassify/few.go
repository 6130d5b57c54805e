package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/gopatchwork/patchwork/patchwork"
	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/patchwork/evaluate"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// shots are the labelled images a class.
var shots = []int{1, 2, 3, 5, 10}

// contestants are the heads that are compared, with the settings that are not at their defaults.
var contestants = []struct {
	name string
	o    classify.Options
}{
	{"linear", classify.Options{Head: classify.LinearHead}},
	{"linear, instance", classify.Options{Head: classify.LinearHead, Sampling: classify.ByInstance}},
	{"linear, cosine", classify.Options{Head: classify.LinearHead, Loss: classify.CosineLoss}},
	{"mlp", classify.Options{Head: classify.MLPHead}},
	{"logistic", classify.Options{Head: classify.LogisticHead}},
	{"logistic, instance", classify.Options{Head: classify.LogisticHead, Sampling: classify.ByInstance}},
	{"logistic, diagonal", classify.Options{Head: classify.LogisticHead, Posterior: classify.DiagonalPosterior}},
	{"prototypes", classify.Options{Head: classify.PrototypesHead}},
	{"neighbours", classify.Options{Head: classify.NeighboursHead}},
}

// fewLabels compares heads on the images of a project, of which a few a class are labelled and all others judged.
func fewLabels(ctx context.Context, dir string, seeds int) error {
	p, err := patchwork.Open(dir)
	if err != nil {
		return err
	}
	defer p.Close()
	store, err := p.Features()
	if err != nil {
		return err
	}
	defer store.Close()
	all, err := p.Labels()
	if err != nil {
		return err
	}
	full := &table{classes: all.Classes()}
	var features [][]float32
	for row := range all.Len() {
		if !store.Has(row) {
			continue
		}
		values := make([]labels.Tri, len(full.classes))
		for c := range values {
			if values[c] = all.Value(row, c); values[c] == labels.Unknown {
				return fmt.Errorf("row %d has no label for %q; want all labels, as `patchwork init --labels-from-folders` gives them", row, full.classes[c])
			}
		}
		full.truth, features = append(full.truth, values), append(features, store.Row(row))
	}
	if len(features) == 0 {
		return errors.New("no image with features; embed first")
	}
	fmt.Printf("%d images of %d classes, %d choices of labelled images; mean and half of the 95 %% interval of average precision, share of\n"+
		"images whose class is found, log loss and seconds of one training\n", len(features), len(full.classes), seeds)
	for _, k := range shots {
		for _, c := range contestants {
			var figures [4][]float64
			for seed := range seeds {
				f, err := oneChoice(ctx, full, features, k, uint64(seed), c.o)
				if err != nil {
					return fmt.Errorf("%s with %d images a class: %w", c.name, k, err)
				}
				for i, v := range f {
					figures[i] = append(figures[i], v)
				}
			}
			line := fmt.Sprintf("| %d | %-20s", k, c.name)
			for _, values := range figures[:3] {
				mean, half := interval(values)
				line += fmt.Sprintf(" | %.3f ± %.3f", mean, half)
			}
			seconds, _ := interval(figures[3])
			fmt.Printf("%s | %.3f |\n", line, seconds)
		}
	}
	return nil
}

// oneChoice labels k random images of each class and measures the others.
func oneChoice(ctx context.Context, full *table, features [][]float32, k int, seed uint64, o classify.Options) (figures [4]float64, err error) {
	rng := rand.New(rand.NewPCG(seed, 1))
	t := &table{classes: full.classes, truth: full.truth, shown: map[int]bool{}}
	counts := make([]int, len(full.classes))
	for _, row := range rng.Perm(full.Len()) {
		for c := range counts {
			if full.truth[row][c] == labels.Present && counts[c] < k {
				counts[c]++
				t.shown[row] = true
			}
		}
	}
	row := func(i int) []float32 { return features[i] }
	o.Seed = seed
	m, err := classify.Train(ctx, classify.Data{Classes: t.classes, Features: row, Dim: len(features[0]), Table: t}, o, nil)
	if err != nil {
		return figures, err
	}
	scores, err := m.Scores(ctx, len(features), row)
	if err != nil {
		return figures, err
	}
	report, err := evaluate.Evaluate(evaluate.Data{Table: full, Scores: func(i int) []float32 {
		if t.shown[i] {
			return nil
		}
		return scores[i*len(t.classes) : (i+1)*len(t.classes)]
	}})
	if err != nil {
		return figures, err
	}
	for _, c := range report.Classes {
		figures[0] += float64(c.Train.AveragePrecision) / float64(len(report.Classes))
	}
	figures[1], figures[2] = float64(report.Train.Top1.Value), float64(report.Train.LogLoss)
	figures[3] = m.Info().Seconds
	return figures, nil
}

// interval is the mean and half of its 95 % interval.
func interval(values []float64) (mean, half float64) {
	n := float64(len(values))
	for _, v := range values {
		mean += v / n
	}
	sum := 0.0
	for _, v := range values {
		sum += (v - mean) * (v - mean)
	}
	return mean, 1.96 * math.Sqrt(sum/max(n-1, 1)/n)
}
