package labels

import (
	"fmt"
	"os"
	"testing"
)

// cached makes a project whose cache holds everything, and returns what its table is.
func cached(t *testing.T) (o Options, want string) {
	o = childOptions(t.TempDir())
	s := open(t, o)
	for n := range 40 {
		apply(t, s, action(n))
	}
	apply(t, s, AddClass("sea", "salt"))
	apply(t, s, Event{Kind: KindExclude, Text: "dark", Set: []Change{{Value: 1, Images: []string{"3.jpg"}}}})
	want = csvOf(t, s.Table())
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return o, want
}

func TestTheCacheIsUsed(t *testing.T) {
	o, want := cached(t)
	o.ReadOnly = true
	s := open(t, o)
	if s.cached != 42 || csvOf(t, s.Table()) != want {
		t.Errorf("%d events came from the cache; want 42", s.cached)
	}
	if s.Table().Description(2) != "salt" || s.Table().ExcludeReason(3) != "dark" {
		t.Error("the cache lost a text")
	}
}

// Whatever happens to the cache, the table is the same.
func TestADamagedCacheChangesNothing(t *testing.T) {
	o, want := cached(t)
	o.ReadOnly = true
	file := open(t, o).cacheFile()
	good, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	check := func(what string, at int, used bool) {
		t.Helper()
		s := open(t, o)
		if got := s.cached > 0; got != used {
			t.Fatalf("%s at %d: the cache is used: %v", what, at, got)
		}
		if s.Version() != 42 || csvOf(t, s.Table()) != want {
			t.Fatalf("%s at %d: the table changed", what, at)
		}
	}
	for at := 0; at < len(good); at += 7 {
		bad := append([]byte(nil), good...)
		bad[at] ^= 1 << (at % 8)
		os.WriteFile(file, bad, 0o644)
		check("a changed bit", at, false)
	}
	for size := 0; size < len(good); size += 97 {
		os.WriteFile(file, good[:size], 0o644)
		check("a shorter file", size, false)
	}
	os.Remove(file)
	check("no file", 0, false)
	os.WriteFile(file, good, 0o644)
	check("the good file", 0, true)
}

// A writer leaves a cache behind without being closed, where opening had much to parse and now and then while it works.
func TestTheCacheIsWrittenAlongTheWay(t *testing.T) {
	o := childOptions(t.TempDir())
	text := head
	for i := range cacheTail {
		text += written(fmt.Sprint(i), 1, sets("water", i%2, "3.jpg"))
	}
	writeJournal(t, o.Dir, "anna", []byte(text))
	s := open(t, o)
	reader := o
	reader.ReadOnly = true
	if r := open(t, reader); r.cached != cacheTail {
		t.Errorf("after opening %d events are cached; want %d", r.cached, cacheTail)
	}
	for range 2 {
		s.cached -= cacheEvery - 1 // as if so many events had been applied
		apply(t, s, label("water", Present, "4.jpg"))
		if r := open(t, reader); r.cached != len(s.h.order) {
			t.Errorf("%d events are cached; want %d", r.cached, len(s.h.order))
		}
		apply(t, s, label("water", Absent, "4.jpg"))
		if r := open(t, reader); r.cached != len(s.h.order)-1 || r.Table().Value(4, 0) != Absent {
			t.Errorf("%d events are cached; want %d and the last from the journal", r.cached, len(s.h.order)-1)
		}
	}
}

// The cache does not outlive what it was made from.
func TestACacheOfOtherFilesIsNotUsed(t *testing.T) {
	o, _ := cached(t)
	data := journalOf(t, o.Dir)
	at := len(data) / 2
	for data[at] != '1' || data[at-1] != ':' || data[at+1] != ',' { // a value
		at++
	}
	data[at] = '0'
	writeJournal(t, o.Dir, "anna", data)
	o.ReadOnly = true
	s := open(t, o)
	if s.cached != 0 {
		t.Error("the cache of a journal that was edited is used")
	}
	edited := csvOf(t, s.Table())

	os.Remove(s.cacheFile())
	o.ReadOnly = false
	open(t, o).Close()
	o.ReadOnly = true
	if s := open(t, o); s.cached != 42 || csvOf(t, s.Table()) != edited {
		t.Error("the new cache is not used, or differs")
	}
	other := o
	other.Images = numbered(t, 60)
	if s := open(t, other); s.cached != 0 || s.Table().Len() != 60 {
		t.Error("the cache is used with other images")
	}
	os.Remove(open(t, o).h.journals[0].file)
	if s := open(t, o); s.cached != 0 || s.Version() != 0 {
		t.Error("the cache is used although its journal is gone")
	}
}

// Decoding never panics, even if the checksum fits.
func FuzzDecodeHistory(f *testing.F) {
	h := newHistory(none{})
	h.journals = append(h.journals, &journal{annotator: "anna", covered: 9})
	h.add([]*record{{id: "1", kind: KindLabel, ops: []op{{h.column("x"), 1, 0, 0}}}, {id: "2", time: 1, kind: KindUndo, target: "1"}})
	good := encodeHistory(h, "images")
	if back, fits := decodeHistory(good, none{}); back == nil || fits != "images" || len(back.order) != 2 || back.order[1].target != "1" {
		f.Fatalf("decoded %+v", back)
	}
	f.Add(good[len(cacheMagic) : len(good)-16])
	f.Add([]byte("\x0cimages\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01"))
	f.Fuzz(func(t *testing.T, body []byte) {
		data := append([]byte(cacheMagic), body...)
		data = append(data, checksum{}.add(data).String()...)
		if h, _ := decodeHistory(data, none{}); h != nil {
			for _, r := range h.order {
				for _, o := range r.ops {
					_ = h.rows[o.lo:o.hi]
					_ = h.names[o.column]
				}
			}
		}
	})
}
