package classify

import (
	"fmt"
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

// idle says which settings of asked do nothing in filled, the same options with defaults filled in, and why.
func (filled Options) idle(asked Options) (words []string) {
	settings := Settings()
	for _, s := range settings {
		given := s.Get(asked)
		if given == "" || s.With == nil || filled.counts(s, settings) || given == s.Get(without(filled, s)) {
			continue
		}
		on := settings[slices.IndexFunc(settings, func(other Setting) bool { return other.Name == s.With.Setting })]
		why := fmt.Sprintf("%s is %s", on.Name, on.Get(filled))
		if !filled.counts(on, settings) { // what it belongs to does nothing either
			why = fmt.Sprintf("%s does nothing", on.Name)
		}
		words = append(words, fmt.Sprintf("%s is set to %s and does nothing: it goes with %s %s, and %s", s.Name, given, on.Name, strings.Join(s.With.Values, " or "), why))
	}
	return words
}

// counts says whether a setting belongs to nothing, or to a choice that counts and was made.
func (o Options) counts(s Setting, settings []Setting) bool {
	if s.With == nil {
		return true
	}
	on := settings[slices.IndexFunc(settings, func(other Setting) bool { return other.Name == s.With.Setting })]
	return slices.Contains(s.With.Values, on.Get(o)) && o.counts(on, settings)
}

// without is filled with one setting at its default.
func without(filled Options, s Setting) Options {
	s.value(&filled).SetZero()
	return filled.WithDefaults()
}
