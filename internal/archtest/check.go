package archtest

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Package is one package of the project and everything it imports, tests included.
type Package struct {
	ImportPath                         string
	Imports, TestImports, XTestImports []string
}

// CheckImports compares packages with the tables and returns one complaint for each import that they do not allow,
// and for each package that has no row.
func CheckImports(packages []Package) []string {
	var bad []string
	for _, p := range packages {
		name, ok := strings.CutPrefix(p.ImportPath, Module+"/")
		if !ok {
			bad = append(bad, fmt.Sprintf("%s is no package of %s", p.ImportPath, Module))
			continue
		}
		rule := ruleFor(name)
		if rule == nil {
			bad = append(bad, fmt.Sprintf("%s has no row in archtest.Imports; decide what it may import and add one", name))
			continue
		}
		imports := join(p.Imports, p.TestImports, p.XTestImports)
		slices.Sort(imports)
		for _, imp := range slices.Compact(imports) {
			if own, ok := strings.CutPrefix(imp, Module+"/"); ok {
				helper := matchAny(TestHelpers, own) && !slices.Contains(p.Imports, imp)
				if own != name && !helper && !matchAny(rule.Imports, own) {
					bad = append(bad, fmt.Sprintf("%s imports %s; want only %s", name, own, list(rule.Imports)))
				}
				continue
			}
			if !slices.Contains(p.Imports, imp) {
				continue // a test may use any module
			}
			for _, o := range Outside {
				if within(o.Prefix, imp) && !matchAny(o.Only, name) {
					bad = append(bad, fmt.Sprintf("%s imports %s; only %s may: %s", name, imp, list(o.Only), o.Why))
				}
			}
		}
	}
	return bad
}

// ruleFor returns the first row that names the package, or nil.
func ruleFor(name string) *Rule {
	for i := range Imports {
		if matchAny(Imports[i].Packages, name) {
			return &Imports[i]
		}
	}
	return nil
}

func matchAny(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		if folder, ok := strings.CutSuffix(p, "/..."); ok {
			return within(folder, name)
		}
		return p == name
	})
}

// within tells whether path is folder or lies below it.
func within(folder, path string) bool {
	return path == folder || strings.HasPrefix(path, folder+"/")
}

func list(names []string) string {
	if len(names) == 0 {
		return "none of the project's packages"
	}
	return strings.Join(names, ", ")
}

// forbidden finds hosts of package registries and paths of single machines. They belong in no tracked file: the
// project must build anywhere. The words are split so that this file does not hold them.
var forbidden = regexp.MustCompile(strings.Join([]string{
	`(proxy|sum)\.golang` + `\.org`, `registry\.npm` + `js`, `deb\.debian` + `\.org`, `pypi` + `\.org`, `pythonhosted` + `\.org`,
	`/work` + `/`, `/farm` + `/`, `/root` + `/`, `/tmp/` + `exp`,
}, "|"))

// CheckText returns one complaint for each line of a tracked file that names a registry's host or one machine's path.
func CheckText(name, text string) []string {
	var bad []string
	n := 0
	for line := range strings.Lines(text) {
		n++
		for _, hit := range forbidden.FindAllString(line, -1) {
			if hit[0] == '/' && !startsPath(line, hit) {
				continue
			}
			bad = append(bad, fmt.Sprintf("%s:%d: holds %q; a tracked file names no registry and no machine's path", name, n, hit))
		}
	}
	return bad
}

// startsPath tells whether the path stands somewhere in line as an absolute one, not as the middle of a longer path.
func startsPath(line, path string) bool {
	for rest := line; ; {
		i := strings.Index(rest, path)
		if i < 0 {
			return false
		}
		if i == 0 || !isWord(rest[i-1]) {
			return true
		}
		rest = rest[i+1:]
	}
}

func isWord(c byte) bool {
	return c == '_' || c == '-' || c == '.' || c == '}' || c == ')' || '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
}

// MaxLines is how long a hand-written source file may be. Long before that it holds more than one idea.
const MaxLines = 500

// generated files say so in their first lines, as Go's convention wants.
var generated = regexp.MustCompile(`(?m)^(//|/\*) Code generated .* DO NOT EDIT`)

// CheckLength returns a complaint if a hand-written Go or JavaScript file is longer than MaxLines.
func CheckLength(name, text string) []string {
	if !strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, ".mjs") && !strings.HasSuffix(name, ".js") {
		return nil
	}
	if n := strings.Count(text, "\n"); n > MaxLines && !generated.MatchString(text) {
		return []string{fmt.Sprintf("%s has %d lines; want at most %d: give its second idea a file of its own", name, n, MaxLines)}
	}
	return nil
}
