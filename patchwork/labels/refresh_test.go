package labels

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func refresh(t *testing.T, s *Store, want bool) {
	t.Helper()
	if changed, err := s.Refresh(); err != nil || changed != want {
		t.Errorf("Refresh gives %v, %v; want %v", changed, err, want)
	}
}

func TestAReaderFollowsAWriter(t *testing.T) {
	dir, ix := t.TempDir(), index(t, "a", "b", "c")
	o := Options{Dir: dir, Annotator: "anna", Classes: []string{"water"}, Images: ix, ReadOnly: true}
	reader := open(t, o)
	refresh(t, reader, false)
	o.ReadOnly = false
	writer := open(t, o)
	for _, e := range []Event{label("water", Present, "a"), label("water", Absent, "b"), AddClass("sea", ""), {Kind: KindUndo}, {Kind: KindUndo}} {
		apply(t, writer, e)
		refresh(t, reader, true)
		refresh(t, reader, false)
		if got, want := csvOf(t, reader.Table()), csvOf(t, writer.Table()); got != want || reader.Version() != writer.Version() {
			t.Errorf("the reader has\n%s\nwant\n%s", got, want)
		}
	}
}

// A line that is still being written is not read, and not lost when it is complete.
func TestAReaderSeesHalfALine(t *testing.T) {
	dir := t.TempDir()
	line := written("1", 1, sets("water", 1, "a"))
	writeJournal(t, dir, "anna", []byte(head))
	s := open(t, Options{Dir: dir, Classes: []string{"water"}, Images: index(t, "a"), ReadOnly: true})
	for cut := 1; cut < len(line)-1; cut += 10 {
		writeJournal(t, dir, "anna", []byte(head+line[:cut]))
		refresh(t, s, false)
	}
	writeJournal(t, dir, "anna", []byte(head+line))
	refresh(t, s, true)
	if s.Table().Value(0, 0) != Present || len(s.Warnings()) > 0 {
		t.Errorf("the label is %v, warnings %q", s.Table().Value(0, 0), s.Warnings())
	}
}

// A bad line leaves the reader as it was, also in what it had read of other journals in the same go.
func TestRefreshOfABadLineChangesNothing(t *testing.T) {
	dir := t.TempDir()
	good := head + written("1", 1, sets("water", 1, "a"))
	writeJournal(t, dir, "anna", []byte(good))
	s := open(t, Options{Dir: dir, Classes: []string{"water"}, Images: index(t, "a", "b"), ReadOnly: true})
	writeJournal(t, dir, "anna", []byte(good+written("2", 2, sets("water", 0, "b"))))
	writeJournal(t, dir, "zoe", []byte(head+"nonsense\n"+written("3", 3, sets("water", 0, "a"))))
	for range 2 {
		if _, err := s.Refresh(); !errors.As(err, new(*JournalError)) {
			t.Errorf("got %v; want a *JournalError", err)
		}
		if got := values(s.Table(), 0); got != "1?" || s.Version() != 1 {
			t.Errorf("labels are %s at version %d; want 1? at 1", got, s.Version())
		}
	}
	writeJournal(t, dir, "zoe", []byte(head+written("3", 3, sets("water", 0, "a"))))
	refresh(t, s, true)
	if got := values(s.Table(), 0); got != "00" || s.Version() != 3 {
		t.Errorf("labels are %s at version %d; want 00 at 3", got, s.Version())
	}
}

func TestAJournalThatIsReplacedOrGoneIsReadAgain(t *testing.T) {
	dir := t.TempDir()
	writeJournal(t, dir, "anna", []byte(head+written("1", 1, sets("water", 1, "a"))+written("2", 2, sets("water", 0, "b"))))
	s := open(t, Options{Dir: dir, Classes: []string{"water"}, Images: index(t, "a", "b"), ReadOnly: true})
	file := filepath.Join(dir, "journal", "anna.jsonl")

	writeJournal(t, dir, "anna", []byte(head+written("1", 1, sets("water", 0, "a")))) // shorter
	refresh(t, s, true)
	if got := values(s.Table(), 0); got != "0?" {
		t.Errorf("labels are %s; want 0?", got)
	}
	os.Rename(file, file+".old") // another file of at least that length
	writeJournal(t, dir, "anna", []byte(head+written("1", 1, sets("water", -1, "a"))+written("2", 2, sets("water", 1, "b"))))
	refresh(t, s, true)
	if got := values(s.Table(), 0); got != "?1" {
		t.Errorf("labels are %s; want ?1", got)
	}
	os.Remove(file)
	refresh(t, s, true)
	if got := values(s.Table(), 0); got != "??" || s.Version() != 0 {
		t.Errorf("labels are %s at version %d; want none", got, s.Version())
	}
}
