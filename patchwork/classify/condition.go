package classify

import (
	"slices"
	"strings"
)

// Condition is a choice that a setting belongs to: it does nothing with values other than these.
type Condition struct {
	Setting string   `json:"setting"`
	Values  []string `json:"values"`
}

// withConditions fills With in: the About of a setting that belongs to a choice begins with the two, as "loss focal: …" or "trunk pooling, convnet: …".
func withConditions(settings []Setting) []Setting {
	for i := range settings {
		words, _, _ := strings.Cut(settings[i].About, ": ")
		name, list, _ := strings.Cut(words, " ")
		values := strings.Split(list, ", ")
		for _, other := range settings {
			if other.Name == name && !slices.ContainsFunc(values, func(v string) bool { return !slices.Contains(other.Choices, v) }) {
				settings[i].With = &Condition{name, values}
			}
		}
	}
	return settings
}
