package smalldisk

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// A disk that was filled takes nothing more until a file goes, and after the test nothing is mounted.
func TestFill(t *testing.T) {
	var dir string
	t.Run("while it is there", func(t *testing.T) {
		dir = Mount(t, "1m")
		filler, other := filepath.Join(dir, "filler"), filepath.Join(dir, "other")
		Fill(t, filler)
		if err := os.WriteFile(other, []byte{1}, 0o644); !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("a byte on a full disk: %v", err)
		}
		if at, err := os.Stat(filler); err != nil || at.Size() < 1<<19 || at.Size() > 1<<20 {
			t.Errorf("the file that fills a disk of 1 MiB: %v, %v", at, err)
		}
		if err := os.Remove(filler); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(other, []byte{1}, 0o644); err != nil {
			t.Errorf("a byte where there is room again: %v", err)
		}
	})
	if _, err := os.Stat(dir); dir != "" && !os.IsNotExist(err) {
		t.Errorf("after the test %s: %v; want it gone", dir, err)
	}
}
