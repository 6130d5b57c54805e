package see

import (
	"fmt"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gopatchwork/patchwork/patchwork/backbone"
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
// Errors: those of backbone.Load and features.OpenTrainable.
func Open(path string, o features.ONNXOptions, maps *features.MapOptions) (*Network, error) {
	n := &Network{store: model.NewStore(), explain: func(err error) error { return err }}
	var err error
	if features.IsBackbone(path) {
		err = n.openBackbone(path, maps)
	} else {
		err = n.openONNX(path, o, maps)
	}
	if err != nil {
		n.store.Finalize()
		return nil, fmt.Errorf("see: %w", err)
	}
	return n, nil
}

func (n *Network) openBackbone(dir string, maps *features.MapOptions) error {
	net, saved, err := backbone.Open(dir)
	if err != nil {
		return err
	}
	if _, err := backbone.Load(dir, n.store, "/"); err != nil {
		return err
	}
	n.Name, n.W, n.H, n.Channels, n.Hash = saved.Name, saved.Width, saved.Height, len(saved.Options.Mean), saved.Weights[:16]
	n.graph = func(x *graph.Node) *graph.Node {
		y := net.Graph(n.store.RootScope(), x)
		if maps != nil {
			return graph.Reshape(y, y.Shape().Dim(0), -1)
		}
		return unit(backbone.Pooled(y))
	}
	return nil
}

func (n *Network) openONNX(file string, o features.ONNXOptions, maps *features.MapOptions) error {
	t, err := features.OpenTrainable(file, o, maps)
	if err != nil {
		return err
	}
	if err := t.Put(n.store); err != nil {
		return err
	}
	spec := t.Spec()
	n.Name, n.W, n.H, n.Channels, n.Hash = spec.Name, spec.Width, spec.Height, 3, spec.FileHash
	n.graph = func(x *graph.Node) *graph.Node { return t.Graph(n.store.RootScope(), x) }
	n.explain = t.ExplainGradient
	return nil
}

// unit brings rows to length one.
func unit(x *graph.Node) *graph.Node {
	return graph.Div(x, graph.Sqrt(graph.AddScalar(graph.ReduceAndKeep(graph.Square(x), graph.ReduceSum, 1), 1e-24)))
}

// Store holds the variables of the network. What reads its features can put its own there.
func (n *Network) Store() *model.Store { return n.store }

// Close frees the network.
func (n *Network) Close() { n.store.Finalize() }
