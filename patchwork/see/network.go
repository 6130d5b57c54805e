package see

import (
	"context"
	"fmt"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gopatchwork/patchwork/patchwork/augment"
	"github.com/gopatchwork/patchwork/patchwork/backbone"
	"github.com/gopatchwork/patchwork/patchwork/compute"
	"github.com/gopatchwork/patchwork/patchwork/features"
)

// Network is a network that makes features of images, as a graph that gradients can be taken of. It is for one goroutine.
type Network struct {
	Name     string
	W, H     int    // pixels of images
	Channels int    // of images
	Hash     string // of its weights, as features.Spec.FileHash

	store   *model.Store
	graph   func(x *graph.Node) *graph.Node
	explain func(error) error
}

// Open opens a network: the folder of one that was trained here, or an ONNX file. What it makes of an image is what a store of features keeps: a
// vector of length one, or with maps the maps that they choose, one after the other. The caller closes it.
//
// Errors: those of features.OpenTrainable.
func Open(path string, o features.ONNXOptions, maps *features.MapOptions) (*Network, error) {
	t, err := features.OpenTrainable(path, o, maps)
	if err != nil {
		return nil, fmt.Errorf("see: %w", err)
	}
	spec := t.Spec()
	n := &Network{Name: spec.Name, W: spec.Width, H: spec.Height, Channels: 3, Hash: spec.FileHash, store: model.NewStore(), explain: t.ExplainGradient}
	n.graph = func(x *graph.Node) *graph.Node { return t.Graph(n.store.RootScope(), x) }
	if features.IsBackbone(path) {
		var saved backbone.Saved
		if saved, err = backbone.Read(path); err == nil {
			n.Channels = len(saved.Options.Mean)
		}
	}
	if err == nil {
		err = t.Put(n.store)
	}
	if err != nil {
		n.store.Finalize()
		return nil, fmt.Errorf("see: %w", err)
	}
	return n, nil
}

// Answers are those of an image, whatever the direction: the features, or what answers made of them.
func (n *Network) Answers(ctx context.Context, answers func(features *graph.Node) *graph.Node, images ...*augment.Image) (list [][]float32, err error) {
	backend, err := compute.Backend()
	if err != nil {
		return nil, err
	}
	exec, err := model.NewExec(backend, n.store, func(_ *model.Scope, x *graph.Node) *graph.Node {
		n.store.SetTraining(x.Graph(), false)
		if answers == nil {
			return n.graph(x)
		}
		return answers(n.graph(x))
	})
	if err != nil {
		return nil, fmt.Errorf("see: %w", err)
	}
	defer exec.Finalize()
	for i, im := range images {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("see: stopped at image %d of %d: %w", i, len(images), err)
		}
		if err := fits(im, n.W, n.H, n.Channels); err != nil {
			return nil, fmt.Errorf("see: image %d %w", i, err)
		}
		err := compute.Try("see: "+n.Name, func() error {
			y, err := exec.Call1(tensors.FromFlatDataAndDimensions(im.Pix, 1, n.H, n.W, n.Channels))
			if err != nil {
				return err
			}
			defer y.FinalizeAll()
			values, err := tensors.CopyFlatData[float32](y)
			list = append(list, values)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return list, nil
}

// Store holds the variables of the network. What reads its features can put its own there.
func (n *Network) Store() *model.Store { return n.store }

// Close frees the network.
func (n *Network) Close() { n.store.Finalize() }
