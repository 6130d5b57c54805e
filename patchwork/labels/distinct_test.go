package labels

import (
	"reflect"
	"testing"
)

// Of every two images the last saying that names both counts, whoever said it, and a group is one as long as no two of it are doubles again.
func TestDistinct(t *testing.T) {
	dir, ix := t.TempDir(), index(t, "a", "b", "c", "d")
	s := open(t, Options{Dir: dir, Annotator: "anna", Images: ix})
	say := func(value int8, images ...string) {
		t.Helper()
		apply(t, s, Event{Kind: KindDistinct, Set: []Change{{Value: value, Images: images}}})
	}
	want := func(when string, groups ...[]int) {
		t.Helper()
		if got := s.Table().DistinctGroups(); !reflect.DeepEqual(got, groups) {
			t.Errorf("%s: %v, want %v", when, got, groups)
		}
	}
	want("nothing said")
	say(1, "c", "a", "b")
	before := s.Table()
	if !before.Distinct(0, 2) || before.Distinct(0, 3) || before.Distinct(0) || before.Distinct(0, 1, 2, 3) {
		t.Error("distinct are others than those that were named")
	}
	say(1, "a", "b", "c")
	want("said twice", []int{0, 1, 2})
	say(1, "b", "d")
	say(0, "a", "b")
	want("two are doubles after all", []int{1, 3})
	if !s.Table().Distinct(1, 2) || !before.Distinct(0, 1) || before.Distinct(1, 3) {
		t.Error("what was said of others went, or a table that was handed out changed")
	}
	if _, err := s.Undo(""); err != nil {
		t.Fatal(err)
	}
	want("undone", []int{0, 1, 2}, []int{1, 3})
	other := open(t, Options{Dir: dir, Annotator: "ben", Images: ix})
	apply(t, other, Event{Kind: KindDistinct, Set: []Change{{Value: 0, Images: []string{"b", "c", "d"}}}})
	if _, err := s.Refresh(); err != nil {
		t.Fatal(err)
	}
	want("another took it back")
}
