package labels

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestApplyIsInTheTableTheJournalAndTheNextOpening(t *testing.T) {
	dir := t.TempDir()
	s := open(t, Options{Dir: dir, Classes: []string{"water", "forest"}, Images: index(t, "a.jpg", "b.jpg", "c, d.jpg")})
	done := apply(t, s, label("water", Present, "a.jpg", "c, d.jpg"))
	apply(t, s, Event{Kind: KindExclude, Text: "blurred", Set: []Change{{Value: 1, Images: []string{"b.jpg"}}}})
	apply(t, s, Event{Kind: KindNote, Text: "look again", Set: []Change{{Images: []string{"a.jpg"}}}})
	apply(t, s, Event{Kind: KindValidation, Set: []Change{{Value: 1, Images: []string{"a.jpg"}}}})
	apply(t, s, label("forest", Absent, "a.jpg"))

	if done.Version != 1 || done.Event.ID == "" || done.Event.By != "anna" || time.Since(done.Event.Time) > time.Minute {
		t.Errorf("Applied is %+v; want version 1 with id, by and time filled in", done)
	}
	if len(done.Rows) != 2 || done.Rows[0] != 0 || done.Rows[1] != 2 {
		t.Errorf("Rows are %v; want [0 2]", done.Rows)
	}
	for _, when := range []string{"at once", "after reopening", "after reopening without the cache"} {
		table := s.Table()
		if table.Value(0, 0) != Present || table.Value(1, 0) != Unknown || table.Value(0, 1) != Absent || table.Value(2, 1) != Unknown {
			t.Errorf("%s: values are wrong", when)
		}
		if !table.Excluded(1) || table.Excluded(0) || table.ExcludeReason(1) != "blurred" || table.Note(0) != "look again" || !table.Validation(0) {
			t.Errorf("%s: a flag or text is wrong", when)
		}
		if table.Status(0) != Labelled || table.Status(1) != Unlabelled || table.Status(2) != Partial {
			t.Errorf("%s: a status is wrong", when)
		}
		if table.LabelledAt(2) != done.Event.Time || !table.LabelledAt(1).IsZero() {
			t.Errorf("%s: LabelledAt is %v and %v; want %v and zero", when, table.LabelledAt(2), table.LabelledAt(1), done.Event.Time)
		}
		if s.Version() != 5 {
			t.Errorf("%s: version %d; want 5", when, s.Version())
		}
		s = reopen(t, s)
		if when == "after reopening" {
			os.Remove(s.cacheFile())
		}
	}
	got, err := os.ReadFile(filepath.Join(dir, "labels.csv"))
	want := "filepath,exclude,validation,subset,water,forest\na.jpg,False,True,,1,0\nb.jpg,True,False,,,\n\"c, d.jpg\",False,False,,1,\n"
	if err != nil || string(got) != want {
		t.Errorf("labels.csv is\n%s\nwant\n%s(by hand)", got, want)
	}
}

func TestApplyRefuses(t *testing.T) {
	s := open(t, Options{Dir: t.TempDir(), Classes: []string{"water"}, Images: index(t, "a.jpg")})
	apply(t, s, label("water", Present, "a.jpg"))
	before := csvOf(t, s.Table())
	tests := []struct {
		name string
		e    Event
		is   error
		says string
	}{
		{"unknown class", label("sea", Present, "a.jpg"), ErrUnknownClass, `unknown class "sea"; the classes are ["water"]`},
		{"unknown image", label("water", Present, "z.jpg"), ErrUnknownImage, `unknown image "z.jpg"`},
		{"value", label("water", 2, "a.jpg"), ErrRefused, `value 2; want 1 (present), 0 (absent) or -1`},
		{"flag value", Event{Kind: KindExclude, Set: []Change{{Value: -1, Images: []string{"a.jpg"}}}}, ErrRefused, "want 1 (set) or 0 (clear)"},
		{"nothing", label("water", Present), ErrEmptyEvent, "names no image"},
		{"kind", Event{Kind: "rename"}, ErrRefused, "newer patchwork"},
		{"class twice", AddClass("water", ""), ErrClassExists, `"water"; name each class once`},
		{"reserved class", AddClass("Subset", ""), ErrRefused, "reserved name"},
		{"empty class", AddClass(" ", ""), ErrRefused, "has no name"},
		{"class with spaces", AddClass("sea ", ""), ErrRefused, "spaces at its ends"},
		{"no class", Event{Kind: KindLabel, Set: []Change{{Images: []string{"a.jpg"}}}}, ErrRefused, "must name one"},
		{"unknown target", Event{Kind: KindUndo, Target: "gone"}, ErrUnknownEvent, `"gone"`},
		{"redo of nothing", Event{Kind: KindRedo}, ErrNothingToRedo, "nothing to redo for anna"},
		{"another annotator", Event{By: "bob", Kind: KindNote}, ErrRefused, `by "bob"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := s.Apply(tt.e)
			if !errors.Is(err, tt.is) || !errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("got %v; want %v that says %q", err, tt.is, tt.says)
			}
		})
	}
	if csvOf(t, s.Table()) != before || s.Version() != 1 {
		t.Error("a refused event changed the table")
	}
}

func TestARepeatedIDChangesNothing(t *testing.T) {
	s := open(t, Options{Dir: t.TempDir(), Classes: []string{"water"}, Images: index(t, "a.jpg")})
	e := label("water", Present, "a.jpg")
	e.ID = "page-1"
	apply(t, s, e)
	apply(t, s, label("water", Absent, "a.jpg"))
	for range 2 {
		again, err := s.Apply(e)
		if err != nil || !again.Repeated || again.Event.ID != "page-1" || again.Version != 2 {
			t.Errorf("got %+v, %v; want Repeated at version 2", again, err)
		}
		if s.Table().Value(0, 0) != Absent {
			t.Error("the repeated event was applied")
		}
		s = reopen(t, s)
	}
	for range 2 { // a message that says undo and is sent twice
		if e, err := s.Undo("page-2"); err != nil || e.Set[0].Value != 0 {
			t.Errorf("Undo gives %+v, %v; want the second event", e, err)
		}
	}
	if s.Table().Value(0, 0) != Present {
		t.Error("the repeated undo took back a second event")
	}
}

func TestOpenRefusesBadOptions(t *testing.T) {
	_, err := Open(Options{Dir: filepath.Join(t.TempDir(), "none"), Annotator: "a/b", Classes: []string{"x", "x", "", "exclude"}})
	for _, want := range []string{"project folder", `annotator "a/b"`, `"x" is named twice`, `has no name`, "reserved name"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error %v does not say %q", err, want)
		}
	}
}
