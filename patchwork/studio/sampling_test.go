package studio

import (
	"slices"
	"testing"
	"time"

	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// counts are the numbers of options by name.
func numbers(options []optionView) map[string]int {
	out := map[string]int{}
	for _, o := range options {
		out[o.Name] = o.N
	}
	return out
}

func chosen(options []optionView) string {
	for _, o := range options {
		if o.Chosen {
			return o.Name
		}
	}
	return ""
}

func TestSamplingCountsWhatEachOptionLeaves(t *testing.T) {
	p := newProject(t, 40)
	s := New(t.Context(), p, Options{})
	do(t, s, "a", "set", set(change{0, 0, 1}, change{1, 0, 1}, change{1, 1, 0}, change{2, 0, 0}, change{2, 1, 0}))
	do(t, s, "b", "exclude", map[string]any{"row": 5, "value": true})
	s.counted.at = time.Time{} // as half a second later
	v := do(t, s, "c", "sample", map[string]any{})
	want := map[string]int{"to label": 37, "unlabelled": 36, "partly": 1, "labelled": 2}
	for name, n := range want {
		if got := numbers(v.Sampling.Status)[name]; got != n {
			t.Errorf("status %q leaves %d, want %d", name, got, n)
		}
	}
	if got := numbers(v.Sampling.Exclude); got["in use"] != 37 || got["excluded"] != 1 || got["held out"] != 0 {
		t.Errorf("the flags leave %v", got)
	}
	if got := numbers(v.Sampling.Subset); got["all"] != 37 || got["contains: water"] != 1 || got["unlabeled: water"] != 36 || got["doesn't contain: water"] != 0 {
		t.Errorf("the subsets leave %v", got)
	}
	if v.Sampling.Remain != 37 || chosen(v.Sampling.Status) != "to label" || chosen(v.Sampling.Subset) != "all" {
		t.Errorf("remain %d, status %q, subset %q", v.Sampling.Remain, chosen(v.Sampling.Status), chosen(v.Sampling.Subset))
	}
	v = do(t, s, "d", "sample", map[string]any{"status": "labelled", "subset": "contains: water"})
	if v.Sampling.Remain != 1 || chosen(v.Sampling.Status) != "labelled" || chosen(v.Sampling.Subset) != "contains: water" {
		t.Errorf("labelled with water: %+v", v.Sampling)
	}
	if s.filter != (labels.Filter{Status: labels.Labelled, Subset: labels.SubsetFilter{Kind: labels.ClassPresent, Name: "water"}}) {
		t.Errorf("the filter is %+v", s.filter)
	}
	for kind, data := range map[string]map[string]any{"a": {"status": "perhaps"}, "b": {"exclude": "never"}, "c": {"subset": "with luck"}} {
		before := s.filter
		if v := do(t, s, "e"+kind, "sample", data); v.Message == "" || s.filter != before {
			t.Errorf("%v is answered %q and the filter is %+v", data, v.Message, s.filter)
		}
	}
}

func TestPaceMeasuresTheLastMinutes(t *testing.T) {
	var p pace
	begin := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	if v := p.view(begin, 0.5); v.PerMinute != 0 || v.Seconds != 0 || v.Coverage != 0.5 {
		t.Errorf("before the first label: %+v", v)
	}
	p.add(begin, map[int]bool{0: true}, 2*time.Second)
	if v := p.view(begin, 0); v.PerMinute != 6 { // one in ten seconds, the least span
		t.Errorf("after one label: %+v", v)
	}
	for i := range 29 {
		p.add(begin.Add(time.Duration(i)*4*time.Second), map[int]bool{i: true, i + 1: true}, time.Duration(1+i%3)*time.Second)
	}
	v := p.view(begin.Add(2*time.Minute), 0)
	if v.PerMinute != 15 || v.Session != 30 || v.Seconds != 2 {
		t.Errorf("30 labels in two minutes: %+v", v)
	}
	many := map[int]bool{}
	for i := range 130 {
		many[i] = true
	}
	p.add(begin.Add(10*time.Minute), many, 0)
	if v := p.view(begin.Add(10*time.Minute), 0); v.PerMinute != 600 || v.Session != 130 {
		t.Errorf("after a pause and a bulk label: %+v", v)
	}
}

// scored gives image i the score i/40 of water and 1−i/40 of road.
func scored(p *fakeProject) {
	p.scores = func(row int) []float32 { return []float32{float32(row) / 40, 1 - float32(row)/40} }
	p.stamp = "one"
}

func TestHistogramCountsAndOpens(t *testing.T) {
	p := newProject(t, 40)
	scored(p)
	s := New(t.Context(), p, Options{Columns: 1, Rows: 1})
	do(t, s, "a", "set", set(change{0, 0, 1}, change{1, 0, 0}, change{39, 0, 1}))
	do(t, s, "b", "validation", map[string]any{"row": 39, "value": true})
	do(t, s, "c", "exclude", map[string]any{"row": 10, "value": true})
	v := do(t, s, "d", "histogram", map[string]any{"class": "water"})
	h := v.Histogram
	if h == nil || h.Class != "water" || len(h.Groups) != 5 {
		t.Fatalf("the histogram is %+v", h)
	}
	sum := 0
	for _, g := range h.Groups {
		for _, n := range g.Counts {
			sum += n
		}
	}
	// Images 2i and 2i+1 have scores from i/20.
	if h.Groups[0].Counts[0] != 1 || h.Groups[1].Counts[0] != 1 || h.Groups[2].Counts[19] != 1 || h.Groups[4].Counts[5] != 1 || sum != 39 {
		t.Errorf("the counts are %+v, in all %d", h.Groups, sum)
	}
	v = do(t, s, "e", "open", map[string]any{"class": "water", "group": "not labelled", "bin": 3})
	if len(v.Grid.Tiles) != 1 || v.Grid.Tiles[0].Row != 7 || v.Message != "water scored 0.15 to 0.20, not labelled: 1 to 1 of 2." {
		t.Fatalf("the bar opens %+v: %q", v.Grid.Tiles, v.Message)
	}
	if why := v.Grid.Tiles[0].Why; why != "water scored 0.175, not labelled" {
		t.Errorf("it says why: %q", why)
	}
	v = do(t, s, "f", "next", map[string]any{})
	if v.Grid.Tiles[0].Row != 6 || v.Message != "water scored 0.15 to 0.20, not labelled: 2 to 2 of 2." {
		t.Errorf("next shows %+v: %q", v.Grid.Tiles, v.Message)
	}
	if v = do(t, s, "g", "next", map[string]any{}); v.Strategy == "" || v.Grid.Tiles[0].Why != "in order" {
		t.Errorf("after the list comes %+v", v.Grid.Tiles)
	}
	for i, data := range []map[string]any{{"class": "water", "bin": 20}, {"class": "water", "bin": 1, "group": "friends"}, {"class": "sky", "bin": 1}} {
		if v := do(t, s, "h"+string(rune('0'+i)), "open", data); v.Message == "" {
			t.Errorf("%v opens %+v", data, v.Grid.Tiles)
		}
	}
	if v := do(t, s, "i", "histogram", map[string]any{"class": "sky"}); v.Message != `There is no class "sky".` {
		t.Errorf("a class that is none: %q", v.Message)
	}
}

func TestSizeKeepsWhatIsOnScreen(t *testing.T) {
	p := newProject(t, 40)
	s := New(t.Context(), p, Options{Columns: 2, Rows: 2})
	rows := func(v view) (list []int) {
		for _, tile := range v.Grid.Tiles {
			list = append(list, tile.Row)
		}
		return list
	}
	v := do(t, s, "a", "size", map[string]any{"columns": 3, "rows": 2})
	if got := rows(v); !slices.Equal(got, []int{0, 1, 2, 3, 4, 5}) || v.Grid.Columns != 3 || v.Grid.Rows != 2 {
		t.Errorf("larger: %v in %d columns", got, v.Grid.Columns)
	}
	v = do(t, s, "b", "size", map[string]any{"columns": 2, "rows": 1})
	if got := rows(v); !slices.Equal(got, []int{0, 1}) {
		t.Errorf("smaller: %v", got)
	}
	if v = do(t, s, "c", "size", map[string]any{"columns": 99, "rows": 1}); v.Grid.Columns != 2 || v.Message == "" {
		t.Errorf("too large: %+v", v.Message)
	}
	scored(p)
	do(t, s, "d", "open", map[string]any{"class": "water", "bin": 0})
	v = do(t, s, "e", "size", map[string]any{"columns": 1, "rows": 1})
	if got := rows(v); !slices.Equal(got, []int{1}) {
		t.Errorf("a list made smaller: %v", got)
	}
	if got := rows(do(t, s, "f", "next", map[string]any{})); !slices.Equal(got, []int{0}) {
		t.Errorf("what was taken off the screen comes next: %v", got)
	}
}
