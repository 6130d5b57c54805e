package labels

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/imageset"
)

// A table that somebody holds does not change, whatever happens to the store: run with -race.
func TestATableNeverChanges(t *testing.T) {
	s := open(t, Options{Dir: t.TempDir(), Classes: []string{"water", "forest"}, Images: numbered(t, 50)})
	var readers sync.WaitGroup
	for n := range 60 {
		e := action(n)
		for i, c := range e.Set {
			e.Set[i].Images = []string{s.o.Images.At(n % 50).ID}
			_ = c
		}
		if n%9 == 8 {
			e = Event{Kind: KindExclude, Text: "why", Set: []Change{{Value: int8(n % 2), Images: []string{s.o.Images.At(n % 5).ID}}}}
		}
		if n%9 == 4 {
			e = Event{Kind: KindNote, Text: fmt.Sprint(n), Set: []Change{{Images: []string{s.o.Images.At(n % 5).ID}}}}
		}
		if n == 40 {
			e = AddClass("sea", "")
		}
		apply(t, s, e)
		table := s.Table()
		before := csvOf(t, table) + fmt.Sprint(table.notes, table.reasons, table.labels)
		readers.Go(func() {
			for range 20 {
				if after := csvOf(t, table) + fmt.Sprint(table.notes, table.reasons, table.labels); after != before {
					t.Errorf("the table of event %d changed later", n)
					return
				}
			}
		})
	}
	readers.Wait()
}

func TestStoresAreSafeForSeveralGoroutines(t *testing.T) {
	s := open(t, Options{Dir: t.TempDir(), Classes: []string{"water"}, Images: numbered(t, 40)})
	var all sync.WaitGroup
	for g := range 4 {
		all.Go(func() {
			for i := range 10 {
				if _, err := s.Apply(label("water", Present, s.o.Images.At(10*g+i).ID)); err != nil {
					t.Error(err)
				}
				s.Version()
				s.Warnings()
				for range s.Events() {
					break
				}
			}
		})
	}
	all.Wait()
	if c := s.Table().Counts()[0]; c.Train.Present != 40 || s.Version() != 40 {
		t.Errorf("%d labels at version %d; want 40 and 40", c.Train.Present, s.Version())
	}
}

// six rows, by class values a, b and flags, in testTable.
func testTable(t *testing.T) *Table {
	images := []imageset.Image{{ID: "1", Subset: "n"}, {ID: "2", Subset: "n"}, {ID: "3", Subset: "s: x"}, {ID: "4"}, {ID: "5"}, {ID: "6"}}
	s := open(t, Options{Dir: t.TempDir(), Classes: []string{"contains: a", "all"}, Images: indexOf(t, images)})
	apply(t, s, label("contains: a", Present, "1", "2", "5"))
	apply(t, s, label("contains: a", Absent, "3"))
	apply(t, s, label("all", Absent, "1", "3", "6"))
	apply(t, s, Event{Kind: KindExclude, Set: []Change{{Value: 1, Images: []string{"5", "6"}}}})
	apply(t, s, Event{Kind: KindValidation, Set: []Change{{Value: 1, Images: []string{"2", "3", "6"}}}})
	return s.Table()
}

func TestFilters(t *testing.T) {
	table := testTable(t)
	tests := []struct {
		f    Filter
		want []int
	}{
		{Filter{}, []int{0, 1, 2, 3}},
		{Filter{Exclude: AnyExclude}, []int{0, 1, 2, 3, 4, 5}},
		{Filter{Exclude: Excluded}, []int{4, 5}},
		{Filter{Exclude: Validation}, []int{1, 2, 5}},
		{Filter{Status: Unlabelled}, []int{3}},
		{Filter{Status: Partial}, []int{1}},
		{Filter{Status: Labelled}, []int{0, 2}},
		{Filter{Status: Partial, Exclude: Excluded}, []int{4, 5}},
		{Filter{Subset: SubsetFilter{ClassPresent, "contains: a"}}, []int{0, 1}},
		{Filter{Subset: SubsetFilter{ClassAbsent, "contains: a"}}, []int{2}},
		{Filter{Subset: SubsetFilter{ClassUnknown, "all"}}, []int{1, 3}},
		{Filter{Subset: SubsetFilter{ClassUnknown, "no such class"}}, nil},
		{Filter{Subset: SubsetFilter{InSubset, "n"}}, []int{0, 1}},
		{Filter{Subset: SubsetFilter{InSubset, "s: x"}}, []int{2}},
		{Filter{Subset: SubsetFilter{InSubset, ""}}, []int{3}},
	}
	for _, tt := range tests {
		if got := table.Rows(tt.f); !slices.Equal(got, tt.want) {
			t.Errorf("%+v gives %v; want %v (by hand)", tt.f, got, tt.want)
		}
	}
	if err := table.CheckFilter(Filter{Subset: SubsetFilter{ClassUnknown, "sea"}}); err == nil {
		t.Error("a filter by a class that does not exist is accepted")
	}
	if err := table.CheckFilter(Filter{Subset: SubsetFilter{ClassAbsent, "all"}}); err != nil {
		t.Error(err)
	}
}

func TestFiltersCanBeWrittenAndRead(t *testing.T) {
	for _, name := range []string{"water", "contains: water", "all", "subset: x", "doesn't contain: a", "unlabeled: ", "  ", "", `",;\`} {
		for kind := All; kind <= InSubset; kind++ {
			f := SubsetFilter{kind, name}
			if kind == All {
				f.Name = ""
			}
			if got, err := ParseFilter(f.String()); err != nil || got != f {
				t.Errorf("%+v is written %q and read %+v, %v", f, f, got, err)
			}
		}
	}
	if f, err := ParseFilter("unlabelled: x"); err != nil || f != (SubsetFilter{ClassUnknown, "x"}) {
		t.Errorf("got %+v, %v", f, err)
	}
	for _, bad := range []string{"water", "Contains: water", "contains:water", "all "} {
		if f, err := ParseFilter(bad); err == nil {
			t.Errorf("%q is read as %+v; want an error", bad, f)
		}
	}
}

func TestCountsLeaveExcludedRowsOut(t *testing.T) {
	want := []ClassCount{
		{"contains: a", Count{Present: 1, Absent: 0, Unknown: 1}, Count{Present: 1, Absent: 1, Unknown: 0}},
		{"all", Count{Present: 0, Absent: 1, Unknown: 1}, Count{Present: 0, Absent: 1, Unknown: 1}},
	}
	if got := testTable(t).Counts(); !slices.Equal(got, want) {
		t.Errorf("got %+v; want %+v (by hand)", got, want)
	}
}
