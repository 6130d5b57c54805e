package features

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// ErrLocked is the kind of error that says: another process is computing the same features.
var ErrLocked = errors.New("features: in use")

// lock takes the lock of a store's writer and returns what gives it back. The system gives it back when the process
// ends, however it ends.
func lock(dir, id string) (unlock func(), err error) {
	file := filepath.Join(dir, id+".lock")
	f, err := os.OpenFile(file, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, fmt.Errorf("features: the features folder cannot be written: %w", err)
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		by, _ := os.ReadFile(file)
		f.Close()
		if !errors.Is(err, unix.EWOULDBLOCK) {
			return nil, fmt.Errorf("features: %s cannot be locked: %w", file, err)
		}
		return nil, fmt.Errorf("%w: %s is being computed by %s; wait for it or stop it, what it has done is kept",
			ErrLocked, id, strings.TrimSpace(string(by)))
	}
	if err := f.Truncate(0); err == nil {
		fmt.Fprintf(f, "process %d (%s)\n", os.Getpid(), filepath.Base(os.Args[0]))
	}
	return func() { f.Close() }, nil
}
