package classify

import "strings"

// Head says how features become probabilities.
type Head string

const (
	Linear Head = "linear" // one layer of weights, trained step by step
	MLP    Head = "mlp"    // a layer of hidden units before it, trained step by step
)

// heads is the registry, the default first. Settings lists it.
var heads = []struct {
	name  Head
	about string
}{
	{Linear, "one layer, trained step by step with any loss"},
	{MLP, "a layer of hidden units before it (hidden, dropout), for many labels"},
}

// stepwise reports whether a head is trained in steps by an optimiser, with a loss that can be chosen.
func (h Head) stepwise() bool { return h == Linear || h == MLP }

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
