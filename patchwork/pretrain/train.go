package pretrain

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	gomlx "github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gopatchwork/patchwork/patchwork/augment"
	"github.com/gopatchwork/patchwork/patchwork/augment/stream"
	"github.com/gopatchwork/patchwork/patchwork/backbone"
	"github.com/gopatchwork/patchwork/patchwork/compute"
)

// Train trains a network by a method, see the package.
//
// onPoint, if not nil, hears of it after every step, from the goroutine that called Train.
//
// When ctx ends, Train stops before the next step and returns what it has and an error that wraps ctx's. With Task.Folder, a later call with
// the same task and options, but for Devices, goes on from the last checkpoint, bit for bit where the backend gives the same bits for the
// same input, as the project's own does; with other ones it begins anew.
//
// Errors: bad options and settings, all at once; fewer images than a batch; fewer devices than are asked for, or another number than divides a batch; a
// precision that the backend or the network lacks; a Task.From that cannot be read, or of which nothing fits; pictures that are smaller than the network
// allows; a state of another network, with the first variable that does not fit; a loss that is no number any more, naming the step, the settings, and the
// last checkpoint; what the disk says, after which the last checkpoint is there still.
func Train(ctx context.Context, task Task, o Options, onPoint func(Point)) (*Result, error) {
	backend, err := compute.Backend()
	if err != nil {
		return nil, err
	}
	return trainOn(ctx, backend, task, o, onPoint)
}

// trainOn is Train on a backend.
func trainOn(ctx context.Context, backend gomlx.Backend, task Task, o Options, onPoint func(Point)) (*Result, error) {
	begun := time.Now()
	if err := check(task, o); err != nil {
		return nil, err
	}
	shape := task.Source.Shape()
	o, err := o.withDefaults(task.Method.Card(), shape.N)
	if err != nil {
		return nil, err
	}
	if err := fits(task, o.Side); err != nil {
		return nil, err
	}
	t := &trainer{Task: task, o: o, backend: backend, channels: shape.C, perEpoch: shape.N / o.Batch, onPoint: onPoint}
	if task.From != "" {
		if t.began, err = backbone.Read(task.From); err != nil {
			return nil, fmt.Errorf("pretrain: %w", err)
		}
	}
	if err := t.open(); err != nil {
		return nil, err
	}
	if task.Begun != nil {
		task.Begun(o, t.resumed)
	}
	stopped := compute.Try("pretrain: training", func() error { return t.run(ctx) })
	if n, ok := task.Network.(explainer); ok {
		stopped = n.ExplainGradient(stopped)
	}
	t.closeGraphs()
	if stopped != nil && ctx.Err() == nil {
		t.trained.Close()
		return nil, stopped
	}
	return &Result{Trained: t.trained, Options: o, Matched: t.matched, Last: t.last, Resumed: t.resumed, Unread: len(t.unread.numbers), Took: time.Since(begun)}, stopped
}

// explainer is a network that may hold operators without gradients and tells them.
type explainer interface{ ExplainGradient(err error) error }

// trainer is the state of one Train.
type trainer struct {
	Task
	o        Options
	channels int
	perEpoch int // steps
	onPoint  func(Point)

	backend gomlx.Backend
	devices *devices
	kind    stream.Kind
	stream  *stream.Stream
	view    *augment.Pipeline // Views.Full
	trained *Trained
	store   *model.Store       // that of trained
	gather  *model.Exec        // adds up gradients
	apply   *model.Exec        // makes a step
	show    *model.Exec        // makes a step and shows its gradients
	shown   []string           // names of these
	names   []string           // of the metrics
	ofEpoch map[string]float64 // metrics of the epoch

	began   backbone.Saved  // of Task.From
	matched backbone.Report // of it
	last    Point
	resumed int
	saved   int // steps that the last checkpoint has
	alarm   alarm
	unread  unread

	first   time.Time // when the first step was done
	from    int
	looking time.Duration // spent in Look since
}

// open readies pictures, variables and graphs.
func (t *trainer) open() (err error) {
	if t.devices, err = newDevices(t.o.Devices, t.o.Batch, t.backend); err != nil {
		return err
	}
	if err := t.o.Precision.on(t.backend, t.Network); err != nil {
		return err
	}
	views, err := t.views()
	if err != nil {
		return err
	}
	t.view = views.Full
	if t.kind, err = t.Method.Kind(views); err != nil {
		return err
	}
	labels := t.Labels
	if _, own := t.Method.(Epochs); own {
		labels = make([]int32, t.Source.Shape().N)
	}
	if err := t.openStream(labels, nil); err != nil {
		return err
	}
	return compute.Try("pretrain: building the network", t.begin)
}

func (t *trainer) openStream(labels []int32, order stream.Order) (err error) {
	o := stream.Options{Batch: t.o.Batch, Seed: t.o.Seed, Last: stream.Drop, Backend: t.backend, Order: order, Broken: t.unread.hear}
	if t.Method.Card().Labels {
		o.Labels = labels
	}
	t.stream, err = stream.New(t.Source, t.kind, o)
	return err
}

func (t *trainer) views() (v Views, err error) {
	v.Side = t.o.Side
	if v.Full, err = (augment.RandomResizedCrop{Scale: t.o.Crop}).New(*t.o.Augment, square(t.o.Side)); err != nil {
		return v, err
	}
	if v.Small, err = (augment.RandomResizedCrop{Scale: t.o.Small}).New(*t.o.Augment, square(smallSide(t.o.Side))); err != nil {
		return v, err
	}
	v.Plain, err = plain(t.o.Side)
	return v, err
}

// run trains until all steps are done, or ctx is.
func (t *trainer) run(ctx context.Context) error {
	if t.resumed == 0 {
		if err := t.look(ctx, 0); err != nil {
			return err
		}
	}
	for step := t.resumed; step < t.o.Steps; {
		epoch, first := step/t.perEpoch, step%t.perEpoch
		if err := t.beginEpoch(ctx, epoch, first); err != nil {
			return t.stopped(ctx, step, err)
		}
		for b, err := range t.stream.Epoch(ctx, uint64(epoch), first) {
			if err != nil {
				return t.stopped(ctx, step, err)
			}
			if err := t.one(b, step); err != nil {
				return err
			}
			step++
			if step%t.perEpoch == 0 || step == t.o.Steps {
				if err := t.look(ctx, step); err != nil {
					return t.stopped(ctx, step, err)
				}
			}
			if step%t.o.Save == 0 || step == t.o.Steps {
				if err := t.writeDown(step); err != nil {
					return err
				}
			}
			if t.onPoint != nil {
				t.onPoint(t.last)
			}
			if step == t.o.Steps {
				return nil
			}
		}
	}
	return nil
}

// stopped keeps the state when ctx ends.
func (t *trainer) stopped(ctx context.Context, step int, err error) error {
	if ctx.Err() == nil {
		return err
	}
	if kept := t.writeDown(step); kept != nil {
		return kept
	}
	return fmt.Errorf("stopped after %d of %d steps: %w", step, t.o.Steps, ctx.Err())
}

// one makes the step with a batch.
func (t *trainer) one(b *stream.Batch, step int) error {
	rates := t.o.rates()
	rate := rates.At(step, t.o.Steps)
	exec := t.gather
	if t.applies(step + 1) {
		if exec = t.apply; t.Gradients && t.lastBeforeLook(step+1) {
			exec = t.show
		}
	}
	parts := slices.Clip(b.Tensors)
	if b.Labels != nil {
		parts = append(parts, b.Labels)
	}
	out, err := t.devices.run(exec, parts, float32(float64(step)/float64(t.o.Steps)), float32(rate))
	if err != nil {
		return err
	}
	b.Release()
	p := Point{Step: step + 1, Steps: t.o.Steps, Epoch: float64(step+1) / float64(t.perEpoch), Rate: rate, Metrics: map[string]float64{}}
	p.Loss = float64(tensors.ToScalar[float32](out[0]))
	maps.Copy(p.Metrics, t.ofEpoch)
	for i, name := range t.names {
		p.Metrics[name] = float64(tensors.ToScalar[float32](out[1+i]))
	}
	if more := out[1+len(t.names):]; len(more) > 0 {
		p.Metrics[gradientName] = float64(tensors.ToScalar[float32](more[0]))
		if err := t.keepGradients(more[1:]); err != nil {
			return err
		}
	}
	for _, x := range out {
		x.MustFinalizeAll()
	}
	if math.IsNaN(p.Loss) || math.IsInf(p.Loss, 0) {
		return t.diverged(p)
	}
	t.pace(&p)
	warnings := []string{t.alarm.hear(p), t.unread.warning()}
	if step == t.resumed {
		warnings = append(warnings, t.o.Precision.slow(t.backend))
	}
	p.Warning = strings.Join(slices.DeleteFunc(warnings, func(w string) bool { return w == "" }), "\n")
	t.last = p
	return nil
}
