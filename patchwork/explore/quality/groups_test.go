package quality

import (
	"fmt"
	"reflect"
	"slices"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/explore"
	"github.com/gopatchwork/patchwork/patchwork/imageset"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

func TestNearDoublesByHand(t *testing.T) {
	// Distances to the last neighbour: 0.375, 0.5, 0.375, 0.8; row 4 has none; row 5 is a copy of row 1.
	g := &explore.Graph{N: 6, K: 2,
		Index:  []int32{1, 2, 0, 2, 0, 1, 2, 0, -1, -1, -1, -1},
		Cosine: []float32{0.90625, 0.625, 0.90625, 0.5, 0.625, 0.625, 0.859375, 0.2, -1, -1, -1, -1}} // exact in binary
	same := []int32{0, 1, 2, 3, 4, 1}
	if got := Groups(6, NearDoubles(g, same, 0)); !reflect.DeepEqual(got, [][]int{{0, 1, 5}}) {
		t.Errorf("got %d; want 0 and 1 at 0.09375, a quarter of the nearer 0.375, with the copy; not 2 and 3 at 0.140625", got)
	}
	if got := Groups(6, NearDoubles(g, nil, 0.4)); !reflect.DeepEqual(got, [][]int{{0, 1}, {2, 3}}) {
		t.Errorf("at 0.4 of the distance: %d", got)
	}
	if got := MayBeDoubles(g, 0); !reflect.DeepEqual(got, [][2]int{{2, 3}}) {
		t.Errorf("worth comparing: %d; want 2 and 3 alone, nearer than 0.7 of 0.375 and not than a quarter", got)
	}
	if got := Groups(7, [][2]int{{5, 6}, {3, 1}, {6, 1}, {2, 2}}); !reflect.DeepEqual(got, [][]int{{1, 3, 5, 6}}) {
		t.Errorf("chains are one group, a row with itself is none: %d", got)
	}
}

// images is so many made-up images.
type images int

func (n images) Len() int { return int(n) }
func (n images) At(row int) imageset.Image {
	return imageset.Image{ID: fmt.Sprint(row), Hash: fmt.Sprintf("%016x", row)}
}
func (n images) Row(id string) (row int, ok bool) {
	_, err := fmt.Sscan(id, &row)
	return row, err == nil && row < int(n)
}

func open(t *testing.T, n images) *labels.Store {
	t.Helper()
	s, err := labels.Open(labels.Options{Dir: t.TempDir(), Annotator: "anna", Classes: []string{"water", "road"}, Images: n})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func apply(t *testing.T, s *labels.Store, e labels.Event) {
	t.Helper()
	if _, err := s.Apply(e); err != nil {
		t.Fatal(err)
	}
}

func say(t *testing.T, s *labels.Store, kind labels.Kind, class string, value int8, rows ...int) {
	t.Helper()
	apply(t, s, labels.Event{Kind: kind, Set: []labels.Change{{Class: class, Value: value, Images: refs(images(20), rows)}}})
}

func TestLeaksAreRepaired(t *testing.T) {
	s := open(t, 20)
	say(t, s, labels.KindLabel, "water", 1, 0, 1, 2, 3, 4, 5, 6, 7, 9, 10)
	say(t, s, labels.KindValidation, "", 1, 1, 3, 4, 7, 8, 9)
	say(t, s, labels.KindExclude, "", 1, 6)
	groups := [][]int{{0, 1}, {2, 3, 4}, {5, 10}, {6, 7}, {8, 11}, {9, 12}}
	leaks := Leaks(s.Table(), groups)
	if want := []Leak{{[]int{0}, []int{1}}, {[]int{2}, []int{3, 4}}}; !reflect.DeepEqual(leaks, want) {
		t.Fatalf("got %+v, want %+v: on both sides, labelled, not excluded", leaks, want)
	}
	apply(t, s, Repair(images(20), leaks))
	var held []int
	for row := range 20 {
		if s.Table().Validation(row) {
			held = append(held, row)
		}
	}
	if !slices.Equal(held, []int{2, 3, 4, 7, 8, 9}) || len(Leaks(s.Table(), groups)) != 0 {
		t.Errorf("held out after the repair: %d; want 1 to leave, as a tie, and 2 to follow 3 and 4", held)
	}
	if e := Repair(images(20), nil); !e.Empty() {
		t.Errorf("nothing to repair: %+v", e)
	}
}

func TestLabelOnce(t *testing.T) {
	s := open(t, 20)
	say(t, s, labels.KindLabel, "water", 1, 0, 4, 8)
	say(t, s, labels.KindLabel, "water", 0, 5, 11)
	say(t, s, labels.KindLabel, "road", 0, 1, 9)
	say(t, s, labels.KindExclude, "", 1, 3, 11)
	groups := [][]int{{0, 1, 3}, {4, 5, 6}, {7, 8, 9}, {10, 11}}
	contradictions := Contradictions(s.Table(), groups)
	if want := []Contradiction{{[]int{4, 5, 6}, 0, []int{4}, []int{5}}}; !reflect.DeepEqual(contradictions, want) {
		t.Errorf("got %+v, want %+v", contradictions, want)
	}
	e, n := LabelOnce(s.Table(), images(20), groups)
	if n != 6 {
		t.Errorf("%d labels; want water of 1, 7 and 9, road of 0, 7 and 8", n)
	}
	apply(t, s, e)
	got := s.Table()
	for _, want := range []struct {
		row         int
		water, road labels.Tri
	}{{0, 1, 0}, {1, 1, 0}, {3, -1, -1}, {6, -1, -1}, {7, 1, 0}, {8, 1, 0}, {9, 1, 0}, {10, -1, -1}} {
		if w, r := got.Value(want.row, 0), got.Value(want.row, 1); w != want.water || r != want.road {
			t.Errorf("row %d: water %v, road %v; want %v, %v", want.row, w, r, want.water, want.road)
		}
	}
	if e, n := LabelOnce(s.Table(), images(20), groups); n != 0 || !e.Empty() {
		t.Errorf("once more: %d labels, %+v", n, e)
	}
}

// TestLabelOnceLeaksNothing: a double that gets its first label goes to the side of those that it has it from, in the same event.
func TestLabelOnceLeaksNothing(t *testing.T) {
	s := open(t, 20)
	say(t, s, labels.KindLabel, "water", 1, 0, 2, 4, 5, 8)
	say(t, s, labels.KindLabel, "road", 0, 9)
	say(t, s, labels.KindValidation, "", 1, 0, 3, 5, 9)
	groups := [][]int{{0, 1}, {2, 3}, {4, 5, 6}, {8, 9}} // held out; learned from; a leak already; each knows another class, a leak too
	before := len(Leaks(s.Table(), groups))
	e, n := LabelOnce(s.Table(), images(20), groups)
	apply(t, s, e)
	got := s.Table()
	var held []int
	for row := range 20 {
		if got.Validation(row) {
			held = append(held, row)
		}
	}
	if n != 5 || !slices.Equal(held, []int{0, 1, 5, 9}) {
		t.Errorf("%d labels, held out %d; want 5, 1 to follow 0 and 3 to follow 2", n, held)
	}
	if after := len(Leaks(got, groups)); before != 2 || after != 2 {
		t.Errorf("%d leaks before and %d after; want the 2 that were there", before, after)
	}
}

func TestNearnessByHand(t *testing.T) {
	g := &explore.Graph{N: 4, K: 2, Index: []int32{1, 2, 0, 2, 0, 1, -1, -1}, Cosine: []float32{0.90625, 0.625, 0.90625, 0.5, 0.625, 0.5, -1, -1}}
	for pair, want := range map[[2]int]float64{{0, 1}: 0.25, {1, 0}: 0.25, {1, 2}: 0.5 / 0.5, {0, 3}: 1, {3, 3}: 1} {
		if got := Nearness(g, pair[0], pair[1]); got != want {
			t.Errorf("%d: %g, want %g", pair, got, want)
		}
	}
	g.Cosine[0], g.Cosine[2] = 1, 1
	if got := Nearness(g, 0, 1); got != 0 {
		t.Errorf("at no distance: %g", got)
	}
}

func TestLabelAsOneOfTheGroup(t *testing.T) {
	s := open(t, 20)
	say(t, s, labels.KindLabel, "water", 1, 0)
	say(t, s, labels.KindLabel, "water", 0, 1)
	say(t, s, labels.KindLabel, "road", 1, 1)
	say(t, s, labels.KindLabel, "water", 1, 3)
	say(t, s, labels.KindValidation, "", 1, 0, 1)
	say(t, s, labels.KindExclude, "", 1, 3)
	e, n := LabelAs(s.Table(), images(20), []int{0, 1, 2, 3}, 0)
	if n != 2 {
		t.Errorf("%d labels, want water of 1 and 2: 3 is excluded, and road is unknown in 0", n)
	}
	apply(t, s, e)
	now := s.Table()
	if now.Value(1, 0) != labels.Present || now.Value(2, 0) != labels.Present || now.Value(1, 1) != labels.Present || now.Value(2, 1) != labels.Unknown {
		t.Error("water is to be present in 1 and 2, road as it was")
	}
	if !now.Validation(2) {
		t.Error("an image with its first label leaks")
	}
	if again, n := LabelAs(now, images(20), []int{0, 1, 2, 3}, 0); n != 0 || !again.Empty() {
		t.Errorf("nothing is left to give: %+v", again)
	}
}

func TestToSideMovesUnlabelledRowsToo(t *testing.T) {
	s := open(t, 20)
	say(t, s, labels.KindValidation, "", 1, 1, 5)
	say(t, s, labels.KindExclude, "", 1, 2)
	apply(t, s, ToSide(s.Table(), images(20), []int{0, 1, 2}, true))
	if now := s.Table(); !now.Validation(0) || !now.Validation(1) || now.Validation(2) {
		t.Error("0 and 1 are to be held out, and 2, which is excluded, left alone")
	}
	if e := ToSide(s.Table(), images(20), []int{0, 1, 2}, true); !e.Empty() {
		t.Errorf("all are there: %+v", e)
	}
	apply(t, s, ToSide(s.Table(), images(20), []int{0, 1, 2}, false))
	if now := s.Table(); now.Validation(0) || now.Validation(1) || !now.Validation(5) {
		t.Error("0 and 1 are to be learned from, and 5 is of another group")
	}
}
