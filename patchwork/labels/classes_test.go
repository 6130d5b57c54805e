package labels

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// hostileNames are names that a page, a CSV file or a filter could take for something else.
var hostileNames = []string{`<img src=x onerror="alert(1)">`, `a,"b"`, "unlabeled: water", "water#0123456789ab", "ماء", "🦆", strings.Repeat("w", 10_000), "note", "unsure", "label"}

func classStore(t testing.TB, classes ...string) *Store {
	return open(t, Options{Dir: t.TempDir(), Classes: classes, Images: index(t, "a", "b", "c", "d")})
}

func refused(t *testing.T, s *Store, e Event, want error, says string) {
	t.Helper()
	before := s.Version()
	_, err := s.Apply(e)
	if !errors.Is(err, ErrRefused) || want != nil && !errors.Is(err, want) || !strings.Contains(fmt.Sprint(err), says) {
		t.Errorf("%s %q gives %v; want %v that says %q", e.Kind, e.Classes, err, want, says)
	}
	if s.Version() != before {
		t.Errorf("%s %q was refused and written", e.Kind, e.Classes)
	}
}

// A renamed class keeps its labels, its place, and what is still written under its old name; the declared name does not
// come back as an empty class, in this session or a later one.
func TestRename(t *testing.T) {
	for _, name := range append(hostileNames, "lake") {
		s := classStore(t, "water", "road")
		apply(t, s, label("water", Present, "a"))
		apply(t, s, RenameClass("water", name))
		apply(t, s, label("water", Absent, "b"))
		apply(t, s, label(name, Present, "c"))
		for range 2 {
			table := s.Table()
			if got := table.Classes(); !slices.Equal(got, []string{name, "road"}) || values(table, 0) != "101?" {
				t.Errorf("the classes are %q with %s; want %q first with 101?", got, values(table, 0), name)
			}
			if now, ok := table.Resolve("water"); now != name || !ok {
				t.Errorf("water resolves to %q, %v", now, ok)
			}
			if !strings.HasPrefix(csvOf(t, table), "filepath,exclude,validation,subset,"+quote(name)+",road\n") {
				t.Errorf("labels.csv of %q begins %.80s", name, csvOf(t, table))
			}
			if rows := table.Rows(Filter{Subset: SubsetFilter{ClassPresent, "water"}}); !slices.Equal(rows, []int{0, 2}) {
				t.Errorf("the filter of the old name finds %v", rows)
			}
			if w := s.Warnings(); len(w) > 0 {
				t.Errorf("warnings %q", w)
			}
			s = reopen(t, s)
		}
	}
}

// Of two people who rename one class the later has the last word, and both names find it. A name that has come to mean
// another class meanwhile is not taken: the renaming has no effect, and a warning says so.
func TestRenamesOfSeveralPeople(t *testing.T) {
	dir, images := t.TempDir(), index(t, "a", "b")
	anna := open(t, Options{Dir: dir, Annotator: "anna", Classes: []string{"water", "sea"}, Images: images})
	bob := open(t, Options{Dir: dir, Annotator: "bob", Classes: []string{"water", "sea"}, Images: images})
	apply(t, anna, RenameClass("water", "lake"))
	apply(t, bob, RenameClass("water", "river"))
	apply(t, anna, label("lake", Present, "a"))
	apply(t, bob, label("river", Absent, "b"))
	apply(t, anna, AddClass("ice", ""))
	apply(t, bob, RenameClass("sea", "ice"))
	for _, s := range []*Store{anna, bob} {
		if _, err := s.Refresh(); err != nil {
			t.Fatal(err)
		}
		got := s.Table().Classes()
		if !slices.Contains(got, "ice") || !slices.Contains(got, "sea") || len(got) != 3 || values(s.Table(), 0) != "10" {
			t.Errorf("%s sees %q with %s; want the class water under its last name with 10, sea and ice", s.Annotator(), got, values(s.Table(), 0))
		}
		if w := strings.Join(s.Warnings(), "\n"); !strings.Contains(w, "1 renamings have no effect") {
			t.Errorf("the warnings are %q", w)
		}
	}
	if csvOf(t, anna.Table()) != csvOf(t, bob.Table()) {
		t.Error("anna and bob see different tables")
	}
}

// Who writes the new name into project.yaml has not declared a second class.
func TestADeclarationAfterTheRenaming(t *testing.T) {
	s := classStore(t, "road", "water")
	apply(t, s, label("water", Present, "a"))
	apply(t, s, RenameClass("water", "lake"))
	s.o.Classes = []string{"lake", "road"}
	s = reopen(t, s)
	if got := s.Table().Classes(); !slices.Equal(got, []string{"lake", "road"}) || values(s.Table(), 0) != "1???" {
		t.Errorf("the classes are %q, lake %s", got, values(s.Table(), 0))
	}
}

func TestChangesOfClassesThatAreRefused(t *testing.T) {
	s := classStore(t, "water", "road", "ice")
	apply(t, s, RenameClass("water", "lake"))
	apply(t, s, RetireClasses("ice"))
	for _, tt := range []struct {
		event Event
		want  error
		says  string
	}{
		{RenameClass("lake", "road"), ErrClassExists, `merge "lake" into it`},
		{RenameClass("road", "water"), ErrClassExists, `was a name of class "lake"`},
		{RenameClass("lake", "lake"), nil, "twice"},
		{RenameClass("water", "lake"), ErrEmptyEvent, "so already"},
		{RenameClass("sea", "ocean"), ErrUnknownClass, "sea"},
		{RenameClass("road", "exclude"), nil, "reserved"},
		{RenameClass("road", "two\nlines"), nil, "control"},
		{RenameClass("road", ""), nil, "no name"},
		{AddClass("water", ""), ErrClassExists, `was a name of class "lake"`},
		{AddClass("ice", ""), ErrClassExists, "restore it"},
		{RetireClasses("ice"), ErrEmptyEvent, "retired already"},
		{RestoreClasses("road"), ErrEmptyEvent, "not retired"},
		{DescribeClass("sea", "x"), ErrUnknownClass, "sea"},
		{OrderClasses("road", "ice"), ErrUnknownClass, "retired"},
		{OrderClasses("water", "lake"), nil, "same class"},
		{GroupClasses("road", "sea"), ErrUnknownClass, "sea"},
		{OrderClasses(), nil, "1 or more"},
		{Event{Kind: KindClassMerge, Classes: []string{"lake", "water"}}, nil, "same class"},
		{Event{Kind: KindClassMerge, Classes: []string{"lake", "ice"}}, ErrUnknownClass, "retired"},
		{Event{Kind: KindClassSplit, Classes: []string{"road", "street", "lake"}}, ErrClassExists, "lake"},
		{Event{Kind: KindClassSplit, Classes: []string{"road", "street"}}, nil, "3 or more"},
		{Event{Kind: KindClassRename, Classes: []string{"road", "way"}, Set: label("road", 1, "a").Set}, nil, "only name classes"},
	} {
		refused(t, s, tt.event, tt.want, tt.says)
	}
	apply(t, s, RenameClass("lake", "water")) // back to a name it had
	if got := s.Table().Classes(); !slices.Equal(got, []string{"water", "road"}) {
		t.Errorf("the classes are %q", got)
	}
}

// A retired class is not asked for and not in the table; what is labelled under its name is there when it comes back.
func TestRetire(t *testing.T) {
	s := classStore(t, "water", "road")
	apply(t, s, label("water", Present, "a"))
	apply(t, s, label("road", Present, "a"))
	apply(t, s, RetireClasses("water"))
	apply(t, s, label("water", Absent, "b"))
	table := s.Table()
	if got := table.Classes(); !slices.Equal(got, []string{"road"}) || len(table.Counts()) != 1 || table.Status(0) != Labelled {
		t.Errorf("the classes are %q, %d counted, row 0 is %v", got, len(table.Counts()), table.Status(0))
	}
	if _, ok := table.Resolve("water"); ok || !table.AllClasses()[0].Retired {
		t.Error("water is not retired")
	}
	if err := table.CheckFilter(Filter{Subset: SubsetFilter{ClassPresent, "water"}}); !errors.Is(err, ErrUnknownClass) {
		t.Errorf("the filter of a retired class gives %v", err)
	}
	apply(t, s, RestoreClasses("water"))
	if table = s.Table(); !slices.Equal(table.Classes(), []string{"water", "road"}) || values(table, 0) != "10??" {
		t.Errorf("restored: %q, %s", table.Classes(), values(table, 0))
	}
}

func TestDescribeAndOrder(t *testing.T) {
	s := classStore(t, "a1", "b1", "c1")
	apply(t, s, AddClass("d1", "the fourth"))
	apply(t, s, DescribeClass("b1", `<b>the "second"</b>`))
	apply(t, s, OrderClasses("d1", "b1"))
	table := s.Table()
	if got := table.Classes(); !slices.Equal(got, []string{"d1", "b1", "a1", "c1"}) || table.Description(0) != "the fourth" || table.Description(1) != `<b>the "second"</b>` {
		t.Errorf("%q, %q, %q", got, table.Description(0), table.Description(1))
	}
	apply(t, s, DescribeClass("d1", ""))
	if got := s.Table().Description(0); got != "" {
		t.Errorf("the description is %q", got)
	}
	for range 3 {
		s.Undo("")
	}
	if table = s.Table(); !slices.Equal(table.Classes(), []string{"a1", "b1", "c1", "d1"}) || table.Description(1) != "" || table.Description(3) != "the fourth" {
		t.Errorf("undone: %+v", table.AllClasses())
	}
}

// Unsure is a mark of its own: a class may bear the name.
func TestUnsure(t *testing.T) {
	s := classStore(t, "unsure")
	apply(t, s, label("unsure", Present, "a"))
	apply(t, s, Event{Kind: KindUnsure, Set: []Change{{Value: 1, Images: []string{"b", "c"}}}})
	apply(t, s, Event{Kind: KindUnsure, Set: []Change{{Value: 0, Images: []string{"c"}}}})
	s = reopen(t, s)
	if table := s.Table(); table.Unsure(0) || !table.Unsure(1) || table.Unsure(2) || values(table, 0) != "1???" {
		t.Errorf("unsure %v %v %v, the class %s", table.Unsure(0), table.Unsure(1), table.Unsure(2), values(table, 0))
	}
	if rows := s.Table().Rows(Filter{Unsure: true}); !slices.Equal(rows, []int{1}) {
		t.Errorf("unsure rows are %v", rows)
	}
	s.Undo("")
	if !s.Table().Unsure(2) {
		t.Error("the mark did not come back")
	}
	refused(t, s, Event{Kind: KindDistinct, Set: []Change{{Value: 1, Images: []string{"a"}}}}, nil, "1 image is said to be distinct; want two or more")
	refused(t, s, Event{Kind: KindUnsure, Set: []Change{{Value: -1, Images: []string{"a"}}}}, nil, "unsure has the value -1")
}

// A journal and cache of before classes could change are read as they were: this is a journal that version wrote.
func TestJournalsOfBefore(t *testing.T) {
	dir := t.TempDir()
	lines := head + written("1", 1, sets("water", 1, "a")) + written("2", 2, `"kind":"class-add","classes":["unsure","note"],"text":"x"`) +
		written("3", 3, `"kind":"label","set":[{"classes":["unsure","note"],"value":0,"imgs":["b"]},{"class":"exclude","value":1,"imgs":["c"]}],"classes":["late"]`) +
		written("4", 4, `"kind":"undo","target":"1"`) + written("5", 5, `"kind":"redo","target":"1"`)
	writeJournal(t, dir, "anna", []byte(lines))
	if err := os.WriteFile(filepath.Join(dir, "journal", "replay.cache"), []byte("patchwork replay cache 1\nwhatever came then"), 0o644); err != nil {
		t.Fatal(err)
	}
	s := open(t, Options{Dir: dir, Classes: []string{"water"}, Images: index(t, "a", "b", "c")})
	want := "filepath,exclude,validation,subset,water,unsure,note,late\na,False,False,,1,,,\nb,False,False,,,0,0,\nc,True,False,,,,,\n"
	if got := csvOf(t, s.Table()); got != want || len(s.Warnings()) > 0 {
		t.Errorf("the table is\n%s\nwarnings %q; want\n%s", got, s.Warnings(), want)
	}
	if err := s.saveCache(); err != nil {
		t.Fatal(err)
	}
	s = reopen(t, s)
	if got := csvOf(t, s.Table()); got != want || s.cached != 5 {
		t.Errorf("from the cache of %d events:\n%s", s.cached, got)
	}
}

func TestImportUnderFormerNames(t *testing.T) {
	s := classStore(t, "water", "ice")
	apply(t, s, RenameClass("water", "lake"))
	apply(t, s, RetireClasses("ice"))
	file := filepath.Join(t.TempDir(), "old.csv")
	for text, problem := range map[string]string{
		"filepath,water\na,1\nb,0\n":        "",
		"filepath,water,lake\na,1,0\n":      "comes twice",
		"filepath,water,ice\na,1,0\nb,0,\n": "retired",
	} {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		e, _, err := ImportCSV(s.Table(), s.o.Images, file, ImportOptions{AddClasses: true})
		if problem != "" {
			if err == nil || !strings.Contains(err.Error(), problem) {
				t.Errorf("%q gives %v; want a problem that says %q", text, err, problem)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		apply(t, s, e)
		if table := s.Table(); len(table.Classes()) != 1 || values(table, 0) != "10??" {
			t.Errorf("imported: %q, %s", table.Classes(), values(table, 0))
		}
	}
}

// drawn makes a journal of events about classes from bytes, without asking whether they make sense.
func drawn(data []byte) (text string, events []Event) {
	names := []string{"a", "b", "c", `"d"`, "e"}
	kinds := []Kind{KindLabel, KindLabel, KindClassAdd, KindClassRename, KindClassDescribe, KindClassRetire, KindClassRestore, KindClassOrder, KindClassMerge,
		KindClassSplit, KindClassGroup, KindUndo, KindRedo}
	text = head
	for i := 0; i+2 < len(data) && i < 120; i += 3 {
		kind, x, y := kinds[int(data[i])%len(kinds)], int(data[i+1]), int(data[i+2])
		e := Event{ID: fmt.Sprint(i), By: "anna", Time: fromMilli(int64(i + 1)), Kind: kind}
		var list []string
		for k := range 3 {
			if name := names[(x+k*(y%4+1))%len(names)]; !slices.Contains(list, name) {
				list = append(list, name)
			}
		}
		switch kind {
		case KindLabel:
			e.Set = []Change{{Class: list[0], Value: int8(y%3 - 1), Images: []string{[]string{"p", "q"}[y/3%2]}}}
		case KindUndo, KindRedo:
			e.Target = fmt.Sprint(3 * (x % max(1, i/3)))
		case KindClassAdd:
			e.Classes = list[:1]
		default:
			e.Classes = list[:min(len(list), arity[kind][1])]
			if kind == KindClassDescribe {
				e.Text = list[len(list)-1]
			}
		}
		if e.check() != nil {
			continue
		}
		line, err := encode(e)
		if err != nil {
			panic(err)
		}
		text += string(line)
		events = append(events, e)
	}
	return text, events
}

// Whatever classes a journal changes, in any order and with any undos, the table is the fold of its live events, and the
// cache gives the same.
func FuzzChangesOfClasses(f *testing.F) {
	f.Add([]byte("\x00\x01\x02\x03\x00\x01\x00\x00\x02\x08\x01\x01\x00\x00\x01\x0b\x02\x00\x09\x01\x02"))
	f.Add([]byte("\x08\x00\x00\x03\x00\x01\x08\x01\x00\x00\x00\x02\x0a\x00\x00\x05\x01\x01\x0b\x00\x00\x0c\x00\x00"))
	f.Add([]byte("\x09\x00\x00\x09\x01\x00\x00\x00\x01\x08\x02\x03\x07\x04\x00\x04\x01\x02\x06\x00\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		text, events := drawn(data)
		ix := index(t, "p", "q")
		o := Options{Dir: t.TempDir(), Annotator: "anna", Classes: []string{"a", "b"}, Images: ix}
		writeJournal(t, o.Dir, "anna", []byte(text))
		s := open(t, o)
		want := fold(o.Classes, events)
		if err := want.compare(s.Table(), ix); err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		if err := foldWrites(s); err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		if err := s.saveCache(); err != nil {
			t.Fatal(err)
		}
		if s = reopen(t, s); s.cached != len(events) {
			t.Fatalf("the cache has %d events of %d", s.cached, len(events))
		}
		if err := want.compare(s.Table(), ix); err != nil {
			t.Fatalf("from the cache: %v\n%s", err, text)
		}
	})
}

// A name that became part of another class names neither the class to rename nor its new name: the event would change
// nothing that anybody sees.
func TestNamesOfMergedClassesDoNotRename(t *testing.T) {
	s := open(t, Options{Dir: t.TempDir(), Classes: []string{"lake", "water"}, Images: index(t, "1")})
	apply(t, s, Event{Kind: KindClassMerge, Classes: []string{"lake", "water"}})
	for _, names := range [][2]string{{"lake", "sea"}, {"water", "lake"}} {
		if _, err := s.Apply(RenameClass(names[0], names[1])); !errors.Is(err, ErrClassExists) || !errors.Is(err, ErrRefused) {
			t.Errorf("renaming %q to %q gives %v", names[0], names[1], err)
		}
	}
	apply(t, s, RenameClass("water", "sea"))
	if now, ok := s.Table().Resolve("lake"); now != "sea" || !ok {
		t.Errorf("lake is %q, %v; want sea", now, ok)
	}
}

// What is said of the classes does not depend on the order in which a program came to read the journals.
func TestFormerNamesAreTheSameForEveryone(t *testing.T) {
	dir, ix := t.TempDir(), index(t, "1")
	anna := open(t, Options{Dir: dir, Classes: []string{"a"}, Images: ix})
	bob := open(t, Options{Dir: dir, Annotator: "bob", Classes: []string{"a"}, Images: ix})
	begin := time.Now()
	for i, step := range []struct {
		by   *Store
		what Event
	}{{bob, RenameClass("a", "z")}, {anna, RenameClass("a", "m")}, {anna, RenameClass("m", "x")}} {
		step.what.Time = begin.Add(time.Duration(i) * time.Second) // of events in one millisecond the annotator's name decides
		apply(t, step.by, step.what)
	}
	for _, s := range []*Store{anna, bob} {
		if _, err := s.Refresh(); err != nil {
			t.Fatal(err)
		}
		if c := s.Table().AllClasses(); len(c) != 1 || c[0].Name != "x" || !slices.Equal(c[0].Former, []string{"a", "m", "z"}) {
			t.Errorf("%s sees %+v", s.Annotator(), c)
		}
	}
}
