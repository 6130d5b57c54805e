package runlog

import (
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// hold locks a folder until the file is closed. The lock is the kernel's (flock) and ends with the process however that ends.
func hold(dir string, how int) (*os.File, error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(f.Fd()), how); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// take locks the folder of a run for the one that writes it. Who looks whether it is locked holds the lock for an instant, which is waited for.
func take(dir string) (f *os.File, err error) {
	for range 20 {
		if f, err = hold(dir, unix.LOCK_EX|unix.LOCK_NB); !errors.Is(err, unix.EWOULDBLOCK) {
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	if errors.Is(err, unix.EWOULDBLOCK) {
		return nil, fmt.Errorf("another process is at it")
	}
	return f, err
}

// held says whether a process writes a run. Where the file system has no locks it is believed.
func held(dir string) bool {
	f, err := hold(dir, unix.LOCK_SH|unix.LOCK_NB)
	if err != nil {
		return true
	}
	f.Close()
	return false
}
