package multitask

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gopatchwork/patchwork/patchwork/compute"
	"github.com/gopatchwork/patchwork/patchwork/evaluate"
)

// orderStream names the random stream that draws batches, so that other uses of the same seed draw other numbers.
const orderStream = 0x6f72646572 // "order"

// pointEvery is the least time between two points within an epoch.
const pointEvery = 100 * time.Millisecond

// ErrNoLabels means that no image of the table can be learned from.
var ErrNoLabels = errors.New("multitask: no image to learn from")

// Train fits a network to a table and returns it with its report.
//
// Each step draws Options.BatchSize images (Options.Sampling) and moves the weights by Adam. After each epoch the loss of the
// held-out images, or without any the mean loss of the epoch's steps, tells whether these weights are the best so far; the
// best are returned. With Data.Teacher the network begins anew, with other first weights than the teacher's for the same
// seed, and learns its probabilities too.
//
// onPoint, if not nil, hears of the training: at the end of each epoch, and in between at most ten times a second. It is
// called from the goroutine that called Train.
//
// When ctx ends, Train stops before the next step and returns both the model with the best weights so far and an error
// that wraps ctx's. Before the first step the model is nil.
//
// Errors: bad options, all at once; layers that do not fit the input; ErrNoLabels; a category that nothing teaches, naming
// its line (*labels.ImportError); features of the wrong length or not finite, naming the row; a teacher that does not fit; a
// loss that is no longer a number; a backend that cannot be had.
func Train(ctx context.Context, d Data, o Options, onPoint func(Point)) (*Model, error) {
	begun := time.Now()
	var tasks []Task
	if d.Table != nil {
		tasks = d.Table.Tasks
	}
	if err := o.check(tasks); err != nil {
		return nil, err
	}
	o = o.withDefaults(d.Input, d.Teacher != nil)
	p, err := prepare(d, o)
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("multitask: stopped before the first step: %w", err)
	}
	l, err := newLayout(o, p.Input, tasks)
	if err != nil {
		return nil, err
	}
	if err := p.ask(ctx, l, o); err != nil {
		return nil, err
	}
	t := &training{prepared: p, layout: l, o: o, onPoint: onPoint, given: o.given(tasks)}
	if d.Teacher != nil {
		t.generation = d.Teacher.info.Generation + 1
	}
	defer t.close()
	stopped := compute.Try("multitask: training", func() error { return t.run(ctx) })
	if t.ended == "" || t.best == nil {
		return nil, stopped
	}
	m := &Model{layout: l, weights: t.best, info: Info{
		Tasks: tasks, Input: p.Input, FeatureID: p.FeatureID, Options: o, Parameters: l.parameters(), Generation: t.generation,
		TrainImages: len(p.train.rows), ValidationImages: len(p.validation.rows), Missing: p.missing, Warnings: p.warnings,
		Ended: t.ended, BestEpoch: t.bestEpoch, History: t.history,
	}}
	if err := m.measure(p); err != nil {
		return nil, err
	}
	m.info.Trained, m.info.Seconds = time.Now().UTC().Truncate(time.Second), time.Since(begun).Seconds()
	return m, stopped
}

// training is the state of one Train.
type training struct {
	*prepared
	*layout
	o          Options
	onPoint    func(Point)
	given      []float64 // by task
	generation int

	store *model.Store
	step  *model.Exec
	judge *scorer
	batch *batch

	best      weights // nil until there are any
	bestLoss  float64
	bestEpoch float64
	ended     Ended
	history   []Point
}

// seed is Options.Seed, another one for each generation.
func (t *training) seed() uint64 { return t.o.Seed ^ uint64(t.generation)*0x9e3779b97f4a7c15 }

func (t *training) compile() error {
	backend, err := compute.Backend()
	if err != nil {
		return err
	}
	t.store = t.layout.store(t.first(t.prepared, t.seed()))
	addLogVariance(t.store, len(t.tasks()), t.o)
	if err := t.store.SetRNGStateFromSeed(int64(t.seed())); err != nil { // of dropout
		return err
	}
	if t.step, err = stepper(backend, t.store, t.layout, t.o, t.given); err != nil {
		return err
	}
	t.batch = t.newBatch()
	t.judge, err = newScorer(t.layout, t.store)
	return err
}

// close frees the graphs.
func (t *training) close() {
	if t.step != nil {
		t.step.Finalize()
	}
	if t.judge != nil {
		t.judge.exec.Finalize()
	}
	if t.store != nil {
		t.store.Finalize()
	}
}

// run trains until the epochs are over, patience is at its end, or ctx is. It returns ctx's error, wrapped.
func (t *training) run(ctx context.Context) error {
	if err := t.compile(); err != nil {
		return err
	}
	o := t.o
	total, waited := o.Epochs*o.Steps, 0
	var spoke time.Time
	for epoch := range o.Epochs {
		sums, counts := make([]float64, len(t.tasks())), make([]float64, len(t.tasks()))
		for i := range o.Steps {
			done := epoch*o.Steps + i
			if err := ctx.Err(); err != nil {
				t.ended = Cancelled
				return t.stop(done, err)
			}
			rate := o.Rate * 0.5 * (1 + math.Cos(math.Pi*float64(done)/float64(total)))
			logVariance, err := t.take(rate, sums, counts)
			if err != nil {
				return err
			}
			loss := watched(t.given, sums, counts)
			if math.IsInf(loss, 0) || math.IsNaN(loss) {
				return fmt.Errorf("the loss is %g at step %d of %d; train with a lower rate than %g", loss, done+1, total, o.Rate)
			}
			p := Point{Epoch: float64(done+1) / float64(o.Steps), Step: done + 1, Steps: total, Rate: rate,
				TrainLoss: evaluate.Number(loss), ValidationLoss: evaluate.Number(math.NaN())}
			if i == o.Steps-1 {
				if err := t.endEpoch(&p, logVariance); err != nil {
					return err
				}
			}
			if now := time.Now(); t.onPoint != nil && (p.EpochEnd || now.Sub(spoke) >= pointEvery) {
				spoke = now
				t.onPoint(p)
			}
			if !p.EpochEnd {
				continue
			}
			if waited++; p.Best {
				waited = 0
			}
			if o.Patience > 0 && waited >= o.Patience {
				t.ended = NoBetter
				return nil
			}
		}
	}
	t.ended = Completed
	return nil
}

// stop ends a cancelled training: without a finished epoch the present weights are the best there are.
func (t *training) stop(done int, cause error) error {
	if t.best == nil && done > 0 {
		var err error
		if t.best, err = t.read(t.store); err != nil {
			return err
		}
		t.bestEpoch = float64(done) / float64(t.o.Steps)
	}
	return fmt.Errorf("stopped after step %d of %d: %w", done, t.o.Epochs*t.o.Steps, cause)
}

// batch is what a step is fed with.
type batch struct {
	x, target, teacher *tensors.Tensor
	xs, ys, qs         []float32
	from               *sampler
}

func (t *training) newBatch() *batch {
	n := t.o.BatchSize
	b := &batch{
		x: newInput(t.layout, n), xs: make([]float32, n*t.in.Size()),
		target: tensors.FromShape(shapes.Make(dtypes.Float32, n, t.columns)), ys: make([]float32, n*t.columns),
		teacher: tensors.FromShape(shapes.Make(dtypes.Float32)), qs: make([]float32, 1),
		from: newSampler(t.train.values, len(t.tasks()), t.o.Sampling, rand.New(rand.NewPCG(t.seed(), orderStream))),
	}
	if t.teacher != nil {
		b.teacher, b.qs = tensors.FromShape(shapes.Make(dtypes.Float32, n, t.columns)), make([]float32, n*t.columns)
	}
	return b
}

// take draws a batch, makes one step, adds its sums and counts by task and returns the uncertainties before it.
func (t *training) take(rate float64, sums, counts []float64) (logVariance []float64, err error) {
	b, k := t.batch, len(t.tasks())
	clear(b.ys)
	for i := range t.o.BatchSize {
		at := b.from.draw()
		copy(b.xs[i*t.in.Size():], t.Features(t.train.rows[at]))
		for task, v := range t.train.values[at*k : (at+1)*k] {
			if v != Unknown {
				b.ys[i*t.columns+t.offset[task]+v] = t.prepared.weights[task][v]
			}
		}
		if t.teacher != nil {
			copy(b.qs[i*t.columns:], t.teacher[at*t.columns:(at+1)*t.columns])
		}
	}
	for _, hand := range []struct {
		to   *tensors.Tensor
		from []float32
	}{{b.x, b.xs}, {b.target, b.ys}, {b.teacher, b.qs}} {
		if err := tensors.AssignFlatData(hand.to, hand.from); err != nil {
			return nil, err
		}
	}
	err = run(t.step, func(out []*tensors.Tensor) error {
		return tensors.ConstFlatData(out[0], func(v []float32) {
			for task := range k {
				sums[task] += float64(v[task])
				counts[task] += float64(v[k+task])
				logVariance = append(logVariance, float64(v[2*k+task]))
			}
		})
	}, b.x, b.target, b.teacher, float32(rate))
	return logVariance, err
}
