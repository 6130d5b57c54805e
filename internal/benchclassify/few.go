package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"regexp"
	"slices"

	"github.com/gopatchwork/patchwork/patchwork"
	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/patchwork/classify/semi"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// choices are the ways of labelling that are compared.
var choices = []struct {
	name    string
	images  func(class int) int // labelled images that show the class
	partial float64             // share of their labels that is known beside that of the class; 0 for all
}{
	{"1 image a class", same(1), 0},
	{"2 images a class", same(2), 0},
	{"4 images a class", same(4), 0},
	{"10 images a class", same(10), 0},
	{"20 images a class", same(20), 0},
	{"1 to 20 images a class", func(class int) int { return []int{20, 14, 10, 7, 5, 4, 3, 2, 1, 1}[class%10] }, 0},
	{"4 images a class, a fifth of the absent labels known", same(4), 0.2},
	{"10 images a class, a fifth of the absent labels known", same(10), 0.2},
	{"4 images a class, half of the absent labels known", same(4), 0.5},
}

func same(n int) func(int) int { return func(int) int { return n } }

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
	{"linear, focal", classify.Options{Head: classify.LinearHead, Loss: classify.FocalLoss}},
	{"linear, fixmatch", classify.Options{Head: classify.LinearHead, Semi: semi.FixMatch}},
	{"linear, flexmatch", classify.Options{Head: classify.LinearHead, Semi: semi.FlexMatch}},
	{"linear, freematch", classify.Options{Head: classify.LinearHead, Semi: semi.FreeMatch}},
	{"linear, softmatch", classify.Options{Head: classify.LinearHead, Semi: semi.SoftMatch}},
	{"linear, weak", classify.Options{Head: classify.LinearHead, Loss: classify.WeakLoss}},
	{"linear, weak, flexmatch", classify.Options{Head: classify.LinearHead, Loss: classify.WeakLoss, Semi: semi.FlexMatch}},
	{"mlp, fixmatch", classify.Options{Head: classify.MLPHead, Semi: semi.FixMatch}},
}

// fewLabels compares heads on the images of a project, of which a few a class are labelled and all others judged.
// only matches the name of what is measured, such as "4 images a class: mlp".
func fewLabels(ctx context.Context, dir string, seeds int, only *regexp.Regexp) error {
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
		values, err := truthOf(all, row)
		if err != nil {
			return err
		}
		full.truth, features = append(full.truth, values), append(features, store.Row(row))
	}
	if len(features) == 0 {
		return errors.New("no image with features; embed first")
	}
	fmt.Printf("%d images of %d classes, %d choices of labelled images; mean and half of the 95 %% interval of average precision, share of\n"+
		"images whose class is found, log loss and calibration error, and seconds of one training\n", len(features), len(full.classes), seeds)
	for _, choice := range choices {
		for _, c := range contestants {
			if !only.MatchString(choice.name + ": " + c.name) {
				continue
			}
			var figures [5][]float64
			for seed := range seeds {
				t := choose(full, choice.images, choice.partial, uint64(seed))
				f, err := measure(ctx, full, t, features, uint64(seed), c.o)
				if err != nil {
					return fmt.Errorf("%s with %s: %w", c.name, choice.name, err)
				}
				for i, v := range f {
					figures[i] = append(figures[i], v)
				}
			}
			fmt.Println(lineOf(choice.name, c.name, figures))
		}
	}
	return nil
}

// truthOf are the labels of an image.
func truthOf(t *labels.Table, row int) ([]labels.Tri, error) {
	values := make([]labels.Tri, len(t.Classes()))
	for c := range values {
		if values[c] = t.Value(row, c); values[c] == labels.Unknown {
			return nil, fmt.Errorf("row %d has no label for %q; want all labels, as `patchwork init --labels-from-folders` gives them", row, t.Classes()[c])
		}
	}
	return values, nil
}

// lineOf is a line of the result.
func lineOf(choice, name string, figures [5][]float64) string {
	line := fmt.Sprintf("| %s | %-20s", choice, name)
	for _, values := range figures[:4] {
		mean, half := interval(values)
		line += fmt.Sprintf(" | %.3f ± %.3f", mean, half)
	}
	seconds, _ := interval(figures[4])
	return fmt.Sprintf("%s | %.3f |", line, seconds)
}

// choose labels random images of each class; the same seed labels the same.
func choose(full *table, images func(class int) int, partial float64, seed uint64) *table {
	rng := rand.New(rand.NewPCG(seed, 1))
	t := &table{classes: full.classes, truth: full.truth, shown: map[int]bool{}}
	counts, order := make([]int, len(full.classes)), rng.Perm(len(full.classes)) // which class is the rare one is drawn too
	for _, row := range rng.Perm(full.Len()) {
		for c := range counts {
			if full.truth[row][c] == labels.Present && counts[c] < images(order[c]) {
				counts[c]++
				t.shown[row] = true
			}
		}
	}
	if partial == 0 {
		return t
	}
	t.truth = make([][]labels.Tri, full.Len())
	for row := range t.truth {
		if t.truth[row] = full.truth[row]; !t.shown[row] {
			continue
		}
		t.truth[row] = slices.Clone(full.truth[row])
		for c, v := range t.truth[row] {
			if v == labels.Absent && rng.Float64() >= partial {
				t.truth[row][c] = labels.Unknown
			}
		}
	}
	return t
}

// measure trains on the labels of t and judges all other images.
func measure(ctx context.Context, full, t *table, features [][]float32, seed uint64, o classify.Options) (figures [5]float64, err error) {
	row := func(i int) []float32 { return features[i] }
	o.Seed = seed
	m, err := classify.Train(ctx, classify.Data{Classes: t.classes, Features: row, Dim: len(features[0]), Table: t}, o, nil)
	if err != nil {
		return figures, err
	}
	return judge(ctx, m, full, t, features)
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
