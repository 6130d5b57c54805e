package browsertest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Root is the working tree that holds the test.
func Root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("browsertest: the test runs outside of a working tree")
		}
	}
}

// Need returns the path of the first of the named programs that is in PATH. Where none is, the test cannot run.
func Need(t testing.TB, how string, names ...string) string {
	t.Helper()
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	Missing(t, "no %s in PATH; %s", strings.Join(names, " or "), how)
	return ""
}

// Missing ends a test that lacks something: skipped on a person's machine, failed in CI, where all must be there.
func Missing(t testing.TB, format string, args ...any) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("CI lacks what this test needs: "+format, args...)
	}
	t.Skipf(format, args...)
}

// Slow skips a test of many seconds when go test runs with -short.
func Slow(t testing.TB) {
	t.Helper()
	if testing.Short() {
		t.Skip("takes a browser or a notebook; run without -short")
	}
}

// LogFile is where a program that the test starts may write; it stays after the test.
func LogFile(t testing.TB, program string) string {
	t.Helper()
	return filepath.Join(Root(t), "build", "logs", strings.ReplaceAll(t.Name(), "/", "-")+"-"+program+".log")
}

// TempDir is a folder that is deleted after everything that runs in it has ended.
func TempDir(t testing.TB, name string) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "patchwork-test-"+name+"-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Logf("browsertest: %v", err)
		}
	})
	return dir
}
