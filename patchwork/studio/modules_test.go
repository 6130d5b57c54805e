package studio

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestModules runs the tests of the page's pure functions, testdata/*.test.mjs, under node.
func TestModules(t *testing.T) {
	tests, err := filepath.Glob("testdata/*.test.mjs")
	if err != nil || len(tests) == 0 {
		t.Fatalf("found no testdata/*.test.mjs: %v", err)
	}
	for _, pattern := range []string{"testdata/*", "assets/*"} { // Go's test cache sees only files that the test opens
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
	if out, err := exec.Command(node, append([]string{"--test"}, tests...)...).CombinedOutput(); err != nil {
		t.Errorf("node --test: %v\n%s", err, out)
	}
}
