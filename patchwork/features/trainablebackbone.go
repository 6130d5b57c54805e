package features

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/gopatchwork/patchwork/patchwork/backbone"
)

// backboneScope is where the variables of a network lie that is trained.
const backboneScope = "/network"

// trainableBackbone is a Trainable in a folder that backbone.Save wrote.
type trainableBackbone struct {
	dir     string
	net     backbone.Network
	saved   backbone.Saved
	spec    Spec
	weights []Weight
}

func openTrainableBackbone(dir string, maps *MapOptions) (*trainableBackbone, error) {
	e, err := openBackbone(dir, maps)
	if err != nil {
		return nil, err
	}
	defer e.exec.Finalize()
	t := &trainableBackbone{dir: dir, spec: e.spec}
	if t.net, t.saved, err = backbone.Open(dir); err != nil {
		return nil, fmt.Errorf("features: %w", err)
	}
	for _, v := range t.saved.Variables {
		if role := backbone.RoleOf(v.Path); role != backbone.Running {
			t.weights = append(t.weights, Weight{backboneScope + "/" + v.Path, v.Path, role == backbone.Kernel})
		}
	}
	return t, nil
}

// Spec implements Trainable.
func (t *trainableBackbone) Spec() Spec { return t.spec }

// Weights implements Trainable.
func (t *trainableBackbone) Weights() []Weight { return t.weights }

// Put implements Trainable.
func (t *trainableBackbone) Put(store *model.Store) error {
	if _, err := backbone.Load(t.dir, store, backboneScope); err != nil {
		return fmt.Errorf("features: %w", err)
	}
	for v := range store.IterVariables() {
		if strings.HasPrefix(v.Path(), backboneScope+"/") {
			v.SetTrainable(false)
		}
	}
	return nil
}

// Graph implements Trainable.
func (t *trainableBackbone) Graph(scope *model.Scope, x *graph.Node) *graph.Node {
	store, g := scope.Store(), x.Graph()
	training := store.IsTraining(g)
	store.SetTraining(g, false) // so that normalisations use their running averages
	defer store.SetTraining(g, training)
	trainable := map[string]bool{}
	for _, w := range t.weights {
		trainable[w.Path] = store.GetVariable(w.Path).Trainable
	}
	y := t.net.Graph(store.Scope(backboneScope), x)
	for path, was := range trainable { // which building changes
		store.GetVariable(path).SetTrainable(was)
	}
	if t.spec.IsMaps() {
		return graph.Reshape(y, y.Shape().Dimensions[0], -1)
	}
	return unitLength(backbone.Pooled(y))
}

// ExplainGradient implements Trainable: all that backbones are made of has gradients.
func (t *trainableBackbone) ExplainGradient(err error) error { return err }

// Tuned implements Trainable.
func (t *trainableBackbone) Tuned(store *model.Store) (*Tuned, error) {
	values, err := valuesOf(store.RootScope(), t.weights)
	if err != nil {
		return nil, err
	}
	sum := sha256.New()
	fmt.Fprint(sum, t.saved.Weights)
	for _, w := range t.weights {
		if err := binary.Write(sum, binary.LittleEndian, values[w.Name]); err != nil {
			return nil, err
		}
	}
	about := t.saved
	about.About = strings.TrimPrefix(strings.TrimSuffix(about.About, ", tuned")+", tuned", ", ")
	return &Tuned{Sum: hex.EncodeToString(sum.Sum(nil)), save: func(path string) error {
		store := model.NewStore()
		defer store.Finalize()
		if err := t.Put(store); err != nil { // running averages, too
			return err
		}
		for _, w := range t.weights {
			v := store.GetVariable(w.Path)
			if err := v.SetValue(tensors.FromFlatDataAndDimensions(values[w.Name], v.Shape().Dimensions...)); err != nil {
				return err
			}
		}
		return backbone.Save(path, store, backboneScope, about)
	}}, nil
}

// Options implements Trainable: a folder says all of itself.
func (t *trainableBackbone) Options() ONNXOptions { return ONNXOptions{} }
