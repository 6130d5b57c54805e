package kernelspec

import (
	"fmt"
	"strings"
)

// linkFlag leaves the symbol table out of a cell's program. Linking is most of what a cell waits for, and this takes
// about a third off; panics keep their line numbers.
const linkFlag = "-ldflags=-s"

// mergeGoFlags joins the flags that cells need with the user's own, which Go would otherwise not see: the kernel's
// environment replaces both the variable and `go env -w`. A flag that stops every build in a workspace is left out,
// and each change is told in notes.
func mergeGoFlags(users string) (flags string, notes []string) {
	out := []string{}
	link := true
	for _, f := range splitFlags(users) {
		name, value, _ := strings.Cut(strings.TrimLeft(strings.Trim(f, `'"`), "-"), "=")
		switch {
		case name == "mod" && value != "readonly", name == "modfile":
			notes = append(notes, fmt.Sprintf("GOFLAGS has %s, which Go refuses in a workspace; cells go without it", f))
			continue
		case name == "ldflags":
			link = false
			if !strings.Contains(" "+value+" ", " -s ") {
				notes = append(notes, fmt.Sprintf("GOFLAGS has %s; it stays, so cells link without -s and start slower", f))
			}
		}
		out = append(out, f)
	}
	if link {
		out = append(out, linkFlag)
	}
	return strings.Join(out, " "), notes
}

// splitFlags splits at spaces, except inside single or double quotes, as the go command does. Quotes are kept.
func splitFlags(s string) []string {
	var flags []string
	var cur strings.Builder
	var quote rune
	end := func() {
		if cur.Len() > 0 {
			flags = append(flags, cur.String())
			cur.Reset()
		}
	}
	for _, r := range s {
		switch {
		case quote != 0:
			cur.WriteRune(r)
			if r == quote {
				quote = 0
			}
		case (r == '\'' || r == '"') && cur.Len() == 0:
			quote = r
			cur.WriteRune(r)
		case r == ' ' || r == '\t' || r == '\n':
			end()
		default:
			cur.WriteRune(r)
		}
	}
	end()
	return flags
}
