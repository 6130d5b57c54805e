package pretrain

import (
	"context"
	"math"
	"math/rand/v2"
	"strings"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gopatchwork/patchwork/patchwork/augment/stream"
	"github.com/gopatchwork/patchwork/patchwork/backbone"
)

// Epochs is a method that gives the pictures labels of its own before each epoch, -1 to those that are not to be shown. Pictures of all labels are then
// shown equally often.
type Epochs interface {
	BeginEpoch(ctx context.Context, e *Epoch) ([]int32, error)
}

// Epoch is what such a method makes labels with.
type Epoch struct {
	Number int     // from 0
	Steps  int     // that it has
	Seed   uint64  // of the training
	Labels []int32 // of the epoch before; nil in the first

	t *trainer
}

// Features are those of the pictures, whole and not augmented, with the weights that there are now; nil where a picture cannot be read.
func (e *Epoch) Features(ctx context.Context) ([][]float32, error) {
	return e.t.trained.Features(ctx, e.t.Source)
}

// Metric shows a number until the next epoch.
func (e *Epoch) Metric(name string, v float64) {
	if e.t.ofEpoch == nil {
		e.t.ofEpoch = map[string]float64{}
	}
	e.t.ofEpoch[name] = v
}

// Renew gives a part of a branch first weights again, others in each epoch.
func (e *Epoch) Renew(branch, name string) error {
	rng := rand.New(rand.NewPCG(e.Seed, uint64(e.Number)^0x72656e6577)) // "renew"
	for v := range e.t.store.IterVariables() {
		if !strings.HasPrefix(v.Path(), "/"+branch+"/"+name+"/") {
			continue
		}
		values := make([]float32, v.Shape().Size())
		if backbone.RoleOf(v.Path()) == backbone.Kernel {
			for i := range values {
				values[i] = float32(math.Sqrt(2/float64(v.Shape().Dim(0))) * rng.NormFloat64())
			}
		}
		if err := v.SetValue(tensors.FromFlatDataAndDimensions(values, v.Shape().Dimensions...)); err != nil {
			return err
		}
	}
	return nil
}

// labelsPath is where a checkpoint keeps the labels of an epoch that has begun.
const labelsPath = "/memory/labels"

// beginEpoch lets a method label the pictures, or takes the labels of an epoch that a checkpoint was made in.
func (t *trainer) beginEpoch(ctx context.Context, epoch, first int) error {
	m, ok := t.Method.(Epochs)
	if !ok {
		return nil
	}
	var labels []int32
	kept := t.store.GetVariable(labelsPath)
	if kept != nil {
		value, err := kept.Value()
		if err != nil {
			return err
		}
		if labels, err = tensors.CopyFlatData[int32](value); err != nil {
			return err
		}
	}
	if first == 0 {
		var err error
		if labels, err = m.BeginEpoch(ctx, &Epoch{Number: epoch, Steps: t.perEpoch, Seed: t.o.Seed, Labels: labels, t: t}); err != nil {
			return err
		}
		value := tensors.FromFlatDataAndDimensions(labels, len(labels))
		if kept == nil {
			t.store.VariableWithValue(labelsPath, value).SetTrainable(false)
		} else if err := kept.SetValue(value); err != nil {
			return err
		}
	}
	counts := map[int32]float64{}
	for _, c := range labels {
		counts[c]++
	}
	weights := make([]float64, len(labels))
	for i, c := range labels {
		if c >= 0 {
			weights[i] = 1 / counts[c]
		}
	}
	return t.openStream(labels, stream.Weighted{Weights: weights})
}
