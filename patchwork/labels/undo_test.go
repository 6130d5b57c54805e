package labels

import (
	"errors"
	"strings"
	"testing"
)

// values are a class of all rows as text: 1, 0 and ? for unknown.
func values(t *Table, class int) string {
	var b strings.Builder
	for _, v := range t.Column(class) {
		b.WriteByte("?01"[v+1])
	}
	return b.String()
}

// Undo and redo go back and forth over everything, bulk actions included, also in a later session.
func TestUndoAndRedoReachEverything(t *testing.T) {
	s := open(t, Options{Dir: t.TempDir(), Classes: []string{"water"}, Images: index(t, "a", "b", "c", "d")})
	states := []string{values(s.Table(), 0)}
	for _, e := range []Event{label("water", Present, "a"), label("water", Absent, "a", "b", "c", "d"), label("water", Unknown, "b"), label("water", Present, "c")} {
		apply(t, s, e)
		states = append(states, values(s.Table(), 0))
	}
	for round := range 2 {
		for i := len(states) - 2; i >= 0; i-- {
			if round == 1 && i == 1 {
				s = reopen(t, s)
			}
			if _, err := s.Undo(""); err != nil {
				t.Fatal(err)
			}
			if got := values(s.Table(), 0); got != states[i] {
				t.Fatalf("after undoing to %d: %s; want %s", i, got, states[i])
			}
		}
		if _, err := s.Undo(""); !errors.Is(err, ErrNothingToUndo) || !errors.Is(err, ErrRefused) {
			t.Errorf("got %v; want ErrNothingToUndo", err)
		}
		for i := 1; i < len(states); i++ {
			if round == 1 && i == 2 {
				s = reopen(t, s)
			}
			if _, err := s.Redo(""); err != nil {
				t.Fatal(err)
			}
			if got := values(s.Table(), 0); got != states[i] {
				t.Fatalf("after redoing to %d: %s; want %s", i, got, states[i])
			}
		}
		if _, err := s.Redo(""); !errors.Is(err, ErrNothingToRedo) {
			t.Errorf("got %v; want ErrNothingToRedo", err)
		}
	}
}

func TestANewActionForgetsWhatCouldBeRedone(t *testing.T) {
	s := open(t, Options{Dir: t.TempDir(), Classes: []string{"water"}, Images: index(t, "a", "b")})
	apply(t, s, label("water", Present, "a"))
	s.Undo("")
	apply(t, s, label("water", Absent, "b"))
	if _, err := s.Redo(""); !errors.Is(err, ErrNothingToRedo) {
		t.Errorf("got %v; want ErrNothingToRedo", err)
	}
	if e, err := s.Undo(""); err != nil || e.Set[0].Value != 0 {
		t.Errorf("Undo gives %+v, %v; want the event on b", e, err)
	}
	if got := values(s.Table(), 0); got != "??" {
		t.Errorf("labels are %s; want none", got)
	}
}

// Undoing an event in the middle leaves what was said about the same cell later; redoing it does not cover that.
func TestLaterEventsStayOverAnUndo(t *testing.T) {
	s := open(t, Options{Dir: t.TempDir(), Classes: []string{"water"}, Images: index(t, "a", "b", "c")})
	apply(t, s, label("water", Absent, "a", "b"))
	middle := apply(t, s, label("water", Present, "a", "b", "c")).Event.ID
	apply(t, s, label("water", Unknown, "a"))
	steps := []struct {
		kind Kind
		want string
	}{{KindUndo, "?0?"}, {KindRedo, "?11"}, {KindUndo, "?0?"}, {KindUndo, "?0?"}, {KindRedo, "?11"}}
	for _, step := range steps {
		done := apply(t, s, Event{Kind: step.kind, Target: middle})
		if got := values(s.Table(), 0); got != step.want {
			t.Errorf("%s: labels are %s; want %s (by hand)", step.kind, got, step.want)
		}
		if len(done.Rows) != 3 {
			t.Errorf("%s: Rows are %v; want those of the event in the middle", step.kind, done.Rows)
		}
	}
}

func TestUndoIsForOnesOwnActions(t *testing.T) {
	dir, ix := t.TempDir(), index(t, "a", "b")
	anna := open(t, Options{Dir: dir, Classes: []string{"water"}, Images: ix})
	bob := open(t, Options{Dir: dir, Annotator: "bob", Classes: []string{"water"}, Images: ix})
	apply(t, anna, label("water", Present, "a"))
	bob.Refresh()
	apply(t, bob, label("water", Absent, "a", "b"))
	anna.Refresh()
	if got := values(anna.Table(), 0); got != "00" {
		t.Errorf("labels are %s; want bob's, the last", got)
	}
	if e, err := anna.Undo(""); err != nil || e.By != "anna" {
		t.Errorf("anna's undo gives %+v, %v", e, err)
	}
	if got := values(anna.Table(), 0); got != "00" {
		t.Errorf("labels are %s; want bob's to stay", got)
	}
	if _, err := anna.Undo(""); !errors.Is(err, ErrNothingToUndo) {
		t.Errorf("got %v; want ErrNothingToUndo", err)
	}
	bob.Refresh()
	if _, err := bob.Undo(""); err != nil || values(bob.Table(), 0) != "??" {
		t.Errorf("after both undos labels are %s, %v", values(bob.Table(), 0), err)
	}
}

// Classes come and go with the events that add them or label them.
func TestUndoOfAClass(t *testing.T) {
	s := open(t, Options{Dir: t.TempDir(), Classes: []string{"water"}, Images: index(t, "a", "b")})
	apply(t, s, AddClass("pier, \"old\"", "stands in water"))
	class, ok := s.Table().Class("pier, \"old\"")
	if !ok || class != 1 || s.Table().Description(1) != "stands in water" || s.Table().Description(0) != "" {
		t.Error("the class or its description is missing")
	}
	added := apply(t, s, AddClass("sea", "")).Event.ID
	apply(t, s, label("sea", Present, "b"))
	apply(t, s, Event{Kind: KindUndo, Target: added})
	if class, ok := s.Table().Class("sea"); !ok || s.Table().Value(1, class) != Present {
		t.Error("a class with labels went away with its class-add")
	}
	if w := s.Warnings(); len(w) != 1 || !strings.Contains(w[0], `"sea" is labelled in the journals but neither`) {
		t.Errorf("warnings %q", w)
	}
	s.Undo("")
	if got := s.Table().Classes(); len(got) != 2 || got[1] != "pier, \"old\"" {
		t.Errorf("classes are %q; want water and the pier", got)
	}
	s.Undo("")
	if got := s.Table().Classes(); len(got) != 1 {
		t.Errorf("classes are %q; want water alone", got)
	}
}
