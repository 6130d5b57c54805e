package kernelspec

import (
	"slices"
	"strings"
	"testing"
)

func TestMergeGoFlags(t *testing.T) {
	tests := []struct {
		name, users, want string
		note              string // part of the only note; "" means no note
	}{
		{name: "none", users: "", want: "-ldflags=-s"},
		{name: "kept", users: "-buildvcs=false -tags=a,b", want: "-buildvcs=false -tags=a,b -ldflags=-s"},
		{name: "mod=mod stops builds in a workspace", users: "-mod=mod -trimpath", want: "-trimpath -ldflags=-s", note: "-mod=mod"},
		{name: "two dashes", users: "--mod=vendor", want: "-ldflags=-s", note: "--mod=vendor"},
		{name: "modfile too", users: "-modfile=x.mod", want: "-ldflags=-s", note: "-modfile=x.mod"},
		{name: "readonly is harmless", users: "-mod=readonly", want: "-mod=readonly -ldflags=-s"},
		{name: "their linker flags win", users: "-ldflags=-w", want: "-ldflags=-w", note: "start slower"},
		{name: "theirs hold -s already", users: `'-ldflags=-s -w' -race`, want: `'-ldflags=-s -w' -race`},
		{name: "quoted", users: `"-ldflags=-X main.a=b c"`, want: `"-ldflags=-X main.a=b c"`, note: "start slower"},
		{name: "what was merged before", users: "-buildvcs=false -ldflags=-s", want: "-buildvcs=false -ldflags=-s"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, notes := mergeGoFlags(tt.users)
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if tt.note == "" && len(notes) > 0 || tt.note != "" && (len(notes) != 1 || !strings.Contains(notes[0], tt.note)) {
				t.Errorf("got notes %q, want one with %q", notes, tt.note)
			}
		})
	}
}

func TestSplitFlags(t *testing.T) {
	for in, want := range map[string][]string{
		"":                    nil,
		"  -a\t-b=1 ":         {"-a", "-b=1"},
		`'-a=x y' -b`:         {`'-a=x y'`, "-b"},
		`-a=it's "-b='q' z"`:  {"-a=it's", `"-b='q' z"`},
		`'-never closed flag`: {`'-never closed flag`},
	} {
		if got := splitFlags(in); !slices.Equal(got, want) {
			t.Errorf("splitFlags(%q) = %q, want %q", in, got, want)
		}
	}
}
