package studio

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// suspected opens the suspects and waits for them.
func suspected(t *testing.T, s *Session, id string) {
	t.Helper()
	do(t, s, id, "suspects", map[string]string{})
	for range 500 {
		s.mu.Lock()
		judging := s.judging
		s.mu.Unlock()
		if !judging {
			return
		}
		time.Sleep(2 * time.Millisecond)
	}
	t.Fatal("the suspects do not come")
}

// A suspect is changed or confirmed; both are a review in the journal, of the doubted class alone, and one undo takes the
// confirmation of a batch back.
func TestSuspectsAreChangedOrConfirmed(t *testing.T) {
	p := newProject(t, 40)
	s := New(t.Context(), p, Options{Columns: 2, Rows: 1})
	if v := do(t, s, "a", "confirm", map[string]any{}); v.Suspects || !strings.Contains(v.Message, "nothing to confirm") {
		t.Errorf("without suspects: %q", v.Message)
	}
	suspected(t, s, "b")
	if s.message != "No label is probably an error." {
		t.Errorf("none: %q", s.message)
	}
	p.suspects = []Suspect{{Pick{Row: 7, Score: 0.9, Reason: "labelled water present"}, []string{"water"}}, {Pick{Row: 3, Score: 0.8}, []string{"water"}}, {Pick{Row: 5, Score: 0.7}, []string{"water", "road"}}}
	for _, row := range []int{7, 3, 5} {
		do(t, s, "label"+string(rune('0'+row)), "set", set(change{row, 0, 1}, change{row, 1, 0}))
	}
	suspected(t, s, "c")
	v := s.view("tab")
	if !v.Suspects || len(v.Grid.Tiles) != 2 || v.Grid.Tiles[0].Row != 7 || v.Grid.Tiles[0].Why != "labelled water present" || !strings.Contains(v.Message, "1 to 2 of 3. Change what is wrong (G turns the doubted labels of an image round), then confirm the rest.") {
		t.Fatalf("%+v: %q", v.Grid.Tiles, v.Message)
	}
	do(t, s, "d", "set", set(change{7, 0, 0}))
	if v = do(t, s, "e", "confirm", map[string]any{}); v.Grid.Tiles[0].Row != 5 || !strings.HasPrefix(v.Message, "2 labels confirmed.") {
		t.Errorf("after the first two: %+v: %q", v.Grid.Tiles, v.Message)
	}
	if v = do(t, s, "f", "confirm", map[string]any{}); v.Suspects || !strings.Contains(v.Message, "the last suspects") {
		t.Errorf("after the last: %q", v.Message)
	}
	var said []string
	for e, err := range p.store.Events() {
		if err != nil {
			t.Fatal(err)
		}
		if e.Shown == nil || e.Shown.Strategy != Review {
			continue
		}
		for _, c := range e.Set {
			for _, name := range append(c.Classes, c.Class) {
				if name != "" {
					said = append(said, strings.SplitN(c.Images[0], "#", 2)[0]+" "+name+" "+labels.Tri(c.Value).String())
				}
			}
		}
	}
	image := func(row int) string { return p.index.At(row).ID }
	want := []string{image(7) + " water absent", image(7) + " water absent", image(3) + " water present", image(5) + " water present", image(5) + " road absent"}
	if !slices.Equal(said, want) {
		t.Errorf("the journal says %q, want %q", said, want)
	}
	before := p.store.Version()
	if v = do(t, s, "g", "undo", map[string]any{}); p.store.Version() != before+1 || p.store.Live("f") || !p.store.Live("e") {
		t.Errorf("one undo does not take the last confirmation back: %q", v.Message)
	}
}

// The doubted labels of several images are turned round in one event, those that nobody doubts stay, and one undo takes it back.
func TestDoubtedLabelsAreTurnedRound(t *testing.T) {
	p := newProject(t, 40)
	s := New(t.Context(), p, Options{Columns: 2, Rows: 1})
	if v := do(t, s, "a", "flip", object{"rows": []int{7}}); !strings.Contains(v.Message, "No label is doubted here") || !slices.Contains(v.Grid.Without, "flip") {
		t.Errorf("without suspects: %q, keys without %q", v.Message, v.Grid.Without)
	}
	p.suspects = []Suspect{{Pick{Row: 7}, []string{"water", "road"}}, {Pick{Row: 3}, []string{"water"}}}
	do(t, s, "b", "set", set(change{7, 0, 1}, change{7, 1, 0}, change{3, 0, 0}, change{3, 1, 1}))
	suspected(t, s, "c")
	before := p.store.Version()
	v := do(t, s, "d", "flip", object{"rows": []int{7, 3}})
	if slices.Contains(v.Grid.Without, "flip") || v.Message != "3 labels turned round. Undo takes that back." || p.store.Version() != before+1 {
		t.Errorf("%q, %d events", v.Message, p.store.Version()-before)
	}
	values := func() (list []labels.Tri) {
		for _, row := range []int{7, 3} {
			for class := range 2 {
				list = append(list, p.store.Table().Value(row, class))
			}
		}
		return list
	}
	if got := values(); !slices.Equal(got, []labels.Tri{0, 1, 1, 1}) {
		t.Errorf("the labels are %v; want water absent and road present in 7, water present and road as it was in 3", got)
	}
	if v = do(t, s, "e", "flip", object{"rows": []int{9}}); !strings.Contains(v.Message, "No label of this is doubted") {
		t.Errorf("an image that nobody doubts: %q", v.Message)
	}
	do(t, s, "f", "undo", object{})
	if got := values(); !slices.Equal(got, []labels.Tri{1, 0, 0, 1}) {
		t.Errorf("after an undo %v", got)
	}
}
