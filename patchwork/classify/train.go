package classify

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gopatchwork/patchwork/patchwork/compute"
)

// orderStream names the random stream that draws batches, so that other uses of the same seed draw other numbers.
const orderStream = 0x6f72646572 // "order"

// pointEvery is the least time between two points within an epoch.
const pointEvery = 100 * time.Millisecond

// Train fits a head to the labels of d and returns it with its report.
//
// W begins at 0 and b at the log odds of the share of present labels that batches will have, or both with what Data.Start
// makes of an image. Each step draws Options.BatchSize rows (Options.Sampling) and moves the weights by Adam on Options.Loss.
// After each epoch the loss of the validation rows, or without any the mean loss of the epoch's steps, tells whether
// these weights are the best so far; the best are returned.
//
// onPoint, if not nil, hears of the training: at the end of each epoch, and in between at most ten times a second. It is
// called from the goroutine that called Train. A head that is made at once has one epoch; what is heard before its end has steps and no
// loss.
//
// When ctx ends, Train stops before the next step and returns both the model with the best weights so far and an error
// that wraps ctx's. Before the first step the model is nil.
//
// A loss that grows beyond all numbers, or to ten times the first, ends training: the model has the best weights before, its Ended
// is Diverged and a warning says what to do.
//
// Errors: bad options, all at once; ErrNoLabels, naming the classes; a class that is not in the table; features of the
// wrong length or not finite, naming the row; a loss that diverges before an epoch is over (ErrDiverged); a backend that cannot be had. Classes
// with only one side and labelled rows without features are no errors but in Info.Warnings.
func Train(ctx context.Context, d Data, o Options, onPoint func(Point)) (*Model, error) {
	begun := time.Now()
	if err := o.check(); err != nil {
		return nil, err
	}
	if d.Teacher != nil {
		fill(&o.Head, LinearHead)
	}
	if o.Context == "" || o.Context == AutoContext {
		return d.trainEither(ctx, o, onPoint)
	}
	asked := o
	o = o.WithDefaults()
	reader, err := newMapReader(o, d.Taps, d.Dim)
	if err != nil {
		return nil, err
	}
	if d, err = d.through(reader); err != nil {
		return nil, err
	}
	if d.Teacher != nil {
		if err := o.canDistil(); err != nil {
			return nil, err
		}
	}
	p, err := prepareFor(d, max(o.Distil, 1))
	if err != nil {
		return nil, err
	}
	p.warnings = append(p.warnings, o.idle(asked)...)
	p.warnAbout(o)
	if o.WeightDecay == 0 && o.Head.stepwise() {
		o.WeightDecay = 1 / float64(len(p.train.rows))
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("classify: stopped before the first step: %w", err)
	}
	var m *Model
	var stopped error
	if o.Head.stepwise() {
		m, stopped = p.inSteps(ctx, o, onPoint)
	} else {
		m, stopped = p.atOnce(ctx, o, onPoint)
	}
	if m == nil {
		return nil, stopped
	}
	i := &m.info
	i.Classes, i.Groups, i.Dim, i.FeatureID, i.JournalVersion, i.Options = p.Classes, p.Groups, p.Dim, p.FeatureID, p.JournalVersion, o
	i.Taps = p.Taps
	i.TrainRows, i.ValidationRows, i.Missing, i.Warnings = len(p.train.rows), len(p.validation.rows), p.missing, p.warnings
	if err := m.measure(p); err != nil {
		return nil, err
	}
	if !o.Head.stepwise() {
		m.info.History = []Point{m.only()}
		if onPoint != nil {
			onPoint(m.info.History[0])
		}
	}
	m.info.Trained, m.info.Seconds = time.Now().UTC().Truncate(time.Second), time.Since(begun).Seconds()
	return m, stopped
}

// inSteps trains a head by an optimiser. A training that was stopped gives both a model and an error.
func (p *prepared) inSteps(ctx context.Context, o Options, onPoint func(Point)) (*Model, error) {
	t := &training{prepared: p, o: o, onPoint: onPoint}
	defer t.close()
	stopped := compute.Try("classify: training", func() error { return t.run(ctx) })
	if t.ended == "" || t.best.weights == nil {
		return nil, stopped
	}
	t.best.foldScale(o)
	return &Model{head: t.best, info: Info{Ended: t.ended, BestEpoch: t.bestEpoch, History: t.history}}, stopped
}

// training is the state of one Train.
type training struct {
	*prepared
	o       Options
	onPoint func(Point)

	store       *model.Store
	step, judge *model.Exec
	batch       *batch
	others      *others // nil where images without labels teach nothing

	now       head // scratch for the weights of an epoch's end
	best      head // weights nil until there are any
	bestLoss  float64
	firstLoss float64 // of the first batch, before any step
	bestEpoch float64
	ended     Ended
	history   []Point
}

// run trains until the epochs are over, patience is at its end, or ctx is. It returns ctx's error, wrapped.
func (t *training) run(ctx context.Context) error {
	if err := t.compile(); err != nil {
		return err
	}
	o := t.o
	total := o.Epochs * o.Steps
	var spoke time.Time
	waited := 0
	for epoch := range o.Epochs {
		sum, semiSum, sureSum := 0.0, 0.0, 0.0
		for i := range o.Steps {
			done := epoch*o.Steps + i
			if err := ctx.Err(); err != nil {
				t.ended = Cancelled
				return t.stop(done, err)
			}
			rate := o.rate(done, total)
			loss, more, sure, err := t.take(t.batch, rate)
			if err != nil {
				return err
			}
			semiSum, sureSum = semiSum+more, sureSum+sure
			if done == 0 {
				t.firstLoss = loss
			}
			sum += loss
			if wrong := t.diverges(sum/float64(i+1), loss, i+1 == o.Steps); wrong != "" {
				return t.diverged(wrong, done+1)
			}
			point := Point{Epoch: float64(done+1) / float64(o.Steps), Step: done + 1, Steps: total, Rate: rate,
				TrainLoss: sum / float64(i+1), SemiLoss: semiSum / float64(i+1), Sure: sureSum / float64(i+1), ValidationLoss: math.NaN()}
			if i+1 == o.Steps {
				if err := t.endEpoch(&point); err != nil {
					return err
				}
			}
			if now := time.Now(); t.onPoint != nil && (point.EpochEnd || now.Sub(spoke) >= pointEvery) {
				spoke = now
				t.onPoint(point)
			}
			if !point.EpochEnd {
				continue
			}
			if waited++; point.Best {
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

func (t *training) compile() error {
	backend, err := compute.Backend()
	if err != nil {
		return err
	}
	o := t.o
	if t.now, err = newHead(Info{Classes: t.Classes, Groups: t.Groups, Dim: t.Dim, Taps: t.Taps, Options: o}); err != nil {
		return err
	}
	if o.Loss == SoftmaxLoss && len(t.now.groups) == 0 {
		t.warnings = append(t.warnings, "no two of the classes learned exclude each other, so the loss softmax is the same as sigmoid; declare a group of classes, or choose another loss")
	}
	t.batch = t.newBatch()
	shares := t.batch.from.shares(t.train.labels, len(t.Classes))
	t.now.begin(t.mean, t.scale, shares, o.Seed)
	if t.Start != nil {
		if err := t.now.goOn(t.Classes, t.FeatureID, t.Start, t.Resolve); err != nil {
			return err
		}
	}
	t.store = t.now.store()
	if err := t.store.SetRNGStateFromSeed(int64(o.Seed)); err != nil {
		return err
	}
	c := &criterion{o: o, priors: shares, groups: t.now.groups}
	if t.others, err = t.newOthers(); err != nil {
		return err
	}
	if t.others != nil {
		t.step, err = c.stepperWithOthers(backend, &t.now, t.store, t.others)
	} else {
		t.step, err = c.stepper(backend, &t.now, t.store)
	}
	if err != nil {
		return err
	}
	t.judge, err = c.judge(backend, &t.now, t.store)
	return err
}

// close frees the graphs.
func (t *training) close() {
	for _, e := range []*model.Exec{t.step, t.judge} {
		if e != nil {
			e.Finalize()
		}
	}
	if t.store != nil {
		t.store.Finalize()
	}
}

// batch is what a step is fed with.
type batch struct {
	x, y *block
	from *sampler
}

func (t *training) newBatch() *batch {
	rng := rand.New(rand.NewPCG(t.o.Seed, orderStream))
	return &batch{
		x: newBlock(t.o.BatchSize, t.Dim), y: newBlock(t.o.BatchSize, len(t.Classes)),
		from: newSampler(t.train.labels, len(t.Classes), t.o.Sampling, t.o.Beta, rng),
	}
}

// take draws a batch, makes one step and returns its loss, what images without labels add to it, and the share of unknown
// labels that taught.
func (t *training) take(b *batch, rate float64) (loss, more, sure float64, err error) {
	for i := range t.o.BatchSize {
		b.put(i, &t.train, b.from.draw(), t.Features)
	}
	x, err1 := b.x.tensor(t.o.BatchSize)
	y, err2 := b.y.tensor(t.o.BatchSize)
	if err := errors.Join(err1, err2); err != nil {
		return 0, 0, 0, err
	}
	in := []any{x, y, float32(rate)}
	if t.others != nil {
		if in, err = t.others.draw(in); err != nil {
			return 0, 0, 0, err
		}
	}
	err = run(t.step, func(out []*tensors.Tensor) error {
		loss = float64(tensors.ToScalar[float32](out[0]))
		if t.others == nil {
			return nil
		}
		more, sure = float64(tensors.ToScalar[float32](out[1])), float64(tensors.ToScalar[float32](out[2]))
		return tensors.ConstFlatData(out[3], t.others.see)
	}, in...)
	return loss, more, sure, err
}

// put copies an example into line i of the batch.
func (b *batch) put(i int, from *examples, at int, features func(row int) []float32) {
	b.x.set(i, features(from.rows[at]))
	y := b.y.values[i*b.y.width : (i+1)*b.y.width]
	if from.soft != nil {
		copy(y, from.soft[at*len(y):(at+1)*len(y)])
		return
	}
	for c, v := range from.labels[at*len(y) : (at+1)*len(y)] {
		y[c] = float32(v)
	}
}
