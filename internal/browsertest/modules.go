package browsertest

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Modules runs the tests of a page's pure functions, testdata/*.test.mjs beside the test that calls it, under node.
func Modules(t *testing.T) {
	t.Helper()
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
	node := Need(t, "it runs the tests of the page's functions; install nodejs", "node", "nodejs")
	if out, err := exec.Command(node, append([]string{"--test"}, tests...)...).CombinedOutput(); err != nil {
		t.Errorf("node --test: %v\n%s", err, out)
	}
}
