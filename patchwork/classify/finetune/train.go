package finetune

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/gomlx/gomlx/ml/model"
	"github.com/gopatchwork/patchwork/patchwork/augment/stream"
	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/patchwork/compute"
	"github.com/gopatchwork/patchwork/patchwork/features"
)

// Task is what is trained on what.
type Task struct {
	Network features.Trainable
	Data    classify.Data                           // of the features that the network makes before it is trained
	Images  func(rows []int) (stream.Source, error) // the pictures of rows, in the size of the network
	State   string                                  // folder that the state is kept in from epoch to epoch; "" keeps none
	Finish  bool                                    // take the best of a training that was cut off, without more training

	// Begun, if not nil, is called once, before the first step: with the options, their defaults filled in, and how many steps were done before.
	Begun func(o Options, resumed int)
}

// Point is a moment of a training.
type Point struct {
	classify.Point
	Frozen bool          `json:"frozen"`       // the network rests
	Speed  float64       `json:"images_per_s"` // learned from since the epoch began, those without labels too, each once however many views; 0 at its first step
	Left   time.Duration `json:"left_ns"`      // that all other steps and looks at held-out images will take at this speed; 0 where Speed is
}

// Result is a trained network with its head.
type Result struct {
	Network *features.Tuned // with the best weights
	Ended   classify.Ended
	Resumed int     // epochs that were done before
	Speed   float64 // images learned from in a second, see Point, while all was trained; 0 if it never was
	Took    time.Duration

	graft *classify.Graft
}

// Model is the head as a model that reads the features of every row that the network of the result makes.
func (r *Result) Model(features func(row int) []float32, featureID string) (*classify.Model, error) {
	return r.graft.Model(features, featureID, r.Ended, r.Took)
}

// Options are those of the head, with the defaults filled in.
func (r *Result) Options() classify.Options { return r.graft.Options() }

// Train trains network, trunk and head on images; see the package.
//
// onPoint, if not nil, hears of it after every step, from the goroutine that called Train.
//
// When ctx ends, Train stops before the next step and returns an error that wraps ctx's, and, once an epoch is over, the best so far
// beside it. With Task.State a later call with the same task and options goes on after the last whole epoch; with other ones it begins anew.
//
// Errors: bad options, all at once; those of classify.Train for labels and features; an operator of the network without a gradient,
// by name; an image held out that cannot be read any more; a loss that is no longer a number; what the disk says to the state.
func Train(ctx context.Context, task Task, o Options, onPoint func(Point)) (*Result, error) {
	begun := time.Now()
	if err := o.Check(); err != nil {
		return nil, err
	}
	first, err := classify.NewGraft(task.Data, o.Options) // how many images there are
	if err != nil {
		return nil, err
	}
	rows, _ := first.Rows()
	o = o.withDefaults(len(rows))
	t := &trainer{finish: task.Finish, data: task.Data, net: task.Network, images: task.Images, state: task.State, o: o, begun: task.Begun, onPoint: onPoint}
	if t.graft, err = t.again(); err != nil {
		return nil, err
	}
	t.classes = len(t.graft.Classes())
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("finetune: stopped before the first step: %w", err)
	}
	defer t.close()
	stopped := compute.Try("finetune: training", func() error { return t.run(ctx) })
	stopped = t.net.ExplainGradient(stopped)
	if t.best == nil || stopped != nil && ctx.Err() == nil {
		return nil, stopped
	}
	r := &Result{Ended: t.ended, Resumed: t.resumed, Speed: t.speed, Took: time.Since(begun), graft: t.graft}
	if r.Network, err = t.net.Tuned(t.best); err != nil {
		return nil, errors.Join(stopped, err)
	}
	return r, stopped
}

// trainer is the state of one Train.
type trainer struct {
	finish  bool
	data    classify.Data
	net     features.Trainable
	graft   *classify.Graft
	images  func(rows []int) (stream.Source, error)
	state   string
	o       Options
	begun   func(Options, int)
	onPoint func(Point)
	classes int

	store              *model.Store
	frozen, all, judge *model.Exec  // steps of the head, and of all; the latter is made when it is needed
	best               *model.Store // the weights of the best epoch
	y                  *table       // labels of a batch
	others             *others
	ended              classify.Ended
	resumed            int
	speed              float64
	looking            time.Duration // that the last look at the held-out images took
}

// again is the head before any step.
func (t *trainer) again() (*classify.Graft, error) { return classify.NewGraft(t.data, t.o.Options) }

// run trains until the epochs are over, patience is at its end, or ctx is.
func (t *trainer) run(ctx context.Context) error {
	backend, err := compute.Backend()
	if err != nil {
		return err
	}
	if err := t.begin(ctx); err != nil {
		return err
	}
	if t.begun != nil {
		o := t.o
		o.Options = t.graft.Options()
		t.begun(o, len(t.graft.History())*o.Steps)
	}
	if t.finish {
		t.ended = classify.Cancelled
		return nil
	}
	if err := t.build(backend); err != nil {
		return err
	}
	p, err := t.openPictures(backend)
	if err != nil {
		return err
	}
	defer func() {
		if n := len(p.broken); n > 0 {
			t.graft.Warn(fmt.Sprintf("%d of the images shown could not be read any more and others took their place; scan the images again", n))
		}
	}()
	for epoch := len(t.graft.History()); epoch < t.o.Epochs; epoch++ {
		if t.o.Patience > 0 && t.graft.Waited() >= t.o.Patience {
			t.ended = classify.NoBetter
			return nil
		}
		if err := t.epoch(ctx, p, epoch); err != nil {
			if t.ended = classify.Cancelled; ctx.Err() != nil {
				err = fmt.Errorf("stopped in epoch %d of %d: %w", epoch+1, t.o.Epochs, ctx.Err())
			}
			return err
		}
	}
	if t.ended = classify.Completed; t.o.Patience > 0 && t.graft.Waited() >= t.o.Patience {
		t.ended = classify.NoBetter
	}
	return nil
}
