package studio

import (
	"strings"
	"unicode"
)

// longestCalled is how many letters of a name stand in a sentence or a table.
const longestCalled = 60

// called is a class's name inside a sentence: cut where it is very long, without the signs that would turn the direction of
// what stands behind it, and a name from right to left kept apart from numbers beside it (Unicode isolates).
func called(name string) string {
	letters := []rune(strings.Map(func(r rune) rune {
		if '\u202a' <= r && r <= '\u202e' || '\u2066' <= r && r <= '\u2069' {
			return -1
		}
		return r
	}, name))
	if len(letters) > longestCalled {
		letters = append(letters[:longestCalled-1], '…')
	}
	for _, r := range letters {
		if unicode.In(r, unicode.Hebrew, unicode.Arabic, unicode.Syriac, unicode.Thaana, unicode.Nko) {
			return "\u2068" + string(letters) + "\u2069"
		}
	}
	return string(letters)
}
