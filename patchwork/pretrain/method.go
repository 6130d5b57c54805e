package pretrain

import (
	"fmt"
	"slices"
	"strings"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gopatchwork/patchwork/patchwork/augment"
	"github.com/gopatchwork/patchwork/patchwork/augment/stream"
	"github.com/gopatchwork/patchwork/patchwork/optimise"
)

// Method is a way of learning from images without labels. Its exported fields are its settings; see Settings.
type Method interface {
	Card() Card

	// Kind says what pictures a step gets, in Step.In.
	Kind(v Views) (stream.Kind, error)

	// Loss builds the loss of a batch, a scalar.
	Loss(s *Step) *Node
}

// Checker is a method whose settings can be wrong.
type Checker interface {
	Check() error // all that is wrong, at once
}

// Card describes a method.
type Card struct {
	Name   string // as New takes it
	About  string // one line
	Source string // paper
	Labels bool   // it reads labels: Task.Labels, or those that it makes (Epochs)
	Places bool   // it reads the network's map place by place, not only its mean
	Small  bool   // it shows the network pictures of half the side, too

	// Where Options says nothing.
	Optimiser optimise.Optimiser
	Rate      float64
	Decay     float64
}

// Views are the augmentations that a method may ask for.
type Views struct {
	Full  *augment.Pipeline // a random crop of most of the picture, augmented
	Small *augment.Pipeline // a random crop of a small part, at half the side
	Plain *augment.Pipeline // the whole picture, not augmented
	Side  int               // pixels of Full and Plain
}

// methods is the registry. Each makes a method with its default settings.
var methods = []func() Method{
	func() Method { return NewSimCLR() },
	func() Method { return NewHCL() },
	func() Method { return NewMoCo() },
	func() Method { return NewNNCLR() },
	func() Method { return NewBYOL() },
	func() Method { return NewSimSiam() },
	func() Method { return NewVICReg() },
	func() Method { return NewBarlowTwins() },
	func() Method { return NewDINO() },
	func() Method { return NewAdCo() },
	func() Method { return NewSupCon() },
	func() Method { return NewIIC() },
	func() Method { return NewRotation() },
	func() Method { return NewDetCon() },
	func() Method { return NewDeepCluster() },
	func() Method { return NewMAE() },
	func() Method { return NewAutoEncoder() },
	func() Method { return NewContextEncoder() },
}

// New makes a method by its name, with its default settings.
//
// Errors: an unknown name (the known ones are listed).
func New(name string) (Method, error) {
	var known []string
	for _, m := range methods {
		method := m()
		if method.Card().Name == name {
			return method, nil
		}
		known = append(known, method.Card().Name)
	}
	slices.Sort(known)
	return nil, fmt.Errorf("pretrain: there is no method %q; the known ones are %s", name, strings.Join(known, ", "))
}

// Cards lists the methods.
func Cards() (list []Card) {
	for _, m := range methods {
		list = append(list, m().Card())
	}
	return list
}
