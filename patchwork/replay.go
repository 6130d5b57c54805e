package patchwork

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/gopatchwork/patchwork/patchwork/acquire"
	"github.com/gopatchwork/patchwork/patchwork/acquire/replay"
	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/patchwork/evaluate"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// ReplayOptions says what to replay. The zero value is a good default.
type ReplayOptions struct {
	Strategies []string         // nil means all that rank by no one class and have what they need; see acquire.All
	Batch      int              // images labelled at a time; 0 means 16
	Rounds     int              // batches; 0 means 8
	Seeds      int              // replays of each strategy; 0 means 20
	Seed       uint64           // added to the project's seed
	Train      classify.Options // of each training
}

// Replay is what strategies would have been worth on the labelled images.
type Replay struct{ *replay.Result }

// Replay labels the images that have all labels once more, from none on, as each strategy chooses, trains the project's
// classifier after each batch and measures it on a third of the images that is set apart; see package replay. Equal files
// are on one side. All labelled images take part, those held out too. As in the project, a training sees the features of the
// images that are still to be labelled. progress counts trainings; it may be nil. Nothing in the project changes. A training
// takes about a third of a second, and by default there are 160 for each strategy.
//
// Errors: ErrNoFeatures; too few images with all labels; an unknown strategy or class; impossible options; ctx's error.
func (p *Project) Replay(ctx context.Context, o ReplayOptions, progress Progress) (*Replay, error) {
	t, err := p.LabelsUnder("")
	if err != nil {
		return nil, err
	}
	if trunk := o.Train.Trunk; trunk != "" && trunk != classify.VectorTrunk {
		return nil, fmt.Errorf("patchwork: a replay chooses and trains by vectors, and the trunk %s reads maps; replay with the trunk vectors", trunk)
	}
	if o.Strategies == nil {
		filled := replay.Options{Batch: o.Batch, Rounds: o.Rounds}.WithDefaults()
		deviates := o.Train.Deviates(filled.Batch * filled.Rounds)
		for _, card := range acquire.All() {
			if !card.Needs.Has(acquire.OneClass) && (deviates || !card.Needs.Has(acquire.Deviations)) {
				o.Strategies = append(o.Strategies, card.Name)
			}
		}
	}
	var result *replay.Result
	err = p.lookOnce(ctx, func(l *looks) (err error) {
		reads := &reading{store: l.store, own: l.row, surroundings: func() *surroundings { return p.surroundings(l.store) }, progress: progress}
		defer func() {
			if reads.around != nil {
				err = errors.Join(err, reads.around.close())
			}
		}()
		if err := reads.wants(ctx, o.Train); err != nil {
			return err
		}
		r := replayer{reading: reads, table: onlyRows{t, func(row int) bool { return !t.Excluded(row) && l.vectors.Has(row) }}, options: o.Train}
		result, err = replay.Run(ctx, r.table, replay.Options{
			Strategies: o.Strategies, Batch: o.Batch, Rounds: o.Rounds, Seeds: o.Seeds, Seed: p.Settings().Seed + o.Seed,
			Features: l.row, Group: func(row int) string { return l.index.At(row).Hash }, Progress: progress.step("training"),
		}, r.train)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &Replay{result}, nil
}

// replayer trains the project's classifier for a replay.
type replayer struct {
	*reading
	table   evaluate.Table
	options classify.Options
}

// revealed is a table of some rows, of which only some show their labels.
type revealed struct {
	evaluate.Table
	known map[int]bool // by row that is there, whether its labels are
}

func (r revealed) Excluded(row int) bool {
	_, there := r.known[row]
	return !there
}

func (r revealed) Value(row, class int) labels.Tri {
	if !r.known[row] {
		return labels.Unknown
	}
	return r.Table.Value(row, class)
}

// train is a replay.Train.
func (r replayer) train(ctx context.Context, learn, open []int, seed uint64) (*replay.Model, error) {
	known := make(map[int]bool, len(learn)+len(open))
	for _, row := range open {
		known[row] = false
	}
	for _, row := range learn {
		known[row] = true
	}
	o := r.options
	o.Seed += seed
	d := r.data(o)
	d.Classes, d.Table = r.table.Classes(), noneHeldOut{revealed{r.table, known}}
	m, err := classify.Train(ctx, d, o, nil)
	if errors.Is(err, classify.ErrNoLabels) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	n, read := r.table.Len(), r.of(m.Info().Options)
	predicted, err := m.Predict(ctx, n, func(row int) []float32 {
		if r.table.Excluded(row) {
			return nil
		}
		return read(row)
	})
	if err != nil {
		return nil, err
	}
	learned, classes := m.Info().Classes, r.table.Classes()
	out := &replay.Model{Probs: byName(predicted.Scores, learned, classes), Mean: m.Mean(), Features: read}
	if predicted.Deviations != nil {
		out.Deviations = byName(predicted.Deviations, learned, classes)
	}
	same := func(class string) (string, bool) { return class, true }
	out.Judge = func(n int, vector func(int) []float32) []float32 { return judged(ctx, m, n, vector, classes, same) }
	return out, nil
}

// byName arranges what a model says of rows, [rows, learned], by the names of classes: NaN for one not learned, nil for a row of which it
// says nothing.
func byName(p []float32, learned, classes []string) func(row int) []float32 {
	at := map[string]int{}
	for c, name := range learned {
		at[name] = c
	}
	out := make([]float32, len(classes))
	return func(row int) []float32 {
		values := p[row*len(learned) : (row+1)*len(learned)]
		if values[0] != values[0] {
			return nil
		}
		for c, name := range classes {
			out[c] = float32(math.NaN())
			if k, ok := at[name]; ok {
				out[c] = values[k]
			}
		}
		return out
	}
}
