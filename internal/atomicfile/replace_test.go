package atomicfile

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

func TestMoveAside(t *testing.T) {
	parent := t.TempDir()
	for i := range 2 {
		from := filepath.Join(parent, "new")
		if err := os.MkdirAll(filepath.Join(from, fmt.Sprint(i)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := moveAside(from, filepath.Join(parent, "model")); err != nil {
			t.Fatal(err)
		}
		if left, _ := filepath.Glob(filepath.Join(parent, "*", "*")); len(left) != 1 || filepath.Base(left[0]) != fmt.Sprint(i) {
			t.Errorf("after move %d: %q", i, left)
		}
	}
}

func TestReplaceFolder(t *testing.T) {
	parent := t.TempDir()
	to := filepath.Join(parent, "model")
	for i := range 2 {
		from := filepath.Join(parent, fmt.Sprint("new", i))
		if err := os.MkdirAll(filepath.Join(from, fmt.Sprint(i)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := ReplaceFolder(from, to); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(filepath.Join(to, fmt.Sprint(i))); err != nil {
			t.Errorf("after move %d: %v", i, err)
		}
	}
}
