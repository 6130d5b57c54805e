package labels

import (
	"os"
	"path/filepath"
	"testing"
)

// The journals of the version before classes could change give the same labels.csv, byte for byte, and the cache of that
// version is replaced without a word.
func TestJournalsFromBeforeClassesChanged(t *testing.T) {
	o := Options{Dir: t.TempDir(), Classes: []string{"a", "b", "unsure", "note"}, Images: index(t, "p/1.jpg", "p/2.jpg", "p/3.jpg", "q/1.jpg", "../é,1.jpg")}
	if err := os.CopyFS(o.Dir, os.DirFS("testdata/before-classes")); err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile(filepath.Join(o.Dir, "labels.csv"))
	if err != nil {
		t.Fatal(err)
	}
	journal := journalOf(t, o.Dir)
	s := open(t, o)
	if got := csvOf(t, s.Table()); got != string(want) || s.cached != 0 || s.Version() < 50 {
		t.Errorf("%d events, %d of them cached, give\n%s\nwant\n%s", s.Version(), s.cached, got, want)
	}
	for _, w := range s.Warnings() {
		t.Logf("warning: %s", w)
	}
	s = reopen(t, s)
	if got := csvOf(t, s.Table()); got != string(want) || s.cached == 0 {
		t.Errorf("with a new cache of %d events the table is\n%s\nwant\n%s", s.cached, got, want)
	}
	if string(journalOf(t, o.Dir)) != string(journal) {
		t.Error("opening changed the journal")
	}
}
