package widgets

import (
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/internal/browsertest"
)

func TestModules(t *testing.T) { browsertest.Modules(t) }

// What a page may not do: reach the network, or turn text into elements.
var forbidden = []string{"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "http://", "https://", "randomUUID(", "@import"}

func TestAssetsAreSelfContained(t *testing.T) {
	imports := regexp.MustCompile(`(?m)^import .* from "([^"]+)";`)
	files, err := fs.Glob(Assets, "*")
	if err != nil || len(files) < 10 {
		t.Fatalf("Assets holds %v, %v; want the modules and the style sheet, without a folder", files, err)
	}
	for _, name := range files {
		data, err := fs.ReadFile(Assets, name)
		if err != nil {
			t.Fatal(err)
		}
		text := strings.ReplaceAll(string(data), "http://www.w3.org/2000/svg", "") // the name of what shapes are, and no address
		for _, word := range forbidden {
			if strings.Contains(text, word) {
				t.Errorf("%s contains %q", name, word)
			}
		}
		if lines := strings.Count(text, "\n"); lines > 250 {
			t.Errorf("%s has %d lines; want at most 250", name, lines)
		}
		for _, m := range imports.FindAllStringSubmatch(text, -1) {
			sibling := strings.TrimPrefix(m[1], "./")
			if !slices.Contains(files, sibling) && m[1] != "../host/frame.mjs" {
				t.Errorf("%s imports %q, which is not here", name, m[1])
			}
		}
	}
	for _, name := range []string{"grid", "labelbuttons", "curves", "progress"} {
		data, err := fs.ReadFile(Assets, name+".mjs")
		if err != nil || !strings.Contains(string(data), "export default { render };") {
			t.Errorf("%s.mjs is not a widget: it lacks export default { render } (%v)", name, err)
		}
	}
}
