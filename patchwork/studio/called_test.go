package studio

import (
	"strings"
	"testing"
)

func TestCalled(t *testing.T) {
	for name, want := range map[string]string{
		"water, <b>deep</b>":     "water, <b>deep</b>",
		strings.Repeat("🙂", 60):  strings.Repeat("🙂", 60),
		strings.Repeat("🙂", 61):  strings.Repeat("🙂", 59) + "…",
		"a\u202eb\u2069":         "ab",
		"ماء":                    "\u2068ماء\u2069",
		"\u202e" + "מים 2\u202c": "\u2068מים 2\u2069",
	} {
		if got := called(name); got != want {
			t.Errorf("%+q is called %+q; want %+q", name, got, want)
		}
	}
}
