package labels

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/gopatchwork/patchwork/internal/atomicfile"
)

// appender writes lines to the end of one journal. It is used by one goroutine, which holds the journal's lock.
type appender struct {
	j      *journal
	file   disk
	info   func(name string) (os.FileInfo, error) // os.Stat
	open   func(name string) (disk, error)        // openDisk
	broken error                                  // why nothing more can be written
}

// disk is a file of which tests make a failing one.
type disk interface {
	WriteAt(p []byte, off int64) (int, error)
	Truncate(size int64) error
	Sync() error
	Close() error
	Stat() (os.FileInfo, error)
}

func openDisk(name string) (disk, error) { return os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o644) }

func newAppender(j *journal) *appender { return &appender{j: j, info: os.Stat, open: openDisk} }

// append writes one line and returns where it lies when it has reached the disk. The first one makes the file, with
// its header; torn bytes at the end of the file are cut off.
//
// On an error the file is as it was before. Should even that fail, no further append is tried, because a line after a
// half one would be lost.
func (a *appender) append(text []byte) (offset int64, err error) {
	if a.broken != nil {
		return 0, a.broken
	}
	if err := a.prepare(); err != nil {
		return 0, err
	}
	var lead []byte
	if a.j.open {
		lead = []byte{'\n'}
	}
	if a.j.covered == 0 {
		if lead, err = encode(header{"journal", version, a.j.annotator}); err != nil {
			return 0, err
		}
	}
	text = append(lead, text...)
	n, err := a.file.WriteAt(text, a.j.covered)
	if err == nil && n < len(text) {
		err = errors.New("the disk took only part of it")
	}
	if err == nil {
		err = a.file.Sync()
	}
	if err == nil && a.j.covered == 0 {
		err = syncDir(filepath.Dir(a.j.file))
	}
	if err != nil {
		return 0, a.takeBack(err)
	}
	offset = a.j.covered + int64(len(lead))
	a.j.covered += int64(len(text))
	a.j.sum = a.j.sum.add(text)
	if a.j.owner == "" {
		a.j.owner = a.j.annotator
		a.j.lines++
	}
	a.j.lines++
	a.j.open = false
	return offset, nil
}

// prepare opens the file and makes sure that it ends where this program believes.
func (a *appender) prepare() error {
	if a.file == nil {
		f, err := a.open(a.j.file)
		if err != nil {
			return unwritable(a.j.file, err)
		}
		a.file = f
	}
	mine, err := a.file.Stat()
	if err != nil {
		return fmt.Errorf("labels: %w", err)
	}
	named, err := a.info(a.j.file)
	if err != nil || !os.SameFile(mine, named) || mine.Size() != a.j.covered+a.j.torn {
		return fmt.Errorf("labels: %s was changed by something else while it was open for labelling (%d bytes, expected %d); "+
			"nothing was written. Close the project and open it again", a.j.file, mine.Size(), a.j.covered+a.j.torn)
	}
	if a.j.torn > 0 {
		if err := a.file.Truncate(a.j.covered); err != nil {
			return fmt.Errorf("labels: cannot cut the torn end of %s: %w", a.j.file, err)
		}
		a.j.torn = 0
	}
	return nil
}

// takeBack removes what a failed append has left.
func (a *appender) takeBack(cause error) error {
	err := fmt.Errorf("labels: cannot write to %s: %w. This action was not saved; everything before it is safe. "+
		"Make room on the disk or make the folder writable, and repeat it", a.j.file, atomicfile.Cause(cause))
	if cut := errors.Join(a.file.Truncate(a.j.covered), a.file.Sync()); cut != nil {
		a.broken = fmt.Errorf("%w. The journal's end could not be restored either (%w), so no more is written; "+
			"close the project and open it again", err, cut)
		return a.broken
	}
	return err
}

func (a *appender) close() error {
	if a.file == nil {
		return nil
	}
	return a.file.Close()
}

// syncDir makes the entry of a new or renamed file durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
