package classify

import (
	"slices"
	"strings"
)

// Condition is a choice that a setting belongs to: it does nothing with another.
type Condition struct {
	Setting string `json:"setting"`
	Value   string `json:"value"`
}

// withConditions fills With in: the About of a setting that belongs to a choice begins with the two, as "loss focal: …".
func withConditions(settings []Setting) []Setting {
	for i := range settings {
		words, _, _ := strings.Cut(settings[i].About, ": ")
		name, value, _ := strings.Cut(words, " ")
		for _, other := range settings {
			if other.Name == name && slices.Contains(other.Choices, value) {
				settings[i].With = &Condition{name, value}
			}
		}
	}
	return settings
}
