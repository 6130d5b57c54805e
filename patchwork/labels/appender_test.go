package labels

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
)

// failing is a file whose disk breaks: at most room more bytes are taken, and calls in broken fail.
type failing struct {
	*os.File
	room   int
	broken string
}

var errDisk = errors.New("input/output error")

func (f *failing) WriteAt(p []byte, off int64) (int, error) {
	if f.room < 0 || len(p) <= f.room {
		return f.File.WriteAt(p, off)
	}
	n, _ := f.File.WriteAt(p[:f.room], off)
	return n, fmt.Errorf("no space left on device")
}

func (f *failing) Sync() error {
	if strings.Contains(f.broken, "sync") {
		return errDisk
	}
	return f.File.Sync()
}

func (f *failing) Truncate(size int64) error {
	if strings.Contains(f.broken, "truncate") {
		return errDisk
	}
	return f.File.Truncate(size)
}

// withDisk puts a failing disk under the journal of a store.
func withDisk(s *Store) *failing {
	f := &failing{room: -1}
	s.out.open = func(name string) (disk, error) {
		file, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o644)
		f.File = file
		return f, err
	}
	return f
}

// However much of a line reaches the disk before it is full, the journal and the table stay, and with room again the
// same action is saved. That holds for the first line of a journal, too.
func TestADiskThatFillsUp(t *testing.T) {
	for _, before := range []int{0, 2} {
		for room := 0; room < 300; room += 29 {
			dir := t.TempDir()
			s := open(t, childOptions(dir))
			disk := withDisk(s)
			for n := range before {
				apply(t, s, action(n))
			}
			old, _ := os.ReadFile(s.h.journals[s.own].file)
			table := s.Table()
			disk.room = room
			_, err := s.Apply(action(5))
			if err == nil || errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), "no space left") || !strings.Contains(err.Error(), "everything before it is safe") {
				t.Fatalf("room for %d bytes: %v", room, err)
			}
			if now := journalOf(t, dir); string(now) != string(old) || s.Table() != table {
				t.Fatalf("room for %d bytes: the journal or the table changed", room)
			}
			disk.room = -1
			apply(t, s, action(5))
			if s = reopen(t, s); s.Version() != int64(before+1) || len(s.Warnings()) > 0 {
				t.Fatalf("room for %d bytes: version %d, warnings %q", room, s.Version(), s.Warnings())
			}
		}
	}
}

func TestADiskThatCannotSync(t *testing.T) {
	dir := t.TempDir()
	s := open(t, childOptions(dir))
	disk := withDisk(s)
	apply(t, s, action(0))
	old := journalOf(t, dir)

	disk.broken = "sync"
	_, err := s.Apply(action(1))
	if !errors.Is(err, errDisk) || !strings.Contains(err.Error(), "no more is written") || s.Version() != 1 {
		t.Errorf("got %v at version %d; want a disk error and version 1", err, s.Version())
	}
	disk.broken = ""
	if _, again := s.Apply(action(1)); again == nil || again.Error() != err.Error() {
		t.Errorf("got %v; want the same refusal until the project is opened again", again)
	}
	if now := journalOf(t, dir); string(now) != string(old) {
		t.Error("the journal holds an action that was not acknowledged")
	}
}

func TestAHalfLineThatCannotBeCut(t *testing.T) {
	dir := t.TempDir()
	s := open(t, childOptions(dir))
	disk := withDisk(s)
	apply(t, s, action(0))
	disk.room, disk.broken = 30, "truncate"
	if _, err := s.Apply(action(1)); err == nil || !strings.Contains(err.Error(), "could not be restored") {
		t.Errorf("got %v", err)
	}
	disk.room, disk.broken = -1, ""
	if _, err := s.Apply(action(2)); err == nil {
		t.Error("a line was written after half a line")
	}
	s.Close()
	s = open(t, childOptions(dir))
	if w := s.Warnings(); s.Version() != 1 || len(w) != 1 || !strings.Contains(w[0], "30 bytes that are no complete line") {
		t.Errorf("after reopening version %d, warnings %q; want 1 and the torn bytes", s.Version(), w)
	}
	apply(t, s, action(1))
	if s = reopen(t, s); s.Version() != 2 {
		t.Errorf("version %d; want 2", s.Version())
	}
}

// Replacing the file (as a checkout does) must not send labels into a file that has no name any more.
func TestAJournalThatWasReplaced(t *testing.T) {
	dir := t.TempDir()
	s := open(t, childOptions(dir))
	apply(t, s, action(0))
	data := journalOf(t, dir)
	if err := os.Remove(s.h.journals[s.own].file); err != nil {
		t.Fatal(err)
	}
	for _, again := range []bool{false, true} {
		if again {
			writeJournal(t, dir, "anna", data)
		}
		if _, err := s.Apply(action(1)); err == nil || !strings.Contains(err.Error(), "changed by something else") {
			t.Errorf("file there %v: got %v", again, err)
		}
	}
}
