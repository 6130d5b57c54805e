package pretrain

import (
	"context"
	"image"

	gomlx "github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gopatchwork/patchwork/patchwork/augment"
	"github.com/gopatchwork/patchwork/patchwork/augment/stream"
	"github.com/gopatchwork/patchwork/patchwork/backbone"
)

// Trained is a network with the weights that it has now. It is for one goroutine.
type Trained struct {
	network backbone.Network
	store   *model.Store
	side    int
	view    *augment.Pipeline
	method  Method
	kind    stream.Kind // of the method
	seed    uint64
	backend gomlx.Backend
	embed   *model.Exec
	step    int
	epoch   float64

	gradients map[string][]float32 // the last that were kept, by the names of weights
}

// Features are the pooled features of whole pictures, brought to the size that the network was trained at: [n, channels]. Those of a picture that cannot be read are nil.
func (t *Trained) Features(ctx context.Context, source stream.Source) ([][]float32, error) {
	whole, err := plain(t.side)
	if err != nil {
		return nil, err
	}
	x, err := t.see(ctx, source, stream.Plain(whole))
	if err != nil {
		return nil, err
	}
	return x[0], nil
}

// ViewFeatures are the pooled features of two views of each picture, cropped and augmented as in training: twice [n, channels]. The draws are the same in each call. Those of a picture that cannot be
// read are nil.
func (t *Trained) ViewFeatures(ctx context.Context, source stream.Source) (a, b [][]float32, err error) {
	x, err := t.see(ctx, source, stream.Pair(t.view))
	if err != nil {
		return nil, nil, err
	}
	return x[0], x[1], nil
}

// see is the features of each view of each picture.
func (t *Trained) see(ctx context.Context, source stream.Source, kind stream.Views) (all [][][]float32, err error) {
	const batch = 64
	gone := map[int]bool{} // pictures in whose places others stand
	s, err := stream.New(source, kind, stream.Options{Batch: batch, Order: stream.Sequential{}, Last: stream.Keep, Backend: t.backend,
		Broken: func(number int, _ error) { gone[number] = true }})
	if err != nil {
		return nil, err
	}
	if t.embed == nil {
		t.embed, err = model.NewExec(t.backend, t.store, func(_ *model.Scope, x *Node) *Node {
			t.store.SetTraining(x.Graph(), false)
			return backbone.Pooled(t.network.Graph(t.Scope(), x))
		})
		if err != nil {
			return nil, err
		}
	}
	all = make([][][]float32, len(kind))
	for b, err := range s.Epoch(ctx, 0, 0) {
		if err != nil {
			return nil, err
		}
		for v, x := range b.Tensors {
			out, err := t.embed.Exec(x)
			if err != nil {
				return nil, err
			}
			flat, err := tensors.CopyFlatData[float32](out[0])
			if err != nil {
				return nil, err
			}
			out[0].MustFinalizeAll()
			for width := t.network.Card().Channels; len(flat) > 0; flat = flat[width:] {
				all[v] = append(all[v], flat[:width:width])
			}
		}
		b.Release()
	}
	for i := range gone {
		for v := range all {
			all[v][i] = nil
		}
	}
	return all, nil
}

// Close frees the weights.
func (t *Trained) Close() {
	if t.embed != nil {
		t.embed.Finalize()
	}
	t.store.Finalize()
}

func square(side int) image.Point { return image.Pt(side, side) }

// plain brings a whole picture to a size.
func plain(side int) (*augment.Pipeline, error) {
	return augment.RandomResizedCrop{Scale: [2]float64{1, 1}, Ratio: [2]float64{1, 1}}.New(augment.Params{}, square(side))
}

// Side is how many pixels the network sees each way.
func (t *Trained) Side() int { return t.side }

// Step is how many steps were done when Task.Look was called last.
func (t *Trained) Step() int { return t.step }

// Epoch is how many passes over the images were done when Task.Look was called last.
func (t *Trained) Epoch() float64 { return t.epoch }

// Network is what is trained; its variables lie below Scope.
func (t *Trained) Network() backbone.Network { return t.network }
