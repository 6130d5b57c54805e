// Package atomicfile replaces files and folders in one step: a reader, or a crash, sees the old content or the new, never a part of
// it. It imports nothing of the project.
package atomicfile

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
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
// Errors: those of the file system, without a path, because a person does not know that of the temporary file: say which
// file could not be written. File is then as it was, unless only its folder could not be synced.
func Write(file string, data []byte, mode os.FileMode, d Durability) error {
	return WriteFunc(file, mode, d, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

// WriteFunc is Write with content that fill writes bit by bit. An error of fill leaves file as it was.
func WriteFunc(file string, mode os.FileMode, d Durability, fill func(w io.Writer) error) error {
	if info, err := os.Stat(file); err == nil && info.IsDir() {
		return syscall.EISDIR
	}
	dir := filepath.Dir(file)
	f, err := os.CreateTemp(dir, ".tmp-"+filepath.Base(file)+"-*")
	if err != nil {
		return Cause(err)
	}
	defer os.Remove(f.Name()) // no such file once it is renamed
	if err = fill(f); errorAt(err, f.Name()) {
		err = Cause(err)
	}
	if err == nil {
		err = Cause(f.Chmod(mode))
	}
	if err == nil && d == Durable {
		err = Cause(f.Sync())
	}
	if err = errors.Join(err, Cause(f.Close())); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), file); err != nil {
		return Cause(err)
	}
	if d == Durable {
		return SyncDir(dir)
	}
	return nil
}

// Cause is what the system said, without the operation and the path.
func Cause(err error) error {
	if path := (*fs.PathError)(nil); errors.As(err, &path) {
		return path.Err
	}
	if link := (*os.LinkError)(nil); errors.As(err, &link) {
		return link.Err
	}
	return err
}

// errorAt says whether err is about that path; fill may fail for other reasons.
func errorAt(err error, name string) bool {
	path := (*fs.PathError)(nil)
	return errors.As(err, &path) && path.Path == name
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
