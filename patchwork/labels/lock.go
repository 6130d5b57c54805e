package labels

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

// lock makes this process the only writer of a journal.
//
// The lock is the kernel's (flock), so it ends with the process however that ends; the file stays, and what it says
// about the holder counts only while it is held. Two stores in one process exclude each other too.
//
// Errors: *LockedError naming the holder; a folder that cannot be written.
func lock(file, annotator string) (*os.File, error) {
	f, err := os.OpenFile(file, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, unwritable(file, err)
	}
	err = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		defer f.Close()
		return nil, holder(file, annotator)
	}
	if err == nil {
		err = signLock(f)
	}
	if err != nil {
		f.Close()
		return nil, unwritable(file, err)
	}
	return f, nil
}

func unwritable(file string, err error) error {
	return fmt.Errorf("labels: cannot write %s: %w. Make the project folder writable, copy it to a place that is, "+
		"or open it with Options.ReadOnly", file, err)
}

// signLock writes who holds the lock, for the message that others get.
func signLock(f *os.File) error {
	host, err := os.Hostname()
	if err != nil {
		host = "this computer"
	}
	text, err := encode(LockedError{PID: os.Getpid(), Program: filepath.Base(os.Args[0]), Host: host, Since: time.Now().UTC().Truncate(time.Second)})
	if err != nil {
		return err
	}
	if err := f.Truncate(0); err != nil {
		return err
	}
	_, err = f.WriteAt(text, 0)
	return err
}

// holder reads who has the lock. The holder may have got it this instant, so it is given a moment to sign.
func holder(file, annotator string) error {
	e := &LockedError{Annotator: annotator, File: file}
	for range 20 {
		if text, err := os.ReadFile(file); err == nil && json.Unmarshal(text, e) == nil {
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	return e
}

// unlock gives the lock up. The text is removed first, so that nobody reads it as a holder.
func unlock(f *os.File) error {
	return errors.Join(f.Truncate(0), f.Close())
}
