package widgets

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestModules runs the tests of the page's pure functions, testdata/*.test.mjs, under node.
func TestModules(t *testing.T) {
	tests, err := filepath.Glob("testdata/*.test.mjs")
	if err != nil || len(tests) == 0 {
		t.Fatalf("found no testdata/*.test.mjs: %v", err)
	}
	// Go's test cache sees only files that the test itself opens.
	for _, pattern := range []string{"testdata/*", "assets/*"} {
		files, _ := filepath.Glob(pattern)
		for _, file := range files {
			if _, err := os.ReadFile(file); err != nil {
				t.Fatal(err)
			}
		}
	}
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("no node in PATH: the page's functions are not tested")
	}
	out, err := exec.Command(node, append([]string{"--test"}, tests...)...).CombinedOutput()
	if err != nil {
		t.Errorf("node --test: %v\n%s", err, out)
	}
}

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
		text := string(data)
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
