package labels

import (
	"slices"
	"testing"
)

// Every pair of values, against a table written out by hand.
func TestCombine(t *testing.T) {
	const u, no, yes = Unknown, Absent, Present
	for _, tt := range []struct {
		from, to, merged, split Tri
	}{
		{yes, yes, yes, yes}, {yes, no, yes, no}, {yes, u, yes, u},
		{no, yes, yes, yes}, {no, no, no, no}, {no, u, u, no},
		{u, yes, yes, yes}, {u, no, u, no}, {u, u, u, u},
	} {
		if m, s := ByMerge.Combine(tt.from, tt.to), BySplit.Combine(tt.from, tt.to); m != tt.merged || s != tt.split {
			t.Errorf("%v and %v: merged %v, split %v; want %v, %v", tt.from, tt.to, m, s, tt.merged, tt.split)
		}
	}
}

func TestMerge(t *testing.T) {
	s := open(t, Options{Dir: t.TempDir(), Classes: []string{"boat", "ship"}, Images: index(t, "0", "1", "2", "3", "4", "5")})
	apply(t, s, label("boat", Present, "0", "1"))
	apply(t, s, label("boat", Absent, "2", "3"))
	apply(t, s, label("ship", Absent, "1", "2", "4"))
	before := csvOf(t, s.Table())
	e, r, err := s.Table().PlanMerge("boat", "ship")
	if err != nil {
		t.Fatal(err)
	}
	if r.Present != 2 || r.Absent != 1 || r.Conflicts != 1 || r.Reopened != 2 || !slices.Equal(r.Rows, []int{1}) {
		t.Errorf("the report is %+v", r)
	}
	apply(t, s, e)
	if table := s.Table(); !slices.Equal(table.Classes(), []string{"ship"}) || values(table, 0) != "110???" {
		t.Errorf("merged: %q, %s", table.Classes(), values(table, 0))
	}
	after := apply(t, s, label("boat", Absent, "5")) // by a program that has not heard of it
	if got := values(s.Table(), 0); got != "110??0" {
		t.Errorf("labelled under the old name: %s", got)
	}
	apply(t, s, Event{Kind: KindUndo, Target: after.Event.ID})
	if _, err := s.Undo(""); err != nil {
		t.Fatal(err)
	}
	if got := csvOf(t, s.Table()); got != before {
		t.Errorf("undone:\n%s\nwant\n%s", got, before)
	}
	if _, err := s.Redo(""); err != nil || values(s.Table(), 0) != "110???" {
		t.Errorf("done again: %s, %v", values(s.Table(), 0), err)
	}
}

// What somebody labelled before a merge counts in it, also when it is seen later.
func TestAMergeTakesInWhatItsAuthorHadNotSeen(t *testing.T) {
	dir, images := t.TempDir(), index(t, "a", "b")
	anna := open(t, Options{Dir: dir, Annotator: "anna", Classes: []string{"boat", "ship"}, Images: images})
	bob := open(t, Options{Dir: dir, Annotator: "bob", Classes: []string{"boat", "ship"}, Images: images})
	apply(t, bob, label("boat", Present, "b"))
	e, _, err := anna.Table().PlanMerge("boat", "ship")
	if err != nil {
		t.Fatal(err)
	}
	apply(t, anna, e)
	anna.Refresh()
	bob.Refresh()
	if a, b := values(anna.Table(), 0), values(bob.Table(), 0); a != "?1" || b != "?1" {
		t.Errorf("anna sees %s, bob %s; want ?1", a, b)
	}
}

func TestSplit(t *testing.T) {
	s := classStore(t, "vehicle", "road")
	apply(t, s, label("vehicle", Present, "a", "b"))
	apply(t, s, label("vehicle", Absent, "c"))
	before := csvOf(t, s.Table())
	e, rows, err := s.Table().PlanSplit("vehicle", "car", "truck")
	if err != nil || !slices.Equal(rows, []int{0, 1}) {
		t.Fatalf("to look at again: %v, %v", rows, err)
	}
	apply(t, s, e)
	table := s.Table()
	if !slices.Equal(table.Classes(), []string{"road", "car", "truck"}) || values(table, 1) != "??0?" || values(table, 2) != "??0?" {
		t.Errorf("split: %q, %s, %s", table.Classes(), values(table, 1), values(table, 2))
	}
	apply(t, s, label("car", Present, "a"))
	s.Undo("")
	s.Undo("")
	if got := csvOf(t, s.Table()); got != before {
		t.Errorf("undone:\n%s\nwant\n%s", got, before)
	}
	if _, _, err := table.PlanSplit("road", "way"); err == nil {
		t.Error("a split into one class is planned")
	}
}

// One undo takes back both what was set and what the group asked for.
func TestGroups(t *testing.T) {
	s := classStore(t, "red", "green", "blue", "big")
	apply(t, s, label("red", Present, "d"))
	apply(t, s, label("green", Present, "d"))
	apply(t, s, GroupClasses("red", "green", "blue"))
	if got := s.Table().Conflicts(); !slices.Equal(got, []int{3}) || values(s.Table(), 0) != "???1" {
		t.Errorf("conflicts %v, red %s; want row 3, unchanged", got, values(s.Table(), 0))
	}
	apply(t, s, Event{Kind: KindLabel, Set: []Change{{Classes: []string{"red", "big"}, Value: 1, Images: []string{"a", "b"}}}})
	apply(t, s, label("blue", Present, "a"))
	apply(t, s, label("blue", Absent, "c"))
	table := s.Table()
	if values(table, 0) != "01?1" || values(table, 1) != "00?1" || values(table, 2) != "100?" || values(table, 3) != "11??" {
		t.Errorf("red %s, green %s, blue %s, big %s", values(table, 0), values(table, 1), values(table, 2), values(table, 3))
	}
	s.Undo("")
	s.Undo("")
	s.Undo("")
	if values(s.Table(), 0) != "???1" || values(s.Table(), 2) != "????" {
		t.Errorf("undone: red %s, blue %s", values(s.Table(), 0), values(s.Table(), 2))
	}
	refused(t, s, Event{Kind: KindLabel, Set: []Change{{Classes: []string{"red", "blue"}, Value: 1, Images: []string{"a"}}}}, nil, "exclude each other")
	apply(t, s, GroupClasses("red", "big")) // red leaves the others
	if got := s.Table().Groups(); len(got) != 2 || !slices.Equal(got[0], []string{"green", "blue"}) || !slices.Equal(got[1], []string{"red", "big"}) {
		t.Errorf("the groups are %q", got)
	}
	apply(t, s, GroupClasses("red"))
	if got := s.Table().Groups(); len(got) != 1 {
		t.Errorf("the groups are %q", got)
	}
	if got := s.Table().Conflicts("red", "green"); !slices.Equal(got, []int{3}) {
		t.Errorf("without a group, conflicts are %v", got)
	}
}
