package pretrain

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/gomlx/gomlx/core/tensors"
)

// look measures the features, when it is time.
func (t *trainer) look(ctx context.Context, step int) error {
	if t.Look == nil || step != 0 && step != t.nextLook(step) {
		return nil
	}
	begun := time.Now()
	t.trained.step, t.trained.epoch = step, float64(step)/float64(t.perEpoch)
	looked, err := t.Look(ctx, t.trained)
	if err != nil {
		return err
	}
	t.last.Looked = looked
	if !t.first.IsZero() {
		t.looking += time.Since(begun)
	}
	if step == 0 && t.onPoint != nil {
		t.last.Steps = t.o.Steps
		t.onPoint(t.last)
	}
	return nil
}

// nextLook is the step of the first look that is not before a step.
func (t *trainer) nextLook(step int) int {
	if t.LookEvery == 0 {
		return t.o.Steps
	}
	every := t.LookEvery * t.perEpoch
	return min((step+every-1)/every*every, t.o.Steps)
}

// applies says whether batch number step, from 1, makes a step of the weights.
func (t *trainer) applies(step int) bool { return step%t.o.Accumulate == 0 || step == t.o.Steps }

// lastBeforeLook says whether no other step of the weights lies between one that they make and the next look.
func (t *trainer) lastBeforeLook(step int) bool {
	next := min(step+t.o.Accumulate-step%t.o.Accumulate, t.o.Steps)
	return t.nextLook(step) < next || step == t.o.Steps
}

// gradientName is the metric that is the norm of the gradients.
const gradientName = "gradient"

// keepGradients keeps those that a step shows, if it shows any.
func (t *trainer) keepGradients(shown []*tensors.Tensor) error {
	for i, x := range shown {
		flat, err := tensors.CopyFlatData[float32](x)
		if err != nil {
			return err
		}
		if t.trained.gradients == nil {
			t.trained.gradients = map[string][]float32{}
		}
		t.trained.gradients[t.shown[i]] = flat
	}
	return nil
}

// Gradients shows, with Task.Gradients, the gradients of the last step of the weights before Task.Look was called: those of the network that the training is
// for and of its heads, before they are clipped, by the names that Weights has. There are none before the first step. An error of each ends it.
func (t *Trained) Gradients(each func(name string, values []float32) error) error {
	for _, name := range slices.Sorted(maps.Keys(t.gradients)) {
		if err := each(name, t.gradients[name]); err != nil {
			return err
		}
	}
	return nil
}
