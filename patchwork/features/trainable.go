package features

import (
	"fmt"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// Trainable is a network as a part of a graph that is trained. It is for one goroutine.
//
// What can be trained are the weights, biases, gains and shifts of its layers. Means and variances of normalisations stay as they
// are and are used as they are, so that the network is the same function in training and in use.
type Trainable interface {
	// Spec describes the network as an extractor, before it is trained.
	Spec() Spec

	// Weights are the variables that can be trained. The slice is shared.
	Weights() []Weight

	// Put adds the network's variables to a store. None is trainable: whoever trains makes them so.
	Put(store *model.Store) error

	// Graph is the features of images, with the variables of the store that Put was called with last.
	//
	// Shapes: x is [n, height, width, channels] of the size of Spec, in [0, 1]; the result is [n, Dim], of length one or maps
	// one after the other.
	Graph(scope *model.Scope, x *graph.Node) *graph.Node

	// ExplainGradient makes of an error of a graph with gradients one that names the operator that has none.
	ExplainGradient(err error) error

	// Tuned is the network with the weights that a store has now.
	Tuned(store *model.Store) (*Tuned, error)

	// Options say of a file that Tuned was saved as what is known of the one that it was made of.
	Options() ONNXOptions
}

// Weight is a variable that is trained.
type Weight struct {
	Path   string // in the store
	Name   string // in the file
	Kernel bool   // multiplied with features; weight decay acts on these
}

// Tuned is a network with other weights than those of its file.
type Tuned struct {
	Sum    string // of all that it computes with, in hexadecimal digits
	Ending string // of the name that it is saved by: ".onnx", or "" for a folder

	save func(path string) error
}

// Save writes it to a file or a folder, whole or not at all.
func (t *Tuned) Save(path string) error { return t.save(path) }

// OpenTrainable opens a network: an ONNX file, or a folder that backbone.Save wrote. With maps nil, its graph gives for an image what
// Run keeps of its features, a vector of length one; else the maps of OpenMaps or OpenBackboneMaps.
//
// Errors: those of OpenONNX and OpenMaps, or of OpenBackbone and OpenBackboneMaps; a file that fixes the number of images; nothing that
// can be trained.
func OpenTrainable(path string, o ONNXOptions, maps *MapOptions) (Trainable, error) {
	if IsBackbone(path) {
		t, err := openTrainableBackbone(path, maps)
		if err != nil {
			return nil, err
		}
		return t, nil
	}
	t, err := openTrainableONNX(path, o, maps)
	if err != nil {
		return nil, fmt.Errorf("features: %s: %w", path, err)
	}
	return t, nil
}

// unitLength brings vectors [n, d] to length one.
func unitLength(y *graph.Node) *graph.Node {
	return graph.Div(y, graph.Sqrt(graph.AddScalar(graph.ReduceAndKeep(graph.Square(y), graph.ReduceSum, 1), 1e-24)))
}

// valuesOf are the numbers of weights below a scope, by their names.
func valuesOf(scope *model.Scope, weights []Weight) (map[string][]float32, error) {
	values := map[string][]float32{}
	for _, w := range weights {
		v, err := scope.Store().GetVariable(model.JoinPath(scope.Scope(), w.Path)).Value()
		if err == nil {
			values[w.Name], err = tensors.CopyFlatData[float32](v)
		}
		if err != nil {
			return nil, fmt.Errorf("features: the weight %s: %w", w.Name, err)
		}
	}
	return values, nil
}
