package main

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"

	"github.com/gopatchwork/patchwork/patchwork"
	"github.com/gopatchwork/patchwork/patchwork/acquire/replay"
	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

const (
	policyName  = "auto"
	policyBatch = 10 // images at a time, so that 10 a class and half of that are measured
	firstImages = 15
)

// policy replays the default choice beside random: how many labels it saves, whether it is ever worse, and which classes are among the
// first images.
func (o options) policy(ctx context.Context, p *patchwork.Project, truth *labels.Table, dir string) error {
	classes := len(truth.Classes())
	at := 10 * classes // images, at which random's figure is the target
	r, err := p.Replay(ctx, patchwork.ReplayOptions{Strategies: []string{replay.Baseline, policyName}, Batch: policyBatch,
		Rounds: at/policyBatch + 4, Seeds: o.seeds, Train: classify.Options{Context: o.context}}, nil)
	if err != nil {
		return err
	}
	for _, f := range []struct {
		name string
		of   replay.Figure
	}{{"accuracy", replay.Accuracy}, {"mean average precision", replay.MeanAP}} {
		ours, theirs := curves(r.Result, policyName, f.of), curves(r.Result, replay.Baseline, f.of)
		half := figures{}
		for seed := range ours {
			half = append(half, ours[seed][at/2/policyBatch-1]-theirs[seed][at/policyBatch-1])
		}
		row(fmt.Sprintf("%s: %s with %d images less that of random with %d (promised: 0)", f.name, policyName, at/2, at), half.signed())
		share, low, high := labelsNeeded(ours, theirs, at)
		row(fmt.Sprintf("%s: images it needs for that of random with %d, as a share (promised: 0.5)", f.name, at), fmt.Sprintf("%.2f (%.2f to %.2f)", share, low, high))
		worst, images := figures{}, 0
		for k := range ours[0] {
			gain := figures{}
			for seed := range ours {
				gain = append(gain, ours[seed][k]-theirs[seed][k])
			}
			if len(worst) == 0 || gain.high() < worst.high() {
				worst, images = gain, (k+1)*policyBatch
			}
		}
		row(fmt.Sprintf("%s: worst gain over random of all numbers of images, at %d (promised: not below 0)", f.name, images), worst.signed())
	}
	return o.first(ctx, truth, dir)
}

// curves are a figure of a strategy by replay and batch, of the batches that all have.
func curves(r *replay.Result, strategy string, of replay.Figure) (list [][]float64) {
	for _, s := range r.Steps {
		if s.Strategy != strategy {
			continue
		}
		if s.Seed == len(list) {
			list = append(list, nil)
		}
		list[s.Seed] = append(list[s.Seed], float64(of(s)))
	}
	least := slices.MinFunc(list, func(a, b []float64) int { return len(a) - len(b) })
	for i := range list {
		list[i] = list[i][:len(least)]
	}
	return list
}

// labelsNeeded is how many images one needs on average for what the other has at a number of images, as a share of these, with a 95 %
// interval by drawing replays again (Efron 1979, percentiles of 2,000).
func labelsNeeded(ours, theirs [][]float64, at int) (share, low, high float64) {
	needed := func(seeds []int) float64 {
		mean := func(all [][]float64, k int) (m float64) {
			for _, s := range seeds {
				m += all[s][k] / float64(len(seeds))
			}
			return m
		}
		target, before := mean(theirs, at/policyBatch-1), 0.0
		for k := range ours[0] {
			now := mean(ours, k)
			if now >= target {
				part := 1.0 // of the batch; the first one counts in full
				if k > 0 {
					part = (target - before) / (now - before)
				}
				return (float64(k) + part) * policyBatch / float64(at)
			}
			before = now
		}
		return math.Inf(1)
	}
	all := make([]int, len(ours))
	for i := range all {
		all[i] = i
	}
	share = needed(all)
	r := rand.New(rand.NewPCG(5, 5))
	var drawn []float64
	for range 2000 {
		some := make([]int, len(all))
		for i := range some {
			some[i] = r.IntN(len(all))
		}
		drawn = append(drawn, needed(some))
	}
	slices.Sort(drawn)
	return share, drawn[len(drawn)/40], drawn[len(drawn)-1-len(drawn)/40]
}

// first has the default choose the first images of a project without labels, each time out of two thirds of its images, and counts the
// classes that they show.
func (o options) first(ctx context.Context, truth *labels.Table, dir string) error {
	p, _, err := patchwork.Init(ctx, filepath.Join(dir, "first"), patchwork.InitOptions{Images: []string{o.images}, Extractor: o.extractor}, nil)
	if err != nil {
		return err
	}
	defer p.Close()
	if _, err := p.Embed(ctx, patchwork.EmbedOptions{}, nil); err != nil {
		return err
	}
	classes := len(truth.Classes())
	enough := int(math.Ceil(0.9 * float64(classes)))
	var seen, share figures
	for seed := range o.seeds {
		r, out := rand.New(rand.NewPCG(uint64(seed), 0x6669727374)), map[int]bool{}
		for _, row := range r.Perm(truth.Len())[:truth.Len()/3] {
			out[row] = true
		}
		picks, err := p.Suggest(ctx, patchwork.SuggestOptions{N: firstImages, Seed: uint64(seed), Skip: func(row int) bool { return out[row] }})
		if err != nil {
			return err
		}
		shown := map[int]bool{}
		for _, pick := range picks {
			for c := range classes {
				if truth.Value(pick.Row, c) == labels.Present {
					shown[c] = true
				}
			}
		}
		seen, share = append(seen, float64(len(shown))), append(share, 0)
		if len(shown) >= enough {
			share[len(share)-1] = 1
		}
	}
	row(fmt.Sprintf("classes among the first %d images, of %d", firstImages, classes), seen)
	row(fmt.Sprintf("share of times that these are at least %d (promised: 1)", enough), share)
	return nil
}
