package features

import (
	"fmt"
	"strings"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/gopatchwork/patchwork/patchwork/backbone"
)

// ONNXBackbone is a network in an ONNX file as a backbone.Network, whose map has one place: what OpenONNX reads, before it is brought
// to length one. Its weights begin as they are in the file; what is trained of them is what a Trainable trains. It is for one goroutine.
type ONNXBackbone struct{ t *trainableONNX }

// OpenONNXBackbone opens a network that takes square images.
//
// Errors: those of OpenTrainable; images that are no squares.
func OpenONNXBackbone(file string, o ONNXOptions) (*ONNXBackbone, error) {
	t, err := openTrainableONNX(file, o, nil)
	if err != nil {
		return nil, fmt.Errorf("features: %s: %w", file, err)
	}
	if s := t.net.spec; s.Width != s.Height {
		return nil, fmt.Errorf("features: %s takes images of %d×%d pixels; a network that is pre-trained takes squares", file, s.Width, s.Height)
	}
	return &ONNXBackbone{t}, nil
}

// Side is the side of the images that it takes, in pixels.
func (b *ONNXBackbone) Side() int { return b.t.net.spec.Width }

// Card implements backbone.Network.
func (b *ONNXBackbone) Card() backbone.Card {
	s := b.t.net.spec
	return backbone.Card{Name: s.Name, About: "ONNX file " + s.FileHash, Source: s.File, Channels: s.Dim, Stride: s.Width, MinSide: s.Width}
}

// Graph implements backbone.Network.
func (b *ONNXBackbone) Graph(scope *model.Scope, x *graph.Node) *graph.Node {
	variable := func(w Weight) *model.Variable {
		return scope.Store().GetVariable(model.JoinPath(scope.Scope(), w.Path))
	}
	if variable(b.t.weights[0]) == nil {
		if err := b.t.putBelow(scope); err != nil {
			panic(err)
		}
		for _, w := range b.t.weights {
			variable(w).SetTrainable(true)
		}
	}
	y := b.t.net.vectors(scope, x)
	return graph.Reshape(y, y.Shape().Dimensions[0], 1, 1, -1)
}

// IsKernel says whether a variable of the network is multiplied with features, by its path.
func (b *ONNXBackbone) IsKernel(path string) bool {
	for _, w := range b.t.weights {
		if w.Kernel && strings.HasSuffix(path, w.Path) {
			return true
		}
	}
	return false
}

// ExplainGradient is that of a Trainable.
func (b *ONNXBackbone) ExplainGradient(err error) error { return b.t.ExplainGradient(err) }

// Float32Only is true: the weights and constants of the file are float32.
func (b *ONNXBackbone) Float32Only() bool { return true }

// Tuned is the network with the weights that lie below a scope.
func (b *ONNXBackbone) Tuned(scope *model.Scope) (*Tuned, error) { return b.t.tunedBelow(scope) }

var _ backbone.Network = (*ONNXBackbone)(nil)
