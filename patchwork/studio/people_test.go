package studio

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gopatchwork/patchwork/patchwork/labels"
	"github.com/gopatchwork/patchwork/patchwork/labels/agreement"
)

func TestBlindRepeatsHideLabels(t *testing.T) {
	p := newProject(t, 40)
	p.scores, p.stamp = func(int) []float32 { return []float32{0.2, 0.8} }, "1"
	s := New(t.Context(), p, Options{})
	do(t, s, "a", "set", set(change{4, 0, 1}, change{8, 1, 1}))
	do(t, s, "n", "note", object{"rows": []int{4}, "text": "a lake"})
	if v := do(t, s, "0", "repeats", nil); !strings.Contains(v.Message, "nothing to repeat") {
		t.Errorf("message %q", v.Message)
	}
	p.repeats = []int{8, 4}
	v := do(t, s, "r", "repeats", nil)
	for _, tile := range v.Grid.Tiles {
		if slices.ContainsFunc(tile.Values, func(v int8) bool { return v != -1 }) || tile.Scores != nil || tile.Note != "" {
			t.Errorf("image %d shows %v, scores %v, note %q; want all hidden", tile.Row, tile.Values, tile.Scores, tile.Note)
		}
	}
	v = do(t, s, "b", "set", set(change{4, 0, 0}))
	if got := v.Grid.Tiles[1].Values; got[0] != 0 || got[1] != -1 {
		t.Errorf("image 4 shows %v, want what was said now", got)
	}
	do(t, s, "c", "set", set(change{4, 0, 1}))
	if v = do(t, s, "u", "undo", nil); v.Grid.Tiles[1].Values[0] != 0 {
		t.Errorf("after undo image 4 shows %v, want what was said before", v.Grid.Tiles[1].Values)
	}
	if v = do(t, s, "d", "redo", nil); v.Grid.Tiles[1].Values[0] != 1 {
		t.Errorf("after redo image 4 shows %v", v.Grid.Tiles[1].Values)
	}
	var blind int
	for e, err := range p.store.Events() {
		if err != nil {
			t.Fatal(err)
		}
		if e.Shown != nil && e.Shown.Strategy == agreement.BlindRepeat {
			blind++
		}
	}
	if blind != 2 {
		t.Errorf("%d events of the journal are blind repeats, want 2", blind)
	}
	if again := New(t.Context(), p, Options{}); again.batch.blind() {
		t.Error("opened again, the blind repeats are shown again, with what was said now hidden")
	}
}

func TestAgreementIsMeasuredMeanwhile(t *testing.T) {
	p := newProject(t, 40)
	other, err := labels.Open(labels.Options{Dir: p.dir, Annotator: "bob", Classes: []string{"water", "road"}, Images: p.index})
	if err != nil {
		t.Fatal(err)
	}
	for i, value := range []int8{1, 1, 0, 1} {
		if _, err := other.Apply(labels.Event{Kind: labels.KindLabel, Set: []labels.Change{{Class: "water", Value: value, Images: []string{labels.Ref(p.index, i)}}}}); err != nil {
			t.Fatal(err)
		}
	}
	other.Close()
	if _, err := p.store.Refresh(); err != nil {
		t.Fatal(err)
	}
	s := New(t.Context(), p, Options{})
	pushed := make(chan view, 100)
	s.Bind(func(v any) {
		if v, ok := v.(view); ok {
			pushed <- v
		}
	}, func(string) {})
	do(t, s, "a", "set", set(change{0, 0, 1}, change{1, 0, 0}, change{2, 0, 0}, change{3, 0, 1}))
	if v := do(t, s, "m", "people", nil); v.Agreement == nil || !v.Agreement.Running {
		t.Fatal("nothing says that it is being measured")
	}
	deadline := time.After(10 * time.Second)
	for {
		select {
		case v := <-pushed:
			if v.Agreement == nil || v.Agreement.Running {
				continue
			}
			a := v.Agreement
			if a.Failed != "" || len(a.People) != 2 || a.Open != 1 || *a.Classes[0].Agreement != 0.75 || a.Classes[0].Kappa == nil || a.Classes[1].Alpha != nil {
				t.Errorf("measured %+v", a)
			}
			return
		case <-deadline:
			t.Fatal("it is never measured")
		}
	}
}

func TestRuleIsChosenOnThePage(t *testing.T) {
	p := newProject(t, 4)
	s := New(t.Context(), p, Options{})
	if v := do(t, s, "1", "rule", object{"rule": "majority"}); v.Rule != "majority" || !strings.Contains(v.Message, "majority") {
		t.Errorf("rule %q, message %q", v.Rule, v.Message)
	}
	if v := do(t, s, "2", "rule", object{"rule": "loudest"}); v.Rule != "majority" || !strings.Contains(v.Message, "loudest") {
		t.Errorf("rule %q, message %q", v.Rule, v.Message)
	}
}

func TestImagesThatLookAlike(t *testing.T) {
	p := newProject(t, 100)
	s := New(t.Context(), p, Options{})
	v := do(t, s, "1", "alike", object{"rows": []int{5}})
	if !slices.Equal(p.alike, []int{5}) || len(v.Grid.Tiles) != 16 || v.Message != "like 005.jpg: 1 to 16 of 99." {
		t.Errorf("asked about %v: %d images, message %q", p.alike, len(v.Grid.Tiles), v.Message)
	}
	for _, tile := range v.Grid.Tiles {
		if tile.Row == 5 {
			t.Error("the image itself is among those that look like it")
		}
	}
	if v = do(t, s, "2", "alike", nil); !strings.Contains(v.Message, "No image was named") {
		t.Errorf("message %q", v.Message)
	}
}

// What another process finds or writes while the studio is open is taken up.
func TestImagesThatCome(t *testing.T) {
	p := newProject(t, 40)
	s := New(t.Context(), p, Options{})
	do(t, s, "a", "set", set(change{3, 0, 1}))
	p.reload = func() (bool, error) {
		p.reload = nil
		more := newProject(t, 44)
		p.store.Close()
		store, err := labels.Open(labels.Options{Dir: p.dir, Annotator: "ann", Classes: []string{"water", "road"}, Images: more.index})
		p.index, p.store = more.index, store
		t.Cleanup(func() { store.Close() })
		return true, err
	}
	s.mu.Lock()
	news := s.reload()
	s.mu.Unlock()
	if news != "4 new images found; Next shows some." {
		t.Errorf("news %q", news)
	}
	v := do(t, s, "p", "pages", object{"on": true})
	if *v.Grid.Total != 44 || v.Totals.Labelled+v.Totals.Partial != 1 {
		t.Errorf("%d images of which %d have labels, want 44 and 1", *v.Grid.Total, v.Totals.Partial)
	}
}
