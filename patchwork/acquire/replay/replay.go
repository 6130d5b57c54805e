// Package replay runs strategies on images whose labels are known, as if nobody had labelled any: batch by batch it reveals
// the labels of what a strategy chose, has a model learn from them, and measures it on images that were set apart. So it tells
// what a strategy would have been worth on a collection like this one.
//
// What a training is, the caller says. The package imports acquire, evaluate and labels of the project.
package replay

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/gopatchwork/patchwork/patchwork/acquire"
	"github.com/gopatchwork/patchwork/patchwork/evaluate"
	"github.com/gopatchwork/patchwork/patchwork/evaluate/study"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// Model is what a training made.
type Model struct {
	// Probs gives the probability of each class of the table for a row, NaN for a class that it has not learned, nil for a
	// row without features. It need only stay valid until the next call.
	Probs func(row int) []float32
	Mean  []float32 // acquire.Pool.Mean

	Features   func(row int) []float32                             // acquire.Pool.Features from then on; nil means Options.Features
	Deviations func(row int) []float32                             // acquire.Pool.Deviations; nil for a model without
	Judge      func(n int, vector func(i int) []float32) []float32 // acquire.Pool.Judge
}

// Train learns from the labels of some rows, all of which count. open are the rows that are still to be labelled: it may look at
// their features, as a project's training does at those of images without labels, and at no label of theirs; at other rows it
// must not look at all. seed is another one for each replay. A nil model means that nothing can be learned yet, as from one side
// only.
type Train func(ctx context.Context, learn, open []int, seed uint64) (*Model, error)

// Options says what to replay. Strategies is required.
type Options struct {
	Strategies []string // names as acquire.Lookup takes them
	Batch      int      // images labelled at a time; 0 means 16
	Rounds     int      // batches; 0 means 8
	Seeds      int      // replays of each strategy, each with other images set apart; 0 means 20
	Seed       uint64

	// Features gives a row's vector, nil for a row without; nil means that there are none. See acquire.Pool.
	Features func(row int) []float32

	// Group names images that must not be parted, as in study.FoldOptions; nil means no groups.
	Group func(row int) string

	Progress func(done, total int) // trainings; nil is fine
}

// Step is a model of a replay.
type Step struct {
	Strategy string          `json:"strategy"`
	Seed     int             `json:"seed"`     // 0, 1, … of the replay
	Images   int             `json:"images"`   // labelled so far
	Accuracy evaluate.Number `json:"accuracy"` // of the test images that show a class, the share whose highest score is one that they show
	MeanAP   evaluate.Number `json:"mean_ap"`  // average precision, mean over the classes that some test image shows
}

// Result is all steps, by strategy, replay and round.
type Result struct {
	Strategies []string `json:"strategies"`
	Steps      []Step   `json:"steps"`
}

// Run replays each strategy from no label on. For each of the replays a third of the images that have all labels is set
// apart for the test, alike in every class (study.Folds); the same third for every strategy. Rows that are excluded or lack
// a label take no part. A strategy that is not ready, for want of a model, is replaced by random for that batch, and so is what
// it leaves open. A model that does not exist yet scores all alike. A replay ends when no image is left.
//
// The same options and labels give the same result. Errors: options that make no sense, all at once; an unknown strategy
// or class; fewer than 3 images with all labels; what train and acquire.Select return; ctx is done.
func Run(ctx context.Context, t evaluate.Table, o Options, train Train) (*Result, error) {
	o, err := o.checked(t, train)
	if err != nil {
		return nil, err
	}
	r := &Result{Strategies: o.Strategies}
	done := 0
	steps := make([][]Step, len(o.Strategies))
	for seed := range o.Seeds {
		random := o.Seed + uint64(seed)<<32
		fold, err := study.Folds(complete{t}, study.FoldOptions{Folds: 3, Seed: random, Group: o.Group})
		if err != nil {
			return nil, fmt.Errorf("replay: %w", err)
		}
		for k, name := range o.Strategies {
			p := &player{Options: o, t: t, train: train, seed: random}
			p.divide(fold)
			for p.round = range o.Rounds {
				step, err := p.play(ctx, name)
				if err != nil {
					return nil, fmt.Errorf("replay: %s, replay %d, %d images: %w", name, seed, len(p.learn), err)
				}
				if step != nil {
					step.Strategy, step.Seed = name, seed
					steps[k] = append(steps[k], *step)
				}
				if done++; o.Progress != nil {
					o.Progress(done, o.Rounds*o.Seeds*len(o.Strategies))
				}
			}
		}
	}
	r.Steps = slices.Concat(steps...)
	return r, nil
}

// checked returns o with its defaults.
func (o Options) checked(t evaluate.Table, train Train) (Options, error) {
	need := func(ok bool, format string, args ...any) error {
		if ok {
			return nil
		}
		return fmt.Errorf("replay.Options: "+format, args...)
	}
	err := errors.Join(
		need(t != nil && train != nil, "the table or Train is nil"),
		need(len(o.Strategies) > 0, "Strategies is empty; name one or more, as random"),
		need(o.Batch >= 0, "Batch is %d; want 1 or more, or 0 for the default", o.Batch),
		need(o.Rounds >= 0, "Rounds is %d; want 1 or more, or 0 for the default", o.Rounds),
		need(o.Seeds >= 0, "Seeds is %d; want 1 or more, or 0 for the default", o.Seeds),
	)
	seen := map[string]bool{}
	for _, name := range o.Strategies {
		_, lerr := acquire.Lookup(name)
		err = errors.Join(err, lerr, need(!seen[name], "strategy %q is named twice", name))
		seen[name] = true
	}
	return o.WithDefaults(), err
}

// WithDefaults returns o with the defaults in place of zeros.
func (o Options) WithDefaults() Options {
	o.Batch, o.Rounds, o.Seeds = cmp.Or(o.Batch, 16), cmp.Or(o.Rounds, 8), cmp.Or(o.Seeds, 20)
	return o
}

// complete is a table without the rows that lack a label.
type complete struct{ evaluate.Table }

func (c complete) Excluded(row int) bool { return c.Table.Excluded(row) || !hasAll(c.Table, row) }

func hasAll(t evaluate.Table, row int) bool {
	for c := range t.Classes() {
		if t.Value(row, c) == labels.Unknown {
			return false
		}
	}
	return true
}

// player is one replay of one strategy.
type player struct {
	Options
	t          evaluate.Table
	train      Train
	seed       uint64
	round      int
	learn      []int // rows whose labels are revealed, in their order
	open, test []int
	model      *Model
}

// divide sets one fold of three apart.
func (p *player) divide(fold []int) {
	for row, f := range fold {
		switch {
		case f == 0:
			p.test = append(p.test, row)
		case f > 0:
			p.open = append(p.open, row)
		}
	}
}

// play labels a batch, trains and measures. The step is nil when nothing is left.
func (p *player) play(ctx context.Context, name string) (*Step, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if len(p.open) == 0 {
		return nil, nil
	}
	chosen, err := p.choose(name)
	if err != nil {
		return nil, err
	}
	p.learn = append(p.learn, chosen...)
	p.open = slices.DeleteFunc(p.open, func(row int) bool { return slices.Contains(chosen, row) })
	learn := slices.Clone(p.learn)
	slices.Sort(learn)
	if p.model, err = p.train(ctx, learn, slices.Clone(p.open), p.seed); err != nil {
		return nil, err
	}
	s := p.measure()
	return &s, nil
}

// choose takes the next batch.
func (p *player) choose(name string) ([]int, error) {
	random := rand.New(rand.NewPCG(p.seed, uint64(p.round)))
	var rows []int
	for _, name := range []string{name, "random"} { // random for what the strategy leaves open
		want := min(p.Batch, len(p.open)) - len(rows)
		if want <= 0 {
			break
		}
		s, err := acquire.Lookup(name)
		if err != nil {
			return nil, err
		}
		known := append(slices.Clone(p.learn), rows...)
		pool := &acquire.Pool{
			Rows:     slices.DeleteFunc(slices.Clone(p.open), func(row int) bool { return slices.Contains(rows, row) }),
			Classes:  p.t.Classes(),
			Features: p.Features,
			Known:    known,
			Rand:     random,
		}
		labelled := map[int]bool{}
		for _, row := range known {
			labelled[row] = true
		}
		pool.Labels = func(row, class int) int8 {
			if !labelled[row] {
				return int8(labels.Unknown)
			}
			return int8(p.t.Value(row, class))
		}
		if p.model != nil {
			pool.Probs, pool.Mean, pool.Deviations, pool.Judge = p.model.Probs, p.model.Mean, p.model.Deviations, p.model.Judge
			if p.model.Features != nil {
				pool.Features = p.model.Features
			}
		}
		picks, err := acquire.Select(s, pool, want)
		if err != nil && !errors.Is(err, acquire.ErrNotReady) {
			return nil, err
		}
		for _, k := range picks {
			rows = append(rows, k.Row)
		}
	}
	return rows, nil
}
