package pretrain

import (
	"cmp"
	"context"
	"errors"
	"strings"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gopatchwork/patchwork/patchwork/augment/stream"
)

// Pictures are pictures of one size with a name, one or several of each picture of a source.
type Pictures struct {
	Name    string
	Each    int // that follow one another and are of one picture
	H, W, C int
	Pix     []float32 // [n·Each, H, W, C], about in [0, 1]
}

// Weights shows what gradients train of the network that the training is for and of its heads: kernels, biases and the like, by names such
// as "backbone/stem/conv/kernel". An error of each ends it.
func (t *Trained) Weights(each func(name string, values []float32) error) error {
	for v := range t.store.IterVariables() {
		name, ok := strings.CutPrefix(v.Path(), "/"+Student+"/")
		if !ok || !v.Trainable || v.DType() != dtypes.Float32 {
			continue
		}
		value, err := v.Value()
		if err != nil {
			return err
		}
		flat, err := tensors.CopyFlatData[float32](value)
		if err != nil {
			return err
		}
		if err := each(name, flat); err != nil {
			return err
		}
	}
	return nil
}

// Views are what the method is shown of pictures of a source in a step, as views, masks and the like: the same in each call.
//
// Errors: the network was opened, not trained; a picture that cannot be read; ctx is done.
func (t *Trained) Views(ctx context.Context, source stream.Source) ([]Pictures, error) {
	if t.kind == nil {
		return nil, errors.New("pretrain: a network that was opened has no views; those of its training do")
	}
	var broken error
	s, err := stream.New(source, t.kind, stream.Options{Batch: source.Shape().N, Seed: t.seed, Order: stream.Sequential{}, Backend: t.backend, Broken: keepFirst(&broken)})
	if err != nil {
		return nil, err
	}
	var all []Pictures
	for b, err := range s.Epoch(ctx, 0, 0) { // one batch
		if err = cmp.Or(err, broken); err != nil {
			return nil, err
		}
		for i, p := range s.Parts() {
			if p.Ints || len(p.Dims) != 3 {
				continue
			}
			flat, err := tensors.CopyFlatData[float32](b.Tensors[i])
			if err != nil {
				return nil, err
			}
			all = append(all, Pictures{p.Name, max(p.Rows, 1), p.Dims[0], p.Dims[1], p.Dims[2], flat})
		}
		b.Release()
	}
	return all, nil
}
