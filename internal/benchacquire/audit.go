package main

import (
	"context"
	"encoding/csv"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/gopatchwork/patchwork/patchwork"
	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/patchwork/evaluate/study"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// What is labelled at a time, how much in all, and after how many labels an audit is made.
const (
	batch  = 16
	most   = 384
	audits = 64
)

// auditing labels a copy of a project anew, as auto chooses, and asks after every 64 labels what the audit says; a third of the
// images is set apart and says what is true. Another copy is labelled at random. It writes a line for each audit to the file, and
// prints how often the intervals held what was true.
func auditing(ctx context.Context, dir, file string, from, seeds int) error {
	out, err := os.Create(file)
	if err != nil {
		return err
	}
	defer out.Close()
	w := csv.NewWriter(out)
	w.Write([]string{"seed", "labels", "audit", "accuracy", "low", "high", "test", "pool", "half", "chosen_half", "random_half", "random_half_low",
		"random_half_high", "true_random_half", "true_chosen_half", "pays", "pays_low", "pays_high", "random", "random_low", "random_high", "true_random", "next", "gain", "gain_low",
		"gain_high", "true_gain", "kappa", "changed", "stop", "text"})
	for seed := from; seed < from+seeds; seed++ {
		chosen, err := label(ctx, dir, "auto", uint64(seed))
		if err != nil {
			return err
		}
		random, err := label(ctx, dir, "random", uint64(seed))
		if err != nil {
			return err
		}
		for n := audits; n <= most; n += audits {
			a, ok := chosen.audits[n]
			if !ok || a.Result == nil {
				continue
			}
			k := len(a.Chosen)
			half := a.Pays.Images
			gain := math.NaN()
			if at, ok := chosen.test[n+nearest(a.Next.Images)]; ok {
				gain = at - chosen.test[n]
			}
			row := []string{strconv.Itoa(seed), strconv.Itoa(n), strconv.Itoa(a.Audit)}
			for _, v := range []float64{
				float64(a.Accuracy.Value), float64(a.Accuracy.Low), float64(a.Accuracy.High), chosen.test[n], chosen.pool[n], float64(half),
				float64(a.Chosen[k-2].Figure.Value), float64(a.Random[k-2].Figure.Value), float64(a.Random[k-2].Figure.Low), float64(a.Random[k-2].Figure.High),
				random.test[half], chosen.test[half], float64(a.Pays.Figure.Value), float64(a.Pays.Figure.Low), float64(a.Pays.Figure.High),
				float64(a.Random[k-1].Figure.Value), float64(a.Random[k-1].Figure.Low), float64(a.Random[k-1].Figure.High), random.test[n],
				float64(a.Next.Images), float64(a.Next.Figure.Value), float64(a.Next.Figure.Low), float64(a.Next.Figure.High), gain,
				float64(a.Advice.Kappa), float64(a.Advice.Changed),
			} {
				row = append(row, strconv.FormatFloat(v, 'f', 4, 64))
			}
			w.Write(append(row, strconv.FormatBool(a.Advice.CouldStop), a.Advice.Text))
		}
		w.Flush()
		fmt.Fprintf(os.Stderr, "seed %d done\n", seed)
	}
	return w.Error()
}

// nearest is the number of labels of whole batches that is nearest to n.
func nearest(n int) int { return batch * max(1, int(math.Round(float64(n)/batch))) }

// labelled is what one labelling led to, by the number of labels.
type labelled struct {
	test, pool map[int]float64 // accuracy on the images set apart, and on those not labelled
	audits     map[int]*patchwork.Audit
}

// label labels a copy of the project in dir as a strategy chooses, and trains the linear head.
func label(ctx context.Context, dir, strategy string, seed uint64) (labelled, error) {
	l := labelled{map[int]float64{}, map[int]float64{}, map[int]*patchwork.Audit{}}
	temp, err := os.MkdirTemp("", "benchaudit")
	if err != nil {
		return l, err
	}
	defer os.RemoveAll(temp)
	original, err := patchwork.Open(dir)
	if err != nil {
		return l, err
	}
	truth, err := original.Labels()
	if err != nil {
		return l, err
	}
	original.Close()
	copied := filepath.Join(temp, "p")
	if err := os.CopyFS(copied, os.DirFS(dir)); err != nil {
		return l, err
	}
	for _, name := range []string{"journal", "labels.csv", "models", "runs", "audit", "thumbs"} {
		if err := os.RemoveAll(filepath.Join(copied, name)); err != nil {
			return l, err
		}
	}
	p, err := patchwork.Open(copied)
	if err != nil {
		return l, err
	}
	defer p.Close()
	if err := p.Apply(ctx, labels.Event{Kind: labels.KindClassAdd, Classes: truth.Classes()}); err != nil {
		return l, err
	}
	fold, err := study.Folds(truth, study.FoldOptions{Folds: 3, Seed: seed, Group: func(row int) string { return p.Images().At(row).Hash }})
	if err != nil {
		return l, err
	}
	var apart []string
	for row, f := range fold {
		if f == 0 {
			apart = append(apart, labels.Ref(p.Images(), row))
		}
	}
	if err := p.Apply(ctx, labels.Event{Kind: labels.KindExclude, Set: []labels.Change{{Value: 1, Images: apart}}}); err != nil {
		return l, err
	}
	shown := func(s patchwork.Suggestion) (names []string) {
		for c, name := range truth.Classes() {
			if truth.Value(s.Row, c) == labels.Present {
				names = append(names, name)
			}
		}
		return names
	}
	for n := batch; n <= most; n += batch {
		picks, err := p.Suggest(ctx, patchwork.SuggestOptions{Strategy: strategy, N: batch, Seed: seed*1000 + uint64(n)})
		if err != nil {
			return l, err
		}
		if err := p.Label(ctx, picks, shown); err != nil {
			return l, err
		}
		if strategy == "random" && n%(audits/2) != 0 { // nobody asks
			continue
		}
		if _, err := p.Train(ctx, patchwork.TrainOptions{Options: classify.Options{Head: classify.LinearHead, Seed: seed}}, nil); err != nil {
			return l, err
		}
		if l.test[n], l.pool[n], err = accuracies(p, truth, fold); err != nil {
			return l, err
		}
		if strategy != "random" && n%audits == 0 {
			if l.audits[n], err = p.Audit(ctx, patchwork.AuditOptions{Seed: seed}, nil); err != nil {
				return l, err
			}
		}
	}
	return l, nil
}

// accuracies are the shares of the images set apart, and of those that are not labelled, whose highest score is their class.
func accuracies(p *patchwork.Project, truth *labels.Table, fold []int) (test, pool float64, err error) {
	scores, err := p.Scores()
	if err != nil {
		return 0, 0, err
	}
	t, err := p.Labels()
	if err != nil {
		return 0, 0, err
	}
	of := scores.For(t)
	var right, all [2]float64
	for row, f := range fold {
		side := 1
		if f == 0 {
			side = 0
		} else if t.Status(row) != labels.Unlabelled {
			continue
		}
		said := slices.Clone(of(row))
		top := 0
		for c, s := range said {
			if s > said[top] || said[top] != said[top] {
				top = c
			}
		}
		name := t.Classes()[top]
		class, _ := truth.Class(name)
		all[side]++
		if truth.Value(row, class) == labels.Present {
			right[side]++
		}
	}
	return right[0] / all[0], right[1] / all[1], nil
}
