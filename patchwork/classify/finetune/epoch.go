package finetune

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/gopatchwork/patchwork/patchwork/augment/stream"
	"github.com/gopatchwork/patchwork/patchwork/classify"
)

// epoch is one epoch with its end.
func (t *trainer) epoch(ctx context.Context, p *pictures, epoch int) error {
	frozen := t.o.frozen(epoch)
	if !frozen && t.all == nil {
		if err := t.join(epoch); err != nil {
			return err
		}
	}
	last, err := t.steps(ctx, p, epoch, frozen)
	if err != nil {
		return err
	}
	if !frozen {
		t.speed = last.Speed
	}
	begun := time.Now()
	sum, count, logits, err := t.validate(ctx, p)
	if err != nil {
		return err
	}
	t.looking = time.Since(begun)
	if err := t.graft.EndEpoch(&last.Point, t.store, sum, count, logits); err != nil {
		return err
	}
	if last.Best {
		if err := t.keep(); err != nil {
			return err
		}
	}
	if err := t.writeDown(); err != nil {
		return err
	}
	if t.onPoint != nil {
		t.onPoint(last)
	}
	return nil
}

// steps are those of an epoch. It tells of all but the last, which it returns.
func (t *trainer) steps(ctx context.Context, p *pictures, epoch int, frozen bool) (last Point, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	nextGuessed, stopGuessed := beside(ctx, p.guessed, epoch)
	defer stopGuessed()
	nextDomain, stopDomain := beside(ctx, p.domain, epoch)
	defer stopDomain()
	var begun time.Time // of the second step: the first compiles
	var sums [3]float64 // loss, what the others add, the share that is sure
	total := t.o.Epochs * t.o.Steps
	for b, err := range p.train.Epoch(ctx, uint64(epoch), 0) {
		if err != nil {
			return last, err
		}
		guessed, err := nextGuessed()
		if err != nil {
			return last, err
		}
		domain, err := nextDomain()
		if err != nil {
			return last, err
		}
		done := epoch*t.o.Steps + b.Step
		rate := t.o.rate(t.graft, done)
		out, err := t.take(b, guessed, domain, frozen, rate, done)
		if err != nil {
			return last, err
		}
		for i := range sums {
			if i < len(out) {
				sums[i] += float64(out[i][0])
			}
		}
		if bad := sums[0] + sums[1]; bad-bad != 0 {
			return last, fmt.Errorf("finetune: the loss is %g after %d steps; lower Options.Rate (now %g) or Options.NetworkRate (now %g)", bad, done+1, t.o.Rate, t.o.NetworkRate)
		}
		n := float64(b.Step + 1)
		last = Point{Frozen: frozen, Point: classify.Point{Epoch: float64(done+1) / float64(t.o.Steps), Step: done + 1, Steps: total, Rate: rate,
			TrainLoss: sums[0] / n, SemiLoss: sums[1] / n, Sure: sums[2] / n, ValidationLoss: math.NaN()}}
		if b.Step == 0 {
			begun = time.Now()
		} else {
			last.Speed = float64(b.Step*(t.o.BatchSize+t.others.shown())) / time.Since(begun).Seconds()
			last.Left = time.Since(begun)/time.Duration(b.Step)*time.Duration(total-done-1) + t.looking*time.Duration((total-done-1+t.o.Steps-1)/t.o.Steps)
		}
		if t.onPoint != nil && b.Step+1 < t.o.Steps {
			t.onPoint(last)
		}
	}
	return last, nil
}

// take makes a step, of which the others hear, and returns what its graph gives. The batches are released.
func (t *trainer) take(b, guessed, domain *stream.Batch, frozen bool, rate float64, done int) ([][]float32, error) {
	for i, number := range b.Numbers {
		t.graft.TrainLabels(number, t.y.line(i))
	}
	if err := t.y.send(); err != nil {
		return nil, err
	}
	step, share := t.frozen, 1.0
	if !frozen {
		step, share = t.all, t.o.share(t.graft, done)
	}
	in, err := t.others.feed([]any{b.Tensors[0], t.y.tensor, float32(rate), float32(share)}, guessed, domain)
	if err != nil {
		return nil, err
	}
	out, err := call(step, in...)
	if err != nil {
		return nil, err
	}
	for _, batch := range []*stream.Batch{b, guessed, domain} {
		if batch != nil {
			batch.Release()
		}
	}
	if len(out) > 3 {
		t.others.see(guessed, out[3])
	}
	return out, nil
}
