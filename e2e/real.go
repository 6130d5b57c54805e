package e2e

import (
	"os"
	"path/filepath"
	"testing"
)

// Shared is the folder of real images and networks beside the working tree, or the one that PATCHWORK_SHARED names. The
// test is skipped where there is none, or where it lacks one of the given files; they are no part of the project.
func Shared(t testing.TB, files ...string) string {
	t.Helper()
	dir := os.Getenv("PATCHWORK_SHARED")
	if dir == "" {
		dir = filepath.Join(filepath.Dir(Root(t)), "shared")
	}
	for _, file := range append(files, ".") {
		if _, err := os.Stat(filepath.Join(dir, file)); err != nil {
			t.Skipf("%s is not there; it is no part of the project, PATCHWORK_SHARED can name its folder", filepath.Join(dir, file))
		}
	}
	return dir
}
