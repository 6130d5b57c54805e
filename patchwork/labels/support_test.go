package labels

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/imageset"
)

// index makes an image index with these IDs, each with a content of its own.
func index(t testing.TB, ids ...string) *imageset.Index {
	t.Helper()
	images := make([]imageset.Image, len(ids))
	for i, id := range ids {
		images[i] = imageset.Image{ID: id, Hash: fmt.Sprintf("%016x", 0xabcd<<40+i*0x10001), Width: 8, Height: 8}
	}
	return indexOf(t, images)
}

func indexOf(t testing.TB, images []imageset.Image) *imageset.Index {
	t.Helper()
	ix, err := imageset.NewIndex(slices.Clone(images))
	if err != nil {
		t.Fatal(err)
	}
	return ix
}

// numbered makes an index of n images img/0000000.jpg and so on.
func numbered(t testing.TB, n int) *imageset.Index {
	t.Helper()
	ids := make([]string, n)
	for i := range ids {
		ids[i] = fmt.Sprintf("img/%07d.jpg", i)
	}
	return index(t, ids...)
}

// open opens a store that is closed with the test.
func open(t testing.TB, o Options) *Store {
	t.Helper()
	if o.Annotator == "" {
		o.Annotator = "anna"
	}
	s, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// reopen closes a store and opens it again.
func reopen(t testing.TB, s *Store) *Store {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return open(t, s.o)
}

func apply(t testing.TB, s *Store, e Event) Applied {
	t.Helper()
	a, err := s.Apply(e)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// label is the event that gives a class a value on some images.
func label(class string, value Tri, refs ...string) Event {
	return Event{Kind: KindLabel, Set: []Change{{Class: class, Value: int8(value), Images: refs}}}
}

// journalOf reads the journal of anna.
func journalOf(t testing.TB, dir string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, "journal", "anna.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func writeJournal(t testing.TB, dir, annotator string, data []byte) {
	t.Helper()
	file := filepath.Join(dir, "journal", annotator+".jsonl")
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// csvOf is the table as WriteCSV writes it.
func csvOf(t testing.TB, table *Table) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "table.csv")
	if err := table.SaveCSV(file); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
