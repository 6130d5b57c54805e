package classify

import (
	"fmt"
	"strings"
)

// Context says what of an image's surroundings its features hold.
type Context string

const (
	AutoContext      Context = "auto" // neighbours where they help by labels that were left out; see Data.Around
	NoContext        Context = "none"
	NeighbourContext Context = "neighbours" // vectors are drawn towards those of the images most like it; see explore.Context
)

// contexts is the registry, the default first. Settings lists it.
var contexts = []struct {
	name  Context
	about string
}{
	{AutoContext, "head logistic: neighbours where labels that were left out are foretold clearly better so, else none"},
	{NoContext, "its own features"},
	{NeighbourContext, "its vector, drawn towards those of the images of the project that are most like it; trunk vectors"},
}

func contextNames() (names []string) {
	for _, c := range contexts {
		names = append(names, string(c.name))
	}
	return names
}

func contextAbout() string {
	lines := []string{"what the head knows of an image"}
	for _, c := range contexts {
		lines = append(lines, string(c.name)+": "+c.about)
	}
	return strings.Join(lines, "\n")
}

// InContext says whether whoever trains or scores with these options gives vectors in the context of their neighbours. Train and
// Model.Predict take the features that they are given for such: they know of no other images.
func (o Options) InContext() bool { return o.Context == NeighbourContext }

// settled is a copy for a training that knows of no other images than those it is given: AutoContext means none there.
func (o Options) settled() Options {
	if o.Context == "" || o.Context == AutoContext {
		o.Context = NoContext
	}
	return o
}

// CheckContext refuses a context where there are no vectors; Train calls it.
func (o Options) CheckContext() error {
	if !o.InContext() || o.Trunk == "" || o.Trunk == VectorTrunk {
		return nil
	}
	return fmt.Errorf("classify.Options: context is %q and trunk is %q, which reads maps; neighbours are found and followed by vectors. Take the trunk vectors, or context none", o.Context, o.Trunk)
}
