package studio

import (
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/labels"
)

func classNames(v view) string {
	var names []string
	for _, c := range v.Grid.Classes {
		names = append(names, c.Name)
	}
	return strings.Join(names, ", ")
}

func TestClassesChangeMidway(t *testing.T) {
	p := newProject(t, 40)
	s := New(t.Context(), p, Options{})
	do(t, s, "a", "set", set(change{0, 0, 1}, change{1, 0, 0}, change{2, 1, 1}))
	for _, step := range []struct {
		wish object
		want string
	}{
		{object{"do": "add", "name": " <i>pool</i> ", "text": "blue"}, "water, road, <i>pool</i>"},
		{object{"do": "rename", "name": "water", "now": "lake"}, "lake, road, <i>pool</i>"},
		{object{"do": "order", "names": []string{"road", "lake"}}, "road, lake, <i>pool</i>"},
		{object{"do": "merge", "name": "<i>pool</i>", "now": "lake"}, "road, lake"},
		{object{"do": "retire", "name": "road"}, "lake"},
		{object{"do": "restore", "name": "road"}, "road, lake"},
		{object{"do": "describe", "name": "road", "text": "paved"}, "road, lake"},
		{object{"do": "group", "names": []string{"road", "lake"}}, "road, lake"},
	} {
		v := do(t, s, "", "class", step.wish)
		if got := classNames(v); got != step.want {
			t.Fatalf("after %v the classes are %q (%s), want %q", step.wish, got, v.Message, step.want)
		}
	}
	v := do(t, s, "e", "set", object{"changes": []change{{2, 1, 1}}, "names": []string{"road", "lake"}})
	if got := v.Grid.Tiles[2].Values; got[0] != 0 || got[1] != 1 {
		t.Errorf("image 2 is road %d, lake %d; want the group to make road absent", got[0], got[1])
	}
	for range 9 {
		v = do(t, s, "", "undo", nil)
	}
	if got := classNames(v); got != "water, road" || v.Grid.Tiles[2].Values[1] != 1 {
		t.Errorf("after undoing it all the classes are %q and image 2 has %v", got, v.Grid.Tiles[2].Values)
	}
	if !strings.HasPrefix(v.Message, "Undone: added class") {
		t.Errorf("message %q", v.Message)
	}
}

// A page says what it calls a class, so a label that comes late goes where it was meant to.
func TestLabelsGoToTheClassThatWasMeant(t *testing.T) {
	p := newProject(t, 40)
	s := New(t.Context(), p, Options{})
	names := []string{"water", "road"}
	do(t, s, "", "class", object{"do": "order", "names": []string{"road", "water"}})
	do(t, s, "", "class", object{"do": "rename", "name": "water", "now": "lake"})
	do(t, s, "", "class", object{"do": "retire", "name": "road"})
	v := do(t, s, "late", "set", object{"changes": []change{{4, 0, 1}, {5, 1, 1}}, "names": names})
	if got := v.Grid.Tiles[4].Values; len(got) != 1 || got[0] != 1 {
		t.Errorf("image 4 has %v; want lake present (message %q)", got, v.Message)
	}
	v = do(t, s, "", "class", object{"do": "restore", "name": "road"})
	if got := v.Grid.Tiles[5].Values; got[0] != 1 {
		t.Errorf("image 5 has %v; want road present, said while it was retired", got)
	}
}

func TestSplitShowsWhatHasToBeLookedAtAgain(t *testing.T) {
	p := newProject(t, 40)
	s := New(t.Context(), p, Options{})
	do(t, s, "a", "set", set(change{3, 0, 1}, change{9, 0, 1}, change{4, 0, 0}))
	do(t, s, "x", "exclude", object{"row": 9, "value": true})
	v := do(t, s, "s", "class", object{"do": "split", "name": "water", "names": []string{"river", "lake"}})
	if got := classNames(v); got != "road, river, lake" || len(v.Grid.Tiles) != 1 || v.Grid.Tiles[0].Row != 3 {
		t.Errorf("classes %q, %d images; want image 3 alone", got, len(v.Grid.Tiles))
	}
	if why := v.Grid.Tiles[0].Why; why != "it was water: is it river or lake?" {
		t.Errorf("shown because %q", why)
	}
	if table := p.store.Table(); table.Value(4, 1) != labels.Absent || table.Value(3, 1) != labels.Unknown {
		t.Errorf("river is %v in image 4 and %v in image 3; want absent and unknown", table.Value(4, 1), table.Value(3, 1))
	}
}

func TestWhatIsChosenFollowsTheClasses(t *testing.T) {
	p := newProject(t, 40)
	p.scores, p.stamp = func(int) []float32 { return []float32{0.2, 0.8} }, "1"
	s := New(t.Context(), p, Options{})
	do(t, s, "1", "quick", object{"class": "water"})
	do(t, s, "2", "histogram", object{"class": "water"})
	v := do(t, s, "3", "class", object{"do": "rename", "name": "water", "now": "lake"})
	if v.Grid.Quick == nil || v.Grid.Classes[v.Grid.Quick.Class].Name != "lake" || v.Histogram == nil || v.Histogram.Class != "lake" {
		t.Errorf("after the renaming quick is %v and the histogram %v; want lake", v.Grid.Quick, v.Histogram)
	}
	if s.filter.Subset.Name != "lake" {
		t.Errorf("the filter names %q", s.filter.Subset.Name)
	}
	v = do(t, s, "4", "class", object{"do": "retire", "name": "lake"})
	if v.Grid.Quick != nil || v.Histogram != nil || s.filter.Subset != (labels.SubsetFilter{}) {
		t.Error("what was chosen of a retired class is still chosen")
	}
}

func TestMergeIsSaidBeforeItIsDone(t *testing.T) {
	p := newProject(t, 40)
	s := New(t.Context(), p, Options{})
	do(t, s, "a", "set", set(change{0, 0, 1}, change{0, 1, 0}, change{1, 0, 0}, change{2, 0, 1}))
	v := do(t, s, "p", "plan-merge", object{"from": "water", "into": "road"})
	if v.Plan == nil || v.Plan.Present != 2 || v.Plan.Conflicts != 1 || v.Plan.Reopened != 1 || classNames(v) != "water, road" {
		t.Fatalf("the plan is %+v, and the classes are %q", v.Plan, classNames(v))
	}
	if v = do(t, s, "l", "plan-merge", object{"from": "water", "into": "road", "look": true}); len(v.Grid.Tiles) != 1 || v.Grid.Tiles[0].Row != 0 {
		t.Errorf("%d images are shown, want image 0", len(v.Grid.Tiles))
	}
	if v = do(t, s, "b", "set", set(change{0, 1, 1})); v.Plan == nil || v.Plan.Conflicts != 0 {
		t.Errorf("after a label the plan is %+v, want it without the conflict", v.Plan)
	}
	if v = do(t, s, "c", "class", object{"do": "rename", "name": "water", "now": "lake"}); v.Plan != nil {
		t.Error("the plan is shown on after the classes changed")
	}
}

func TestContradictionsCanBeSeen(t *testing.T) {
	s := New(t.Context(), newProject(t, 40), Options{})
	if v := do(t, s, "0", "conflicts", nil); !strings.Contains(v.Message, "No image") {
		t.Errorf("message %q", v.Message)
	}
	do(t, s, "a", "set", set(change{6, 0, 1}, change{6, 1, 1}))
	v := do(t, s, "g", "class", object{"do": "group", "names": []string{"water", "road"}})
	if v.Conflicts != 1 {
		t.Errorf("%d contradictions, want 1", v.Conflicts)
	}
	if v = do(t, s, "c", "conflicts", nil); len(v.Grid.Tiles) != 1 || v.Grid.Tiles[0].Row != 6 {
		t.Errorf("%d images are shown, want image 6", len(v.Grid.Tiles))
	}
}

func TestClassesThatCannotBe(t *testing.T) {
	p := newProject(t, 4)
	s := New(t.Context(), p, Options{})
	for _, wish := range []object{
		{"do": "add", "name": "water"}, {"do": "add", "name": "  "}, {"do": "add", "name": "exclude"}, {"do": "rename", "name": "water", "now": "road"},
		{"do": "rename", "name": "nothing", "now": "x"}, {"do": "merge", "name": "water", "now": "water"}, {"do": "split", "name": "water", "names": []string{"one"}},
		{"do": "dance"}, {"do": "group", "names": []string{"water", "nothing"}},
	} {
		if v := do(t, s, "", "class", wish); v.Message == "" || classNames(v) != "water, road" {
			t.Errorf("%v: message %q, classes %q", wish, v.Message, classNames(v))
		}
	}
	if n := p.store.Version(); n != 0 {
		t.Errorf("the journal has %d events", n)
	}
}

func TestCountsOpenTheirImages(t *testing.T) {
	s := New(t.Context(), newProject(t, 40), Options{})
	do(t, s, "a", "set", set(change{3, 0, 1}, change{5, 0, 0}))
	do(t, s, "b", "set", set(change{7, 0, 1}, change{9, 0, 1}))
	do(t, s, "h", "validation", object{"row": 9, "value": true})
	do(t, s, "x", "exclude", object{"row": 7, "value": true})
	v := do(t, s, "1", "count", object{"class": "water", "value": 1})
	if len(v.Grid.Tiles) != v.Counts[0].Present || v.Grid.Tiles[0].Row != 3 || v.Grid.Tiles[0].Why != "labelled: water present" {
		t.Errorf("%d images behind %d, message %q", len(v.Grid.Tiles), v.Counts[0].Present, v.Message)
	}
	if v = do(t, s, "2", "count", object{"class": "water", "value": 1, "held": true}); len(v.Grid.Tiles) != 1 || v.Grid.Tiles[0].Row != 9 {
		t.Errorf("%d images are held out, message %q", len(v.Grid.Tiles), v.Message)
	}
	if v = do(t, s, "3", "count", object{"class": "sky", "value": 1}); !strings.Contains(v.Message, "sky") {
		t.Errorf("message %q", v.Message)
	}
}
