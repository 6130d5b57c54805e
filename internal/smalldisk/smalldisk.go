// Package smalldisk gives tests a disk that can be filled.
package smalldisk

import (
	"errors"
	"os"
	"syscall"
	"testing"
)

// Mount mounts a disk of so many bytes, such as "16m", in memory and returns its folder. It goes when the test ends. Only root on Linux may mount one: for
// others the test is skipped.
func Mount(t *testing.T, size string) string {
	t.Helper()
	dir := t.TempDir()
	if err := mount(dir, size); err != nil {
		t.Skipf("a small disk cannot be mounted here, so none can be filled: %v; run the test as root on Linux", err)
	}
	t.Cleanup(func() {
		if err := unmount(dir); err != nil {
			t.Errorf("the small disk stays mounted at %s: %v", dir, err)
		}
	})
	return dir
}

// Fill writes a file until its disk has no room for another byte.
func Fill(t *testing.T, file string) {
	t.Helper()
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for block := make([]byte, 1<<16); len(block) > 0; {
		n, err := f.Write(block)
		if errors.Is(err, syscall.ENOSPC) {
			block = block[:(len(block)-n)/2]
		} else if err != nil {
			t.Fatal(err)
		}
	}
}
