package labels

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestWritesFoldToTheTable: what Writes yields, folded, is the table that it comes with; undone events are not in it.
func TestWritesFoldToTheTable(t *testing.T) {
	o := Options{Dir: t.TempDir(), Classes: []string{"water", "road"}, Images: numbered(t, 6)}
	id := func(row int) string { return o.Images.At(row).ID }
	for _, name := range []string{"carol", "anna", "bob"} {
		o.Annotator = name
		s := open(t, o)
		apply(t, s, Event{Kind: KindLabel, Set: []Change{
			{Classes: []string{"water", "road"}, Value: 1, Images: []string{id(0), id(len(name))}}, {Class: "road", Value: 0, Images: []string{id(1)}},
		}})
		apply(t, s, label("water", Absent, id(2)))
		if _, err := s.Undo(""); err != nil {
			t.Fatal(err)
		}
		apply(t, s, Event{Kind: KindExclude, Set: []Change{{Value: 1, Images: []string{id(3)}}}, Shown: &Shown{Strategy: "odd one"}})
		apply(t, s, Event{Kind: KindNote, Text: "odd one", Set: []Change{{Images: []string{id(3)}}}})
		s.Close()
	}
	o.Annotator, o.ReadOnly = "reader", true
	s := open(t, o)
	table, writes := s.Writes("odd one")
	columns := [][]Tri{blank(firstClass, 6), blank(firstClass, 6)}
	var people []string
	excluded := 0
	for w, err := range writes {
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Contains(people, w.By) {
			people = append(people, w.By)
		}
		if (w.Class == ExcludeFlag) != (w.Strategy == "odd one") {
			t.Errorf("a write to %d was shown by %q", w.Class, w.Strategy)
		}
		if w.Class < 0 {
			excluded++
			continue
		}
		for _, row := range w.Rows {
			columns[w.Class][row] = w.Value
		}
	}
	if !slices.Equal(people, []string{"carol", "anna", "bob"}) || excluded != 3 {
		t.Errorf("writes of %q, %d exclusions; want carol, anna, bob in order of time and 3", people, excluded)
	}
	for class := range columns {
		if !slices.Equal(columns[class], table.Column(class)) {
			t.Errorf("class %d folds to %v, the table has %v", class, columns[class], table.Column(class))
		}
	}
	if table != s.Table() {
		t.Error("the table is another than the store's")
	}

	_, writes = s.Writes("odd one")
	if err := os.Remove(filepath.Join(o.Dir, "journal", "carol.jsonl")); err != nil {
		t.Fatal(err)
	}
	var last error
	for _, err := range writes {
		last = err
	}
	if last == nil || !strings.Contains(last.Error(), "carol.jsonl") {
		t.Errorf("a journal has gone and the error is %v", last)
	}
	_, writes = s.Writes()
	for w, err := range writes {
		if err != nil || w.Strategy != "" {
			t.Errorf("without strategies no file is read, but there is %q, %v", w.Strategy, err)
		}
	}
}

func TestWithLabelsChangesLabelsOnly(t *testing.T) {
	s := open(t, Options{Dir: t.TempDir(), Classes: []string{"water"}, Images: index(t, "a", "b")})
	apply(t, s, label("water", Present, "a"))
	apply(t, s, Event{Kind: KindExclude, Text: "blurred", Set: []Change{{Value: 1, Images: []string{"b"}}}})
	before := s.Table()
	after, err := before.WithLabels([][]Tri{{Absent, Unknown}})
	if err != nil {
		t.Fatal(err)
	}
	if after.Value(0, 0) != Absent || before.Value(0, 0) != Present || after.ExcludeReason(1) != "blurred" || !after.LabelledAt(0).Equal(before.LabelledAt(0)) {
		t.Errorf("row 0 is %v and was %v; row 1 is excluded because %q", after.Value(0, 0), before.Value(0, 0), after.ExcludeReason(1))
	}
	for _, columns := range [][][]Tri{nil, {{Absent}}, {{Absent, Absent}, {Absent, Absent}}} {
		if _, err := before.WithLabels(columns); err == nil {
			t.Errorf("the columns %v were taken for one class and two rows", columns)
		}
	}
}

// TestWritesWhileSomebodyLabels: what was live at the call is yielded, whatever is applied and undone meanwhile.
func TestWritesWhileSomebodyLabels(t *testing.T) {
	o := Options{Dir: t.TempDir(), Classes: []string{"water"}, Images: numbered(t, 50)}
	s := open(t, o)
	for row := range 10 {
		apply(t, s, label("water", Present, o.Images.At(row).ID))
	}
	_, writes := s.Writes("random")
	done := make(chan error)
	go func() {
		for row := 10; row < 50; row++ {
			if _, err := s.Apply(label("water", Absent, o.Images.At(row).ID)); err != nil {
				done <- err
				return
			}
		}
		_, err := s.Undo("")
		done <- err
	}()
	n := 0
	for w, err := range writes {
		if err != nil || w.Value != Present {
			t.Errorf("write %d is %v, error %v", n, w.Value, err)
		}
		n++
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if n != 10 {
		t.Errorf("%d writes, want the 10 from before", n)
	}
	_, writes = s.Writes()
	after := 0
	for range writes {
		after++
	}
	if after != 49 {
		t.Errorf("afterwards %d writes, want 49", after)
	}
}
