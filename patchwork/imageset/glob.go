package imageset

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// hasMeta says whether a path holds a character that is special in a glob.
func hasMeta(p string) bool { return strings.ContainsAny(p, "*?[") }

// glob adds the images that match pattern. Their subset is the first folder below the last folder that the pattern
// names outright.
func (f *finder) glob(pattern string) error {
	parts := strings.Split(path.Clean(filepath.ToSlash(pattern)), "/")
	fixed := 0
	for !hasMeta(parts[fixed]) {
		fixed++
	}
	for _, part := range parts[fixed:] {
		if _, err := path.Match(part, ""); err != nil {
			return fmt.Errorf("imageset: source %q: %q is not a valid pattern; want the syntax of path.Match, with every [ closed", pattern, part)
		}
	}
	top := strings.Join(parts[:fixed], "/")
	if top == "" && fixed > 0 {
		top = "/"
	}
	dir := idPath(f.root, top)
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return fmt.Errorf("imageset: source %q: there is no folder %s; correct the pattern, or mount the disk it lies on", pattern, dir)
	}
	w := walk{f: f, top: dir, visited: map[string]bool{}, take: func(rel string) (string, bool) {
		names := strings.Split(rel, "/")
		subset := ""
		if len(names) > 1 {
			subset = names[0]
		}
		return subset, matchParts(parts[fixed:], names)
	}}
	if !slices.Contains(parts, "**") {
		w.deepest = len(parts) - fixed
	}
	return w.all()
}

// matchParts says whether the names of a path match the parts of a pattern; ** matches any number of names.
func matchParts(parts, names []string) bool {
	for len(parts) > 0 {
		if parts[0] == "**" {
			for skip := range len(names) + 1 {
				if matchParts(parts[1:], names[skip:]) {
					return true
				}
			}
			return false
		}
		if len(names) == 0 {
			return false
		}
		if ok, _ := path.Match(parts[0], names[0]); !ok {
			return false
		}
		parts, names = parts[1:], names[1:]
	}
	return len(names) == 0
}
