package classify

import (
	"slices"
	"strings"
)

// Head says how features become probabilities.
type Head string

const (
	LinearHead Head = "linear" // one layer of weights, trained step by step
	MLPHead    Head = "mlp"    // a layer of hidden units before it, trained step by step

	// At once, without steps.
	LogisticHead   Head = "logistic"   // the weights that are best for all labelled images, see fitLogistic
	PrototypesHead Head = "prototypes" // the mean directions of labelled images, see fitPrototypes
	NeighboursHead Head = "neighbours" // the labelled images themselves, see fitNeighbours
)

// heads is the registry, the default first. Settings lists it.
var heads = []struct {
	name  Head
	about string
}{
	{LogisticHead, "one layer, the best at once; how firmly it trusts the labels is chosen by leaving some out"},
	{LinearHead, "one layer, trained step by step with any loss, also by images without labels"},
	{MLPHead, "a layer of hidden units before it (hidden, dropout), for many labels"},
	{PrototypesHead, "whether an image is closer to the mean of the present or of the absent images, at once, from the first label on (temperature)"},
	{NeighboursHead, "labels of the most similar labelled images, at once (neighbours)"},
}

// stepwise reports whether a head is trained in steps by an optimiser, with a loss that can be chosen.
func (h Head) stepwise() bool { return h == LinearHead || h == MLPHead }

// defaultHead is the head of options that name none: the first that has all settings that are given, or LinearHead where none has.
func (o Options) defaultHead() Head {
	given := slices.DeleteFunc(Settings(), func(s Setting) bool {
		return s.With == nil || s.With.Setting != "head" || s.Get(o) == "" || len(s.Choices) > 0 && s.Get(o) == s.Default
	})
	for _, h := range heads {
		if !slices.ContainsFunc(given, func(s Setting) bool { return !slices.Contains(s.With.Values, string(h.name)) }) {
			return h.name
		}
	}
	return LinearHead
}

func headNames() (names []string) {
	for _, h := range heads {
		names = append(names, string(h.name))
	}
	return names
}

func headAbout() string {
	lines := []string{"how features become scores"}
	for _, h := range heads {
		lines = append(lines, string(h.name)+": "+h.about)
	}
	return strings.Join(lines, "\n")
}
