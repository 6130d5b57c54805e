// Package atomicfile replaces files in one step: a reader, or a crash, sees the old content or the new, never a part of
// it. It imports nothing of the project.
package atomicfile

import (
	"errors"
	"io"
	"os"
	"path/filepath"
)

// Durability says how far the content has come when a function returns.
type Durability bool

// A cache can be lost with the power; what people made cannot.
const (
	Cached  Durability = false // the system writes it when it likes
	Durable Durability = true  // it is on disk, under its name
)

// Write puts data in the place of file, with permissions mode.
//
// Errors: those of the file system; file is then as it was, unless only its folder could not be synced.
func Write(file string, data []byte, mode os.FileMode, d Durability) error {
	return WriteFunc(file, mode, d, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

// WriteFunc is Write with content that fill writes bit by bit. An error of fill leaves file as it was.
func WriteFunc(file string, mode os.FileMode, d Durability, fill func(w io.Writer) error) error {
	dir := filepath.Dir(file)
	f, err := os.CreateTemp(dir, ".tmp-"+filepath.Base(file)+"-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // no such file once it is renamed
	err = fill(f)
	if err == nil {
		err = f.Chmod(mode)
	}
	if err == nil && d == Durable {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), file); err != nil {
		return err
	}
	if d == Durable {
		return SyncDir(dir)
	}
	return nil
}

// SyncDir makes new names in a folder last. Some file systems refuse to sync folders and need not; that is no error.
func SyncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	f.Sync()
	return f.Close()
}
