package studio

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/gopatchwork/patchwork/patchwork/labels"
	"github.com/gopatchwork/patchwork/widgets/host"
)

// ask sends an event of one page and returns the answer as the page sees it.
func ask(t *testing.T, s *Session, client, id, kind string, data any) (only tilesOnly, message string) {
	t.Helper()
	raw, err := json.Marshal(data)
	if err != nil {
		t.Fatal(err)
	}
	reply, err := s.Receive(t.Context(), client, host.Event{ID: id, Kind: kind, Data: raw})
	if wish, ok := err.(wishError); ok {
		return only, wish.Error()
	}
	if err != nil {
		t.Fatalf("%s: %v", kind, err)
	}
	if v, ok := reply.(view); ok {
		return tilesOnly{Grid: v.Grid}, v.Message
	}
	return reply.(tilesOnly), ""
}

type object = map[string]any

func TestPagesShowAllThatFit(t *testing.T) {
	p := newProject(t, 300)
	s := New(t.Context(), p, Options{})
	v := do(t, s, "p", "pages", object{"on": true})
	if v.Grid.Total == nil || *v.Grid.Total != 300 || len(v.Grid.Tiles) != firstWindow {
		t.Fatalf("total %v with %d tiles, want 300 with %d", v.Grid.Total, len(v.Grid.Tiles), firstWindow)
	}
	a, _ := ask(t, s, "a", "1", "page", object{"start": 200, "count": 30})
	b, _ := ask(t, s, "b", "2", "page", object{"start": 10, "count": 5})
	if a.Grid.Start != 200 || len(a.Grid.Tiles) != 30 || a.Grid.Tiles[0].Row != 200 || b.Grid.Start != 10 || len(b.Grid.Tiles) != 5 {
		t.Errorf("pages get tiles %d+%d and %d+%d, want each its own", a.Grid.Start, len(a.Grid.Tiles), b.Grid.Start, len(b.Grid.Tiles))
	}
	var pushed view
	s.Bind(func(v any) {
		if v, ok := v.(view); ok {
			pushed = v
		}
	}, func(string) {})
	after, _ := ask(t, s, "a", "3", "set", set(change{205, 1, 1}))
	if after.Grid.Start != 200 || after.Grid.Tiles[5].Values[1] != 1 {
		t.Errorf("after a label the page that gave it sees place %d with %v", after.Grid.Start, after.Grid.Tiles[5].Values)
	}
	if len(pushed.Grid.Tiles) != 0 || pushed.Grid.Version <= a.Grid.Version {
		t.Errorf("all pages are sent %d tiles and version %d after %d; want none and a later one", len(pushed.Grid.Tiles), pushed.Grid.Version, a.Grid.Version)
	}
	if v = do(t, s, "q", "pages", object{"on": false}); v.Grid.Total != nil || len(v.Grid.Tiles) != 16 {
		t.Errorf("a batch has total %v and %d tiles", v.Grid.Total, len(v.Grid.Tiles))
	}
}

func TestWindowBeyondTheEnd(t *testing.T) {
	s := New(t.Context(), newProject(t, 50), Options{})
	do(t, s, "p", "pages", object{"on": true})
	for _, w := range []object{{"start": -1, "count": 5}, {"start": 50, "count": 5}, {"start": 0, "count": 0}, {"start": 0, "count": 100000}} {
		if _, message := ask(t, s, "tab", "w", "page", w); !strings.Contains(message, "cannot be shown") {
			t.Errorf("a window of %v: message %q", w, message)
		}
	}
}

// Everything between two places is labelled in one step, also what the page has not seen, and one undo takes it back.
func TestLabelsForPlacesThatThePageHasNotSeen(t *testing.T) {
	p := newProject(t, 300)
	s := New(t.Context(), p, Options{})
	do(t, s, "a", "set", set(change{100, 0, 0}))
	v := do(t, s, "p", "pages", object{"on": true})
	wish := object{"changes": []change{{0, 0, 1}}, "batch": v.Grid.Batch, "spans": [][2]int{{60, 300}}, "fill": []object{{"class": 0, "value": 1, "only": -1}}}
	do(t, s, "b", "set", wish)
	table := p.store.Table()
	present := 0
	for row := range 300 {
		if table.Value(row, 0) == labels.Present {
			present++
		}
	}
	if present != 240 || table.Value(100, 0) != labels.Absent {
		t.Errorf("%d images are present and image 100 is %v; want 240, and absent as before", present, table.Value(100, 0))
	}
	if version := p.store.Version(); version != 2 {
		t.Errorf("the journal has %d events, want 2: one for the bulk label", version)
	}
	do(t, s, "u", "undo", nil)
	if got := p.store.Table().Value(250, 0); got != labels.Unknown {
		t.Errorf("after undo image 250 is %v", got)
	}
	do(t, s, "x", "exclude", object{"batch": v.Grid.Batch, "spans": [][2]int{{10, 20}}, "value": true, "text": "blurred"})
	if got := p.store.Table(); !got.Excluded(19) || got.Excluded(20) || got.ExcludeReason(10) != "blurred" {
		t.Error("images 10 to 19 are not the ones left out")
	}
}

// A selection that was made before other images came is that of the images it was made of, for a while, and then refused.
func TestSpansOfABatchThatIsGone(t *testing.T) {
	p := newProject(t, 300)
	s := New(t.Context(), p, Options{})
	old := do(t, s, "p", "pages", object{"on": true}).Grid.Batch
	label := object{"batch": old, "spans": [][2]int{{0, 3}}, "fill": []object{{"class": 1, "value": 1}}}
	do(t, s, "n", "pages", object{"on": false})
	do(t, s, "a", "set", label)
	if got := p.store.Table().Value(2, 1); got != labels.Present {
		t.Errorf("image 2 is %v, want present: it was selected", got)
	}
	for range keepEarlier + 1 {
		do(t, s, "", "next", nil)
	}
	if v := do(t, s, "b", "set", label); !strings.Contains(v.Message, "select them again") {
		t.Errorf("message %q", v.Message)
	}
	if v := do(t, s, "c", "set", object{"batch": "another", "spans": [][2]int{{0, 3}}, "fill": label["fill"]}); !strings.Contains(v.Message, "select them again") {
		t.Errorf("message %q", v.Message)
	}
}

func TestPagesGoOnWhereTheyWere(t *testing.T) {
	p := newProject(t, 300)
	s := New(t.Context(), p, Options{})
	before := do(t, s, "p", "pages", object{"on": true})
	ask(t, s, "tab", "1", "page", object{"start": 120, "count": 60})
	do(t, s, "a", "set", set(change{121, 0, 1}))
	again := New(t.Context(), p, Options{})
	hello, err := again.Hello(t.Context(), "another tab")
	if err != nil {
		t.Fatal(err)
	}
	v := hello.(view)
	if v.Grid.Batch != before.Grid.Batch || *v.Grid.Total != 300 || v.Grid.Start != 121 || v.Grid.Tiles[0].Values[0] != 1 {
		t.Errorf("opened again: batch %s of %d at %d, want %s of 300 at 121", v.Grid.Batch, *v.Grid.Total, v.Grid.Start, before.Grid.Batch)
	}
	delete(p.state, orderState)
	if v := do(t, New(t.Context(), p, Options{}), "n", "next", nil); *v.Grid.Total != 300 {
		t.Errorf("without the order that was kept there are %d images, want all in a new order", *v.Grid.Total)
	}
}

func TestListsInPages(t *testing.T) {
	p := newProject(t, 100)
	p.scores = func(row int) []float32 { return []float32{float32(row) / 100, 0.5} }
	s := New(t.Context(), p, Options{})
	v := do(t, s, "o", "open", object{"class": "road", "bin": 10})
	if len(v.Grid.Tiles) != 16 || v.Grid.Total != nil {
		t.Fatalf("the bar opens %d images", len(v.Grid.Tiles))
	}
	do(t, s, "n", "next", nil)
	if v = do(t, s, "p", "pages", object{"on": true}); *v.Grid.Total != 100 || v.Grid.Tiles[0].Why != "road scored 0.500, not labelled" {
		t.Errorf("the list in pages has %d images, the first because %q", *v.Grid.Total, v.Grid.Tiles[0].Why)
	}
	if v = do(t, s, "q", "pages", object{"on": false}); v.Message != "road scored 0.50 to 0.55, all: 1 to 16 of 100." {
		t.Errorf("message %q, want the list from its beginning", v.Message)
	}
}

func TestAnyStatusAndUnsure(t *testing.T) {
	p := newProject(t, 40)
	s := New(t.Context(), p, Options{})
	do(t, s, "a", "set", set(change{0, 0, 1}, change{0, 1, 1}))
	do(t, s, "q", "unsure", object{"rows": []int{7}, "value": true})
	v := do(t, s, "s", "sample", object{"status": "any"})
	if v.Sampling.Remain != 40 || v.Grid.Tiles[0].Row != 16 && v.Grid.Tiles[0].Row != 0 {
		t.Errorf("%d images remain of any status, want 40", v.Sampling.Remain)
	}
	if v = do(t, s, "t", "sample", object{"status": "to label", "exclude": "unsure"}); v.Sampling.Remain != 1 {
		t.Errorf("%d unsure images remain, want 1", v.Sampling.Remain)
	}
}

// A moment after a batch was shown the pages are told what Next would bring, and then it does.
func TestLooksAhead(t *testing.T) {
	s := New(t.Context(), newProject(t, 100), Options{})
	told := make(chan aheadView, 10)
	s.Bind(func(v any) {
		if v, ok := v.(aheadView); ok {
			told <- v
		}
	}, func(string) {})
	do(t, s, "", "sample", object{"strategy": "random"})
	for range 2 {
		do(t, s, "", "next", nil)
		select {
		case v := <-told:
			next := do(t, s, "", "next", nil)
			for i, tile := range next.Grid.Tiles {
				if i >= len(v.Ahead) || v.Ahead[i] != tile.Src {
					t.Fatalf("was told of %d, and image %d is at %s", len(v.Ahead), i, tile.Src)
				}
			}
		case <-time.After(5 * time.Second):
			t.Fatal("nothing was told")
		}
		<-told // of the batch that was shown last
	}
	do(t, s, "", "next", nil)
	s.Close(0)
	select {
	case <-told:
		t.Error("something was told after the end")
	case <-time.After(2 * aheadAfter):
	}
}

// What chooses a few that go together cannot put all in order: pages then have another order, and batches go on as before.
func TestPagesOfWhatIsDrawn(t *testing.T) {
	s := New(t.Context(), newProject(t, 60), Options{})
	v := do(t, s, "1", "pages", object{"on": true})
	if v.Grid.Total == nil || *v.Grid.Total != 60 || v.Strategy != "random" || !strings.Contains(v.Message, "60 images by random") {
		t.Errorf("pages of %v by %s, message %q; want all in random order", v.Grid.Total, v.Strategy, v.Message)
	}
	if v = do(t, s, "2", "pages", object{"on": false}); v.Grid.Total != nil || v.Strategy != "auto" {
		t.Errorf("after the pages %v by %s; want a batch by auto, as before", v.Grid.Total, v.Strategy)
	}
	do(t, s, "3", "pages", object{"on": true})
	if v = do(t, s, "3b", "sample", object{"strategy": "diversity"}); v.Grid.Total == nil || !strings.Contains(v.Message, "another order") {
		t.Errorf("pages of %v, message %q; want those before, and why", v.Grid.Total, v.Message)
	}
	do(t, s, "5", "sample", object{"strategy": "random"})
	if v = do(t, s, "6", "pages", object{"on": false}); v.Strategy != "random" {
		t.Errorf("after an order was chosen in pages batches are by %s; want random", v.Strategy)
	}
	p := newProject(t, 60)
	p.scores = func(int) []float32 { return []float32{0.9, 0.1} }
	if v = do(t, New(t.Context(), p, Options{}), "1", "pages", object{"on": true}); v.Strategy != "entropy" {
		t.Errorf("with a model the order is %s; want entropy", v.Strategy)
	}
}
