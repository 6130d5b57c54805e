package studio

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"math"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/patchwork/labels"
	"github.com/gopatchwork/patchwork/patchwork/labels/agreement"
	"github.com/gopatchwork/patchwork/widgets"
	"github.com/gopatchwork/patchwork/widgets/host"
)

// onALine is a layout of rows at 0, 1, 2 … of which the last has no place.
func onALine(n int) []float32 {
	var points []float32
	for row := range n - 1 {
		points = append(points, float32(row), 0)
	}
	nan := float32(math.NaN())
	return append(points, nan, nan)
}

func bitsOf(n int, rows ...int) string {
	return base64.StdEncoding.EncodeToString(widgets.BitsOfRows(rows, n))
}

// mapped waits until the map is as wished.
func mapped(t *testing.T, s *Session, what string, holds func(*mapView) bool) *mapView {
	t.Helper()
	var v *mapView
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(time.Millisecond) {
		s.mu.Lock()
		v = s.mapView()
		s.mu.Unlock()
		if holds(v) {
			return v
		}
	}
	t.Fatalf("%s: the map is %+v", what, v)
	return nil
}

// A layout is made in the background: labelling goes on, it can be stopped, it says what is missing, and what is not wanted
// any more changes nothing.
func TestMapIsLaidOutInTheBackground(t *testing.T) {
	p := newProject(t, 20)
	type asked struct {
		ctx  context.Context
		kind string
		step func(string, int, int)
		done chan error
	}
	calls := make(chan asked, 4)
	p.layout = func(ctx context.Context, kind string, step func(string, int, int)) ([]float32, error) {
		c := asked{ctx, kind, step, make(chan error, 1)}
		calls <- c
		select {
		case err := <-c.done:
			return onALine(20), err
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	s := New(t.Context(), p, Options{})
	if v := do(t, s, "1", "map", map[string]any{"on": true}); v.Map == nil || !v.Map.Running || v.Map.Kind != "umap" || v.Map.Points != "" {
		t.Fatalf("the map begins as %+v", v.Map)
	}
	first := <-calls
	first.step("placing images", 3, 9)
	if v := do(t, s, "2", "set", set(change{0, 0, 1})); v.Map.Step != "placing images" || v.Map.Done != 3 || v.Counts[0].Present != 1 {
		t.Errorf("while it is made: %+v, %+v", v.Map, v.Counts)
	}
	if !s.busy() {
		t.Error("a server might end under it")
	}
	if v := do(t, s, "3", "map", map[string]any{"of": "pca"}); v.Map.Kind != "pca" || v.Map.Step != "" {
		t.Errorf("another kind: %+v", v.Map)
	}
	second := <-calls
	if first.ctx.Err() == nil || second.kind != "pca" {
		t.Errorf("the first goes on: %v; the second is %s", first.ctx.Err(), second.kind)
	}
	do(t, s, "4", "map-stop", nil)
	if v := mapped(t, s, "stopped", func(v *mapView) bool { return !v.Running }); v.Failed != "Stopped." {
		t.Errorf("stopped says %q", v.Failed)
	}
	do(t, s, "5", "map", map[string]any{"of": "pca"})
	(<-calls).done <- errors.New("no features; Train computes them too")
	if v := mapped(t, s, "without features", func(v *mapView) bool { return !v.Running }); !strings.Contains(v.Failed, "Train computes them") {
		t.Errorf("without features it says %q", v.Failed)
	}
	p.train = func(context.Context) (classify.Info, error) { return classify.Info{}, nil }
	do(t, s, "6", "train", nil) // which makes features
	(<-calls).done <- nil
	v := mapped(t, s, "made", func(v *mapView) bool { return !v.Running })
	if v.Placed != 19 || v.Images != 20 || v.Behind != 0 || v.Points == "" || v.Failed != "" {
		t.Errorf("made it is %+v", v)
	}
	if v := do(t, s, "7", "map", map[string]any{"of": "tsne"}); !strings.Contains(v.Message, `no map of kind "tsne"`) || v.Map.Running {
		t.Errorf("an unknown kind: %s", v.Message)
	}
	if v := do(t, s, "8", "map", map[string]any{"on": false}); v.Map != nil {
		t.Errorf("hidden it is %+v", v.Map)
	}

	again := New(t.Context(), p, Options{}) // the map was hidden
	if again.mapping.on {
		t.Error("a studio that is opened again shows a map that was hidden")
	}
	do(t, s, "9", "map", map[string]any{"on": true})
	(<-calls).done <- nil
	do(t, s, "10", "map-color", map[string]any{"by": "age"})
	again = New(t.Context(), p, Options{})
	(<-calls).done <- nil
	if v := mapped(t, again, "again", func(v *mapView) bool { return v != nil && !v.Running }); v.Kind != "pca" || v.By != "age" {
		t.Errorf("opened again it is %+v", v)
	}
}

// withMap is a session with a map of n images.
func withMap(t *testing.T, n int) (*fakeProject, *Session) {
	p := newProject(t, n)
	p.layout = func(context.Context, string, func(string, int, int)) ([]float32, error) { return onALine(n), nil }
	s := New(t.Context(), p, Options{Columns: 3, Rows: 2})
	do(t, s, "on", "map", map[string]any{"on": true})
	mapped(t, s, "made", func(v *mapView) bool { return !v.Running })
	return p, s
}

// Labels recolour the map at once: the view brings the colours that have changed, from the ones before.
func TestMapColoursFollowLabels(t *testing.T) {
	_, s := withMap(t, 20)
	before := do(t, s, "1", "map-color", map[string]any{"by": "label: road"}).Map
	if before.By != "label: road" || before.Patch != nil {
		t.Errorf("another coloring is fetched whole, not as a change: %+v", before.Patch)
	}
	after := do(t, s, "2", "set", set(change{4, 1, 1}, change{7, 1, 0})).Map
	if p := after.Patch; p == nil || p.From != before.Codes || !slices.Equal(p.Rows, []int{4, 7}) || !slices.Equal(p.Codes, []int{0, 1}) || after.Codes == before.Codes {
		t.Errorf("after two labels: %+v at %s", after.Patch, after.Codes)
	}
	other := do(t, s, "3", "set", set(change{4, 0, 1})).Map
	if other.Codes != after.Codes {
		t.Error("a label of another class is said to change the colours")
	}
	undone := do(t, s, "4", "undo", nil)
	undone = do(t, s, "5", "undo", nil)
	if p := undone.Map.Patch; p == nil || p.From != after.Codes || !slices.Equal(p.Codes, []int{widgets.NoShade, widgets.NoShade}) {
		t.Errorf("after undo: %+v", p)
	}
	if v := do(t, s, "6", "map-color", map[string]any{"by": "score: road"}); !strings.Contains(v.Message, `no coloring "score: road"`) {
		t.Errorf("without a model: %s", v.Message)
	}
	do(t, s, "7", "class", map[string]any{"do": "rename", "name": "road", "now": "street"})
	if v := do(t, s, "8", "note", map[string]any{"rows": []int{1}, "text": "x"}); v.Map.By != "label: street" {
		t.Errorf("after the class was renamed it is coloured by %s", v.Map.By)
	}
}

func TestMapSelectionIsCountedLabelledAndOpened(t *testing.T) {
	p, s := withMap(t, 20)
	do(t, s, "1", "set", set(change{2, 0, 1}, change{3, 0, 0}))
	do(t, s, "2", "exclude", map[string]any{"rows": []int{5}, "value": true})
	raw, _ := json.Marshal(map[string]any{"bits": bitsOf(20, 2, 3, 4, 5)})
	reply, err := s.Receive(t.Context(), "tab", host.Event{ID: "3", Kind: "map-select", Data: raw})
	if err != nil {
		t.Fatal(err)
	}
	sum := reply.(map[string]any)["summary"].(widgets.ScatterSummary)
	if sum.Classes[0] != (widgets.ClassCount{Name: "water", Present: 1, Absent: 1, Unknown: 1}) || len(sum.Tiles) != 3 || sum.Tiles[0].Badge != "water" {
		t.Errorf("three that are used: %+v", sum)
	}
	v := do(t, s, "4", "map-label", map[string]any{"bits": bitsOf(20, 2, 3, 4, 5), "class": "water", "value": 1, "only": true})
	if v.Message != "1 image labelled on the map: water present." {
		t.Error(v.Message)
	}
	v = do(t, s, "5", "map-label", map[string]any{"bits": bitsOf(20, 2, 3, 4, 5), "class": "water", "value": 1})
	if v.Message != "1 image labelled on the map: water present." || v.Counts[0].Present != 3 {
		t.Errorf("%s %+v", v.Message, v.Counts[0])
	}
	if v = do(t, s, "6", "undo", nil); v.Counts[0].Present != 2 || v.Counts[0].Absent != 1 {
		t.Errorf("one undo takes one back: %+v", v.Counts[0])
	}
	for data, want := range map[string]string{`{"class":"x"}`: `no class "x"`, `{"class":"water","value":1,"bits":""}`: "All of them are so already"} {
		var m map[string]any
		json.Unmarshal([]byte(data), &m)
		if v := do(t, s, data, "map-label", m); !strings.Contains(v.Message, want) {
			t.Errorf("%s: %s", data, v.Message)
		}
	}
	v = do(t, s, "7", "map-open", map[string]any{"bits": bitsOf(20, 19, 8, 5, 1)})
	if rows := rowsOf(v); !slices.Equal(rows, []int{1, 8, 19}) || !strings.Contains(v.Message, "from the map: 1 to 3 of 3") || v.Map.Marks == "" {
		t.Errorf("opened are %v: %s, marks %q", rows, v.Message, v.Map.Marks)
	}
	v = do(t, s, "8", "map-show", map[string]any{"row": 10})
	if rows := rowsOf(v); !slices.Equal(rows, []int{10, 9, 11, 8, 12, 7}) {
		t.Errorf("around 10 are %v", rows)
	}
	if v := do(t, s, "9", "map-show", map[string]any{"row": 19}); !strings.Contains(v.Message, "no place on the map") {
		t.Error(v.Message)
	}
	if v := do(t, s, "10", "next", nil); v.Map.Marks == "" {
		t.Error("the rest of the list is not marked")
	}
	_ = p
}

func rowsOf(v view) (rows []int) {
	for _, tile := range v.Grid.Tiles {
		rows = append(rows, tile.Row)
	}
	return rows
}

// While labels are hidden the map does not tell them either.
func TestMapGivesNoLabelsAwayToABlindRepeat(t *testing.T) {
	p, s := withMap(t, 20)
	do(t, s, "1", "set", set(change{2, 0, 1}))
	p.scores = func(int) []float32 { return []float32{0.9, 0.1} }
	p.repeats = []int{2}
	v := do(t, s, "2", "repeats", map[string]any{"others": false})
	if s.batch.strategy != agreement.BlindRepeat {
		t.Fatalf("not blind: %s", v.Message)
	}
	if v.Map.By != "subset" || slices.ContainsFunc(v.Map.Colorings, func(c coloringView) bool { return c.Key != "subset" && c.Key != "side" }) {
		t.Errorf("coloured by %s, of %v", v.Map.By, v.Map.Colorings)
	}
	raw, _ := json.Marshal(map[string]any{"bits": bitsOf(20, 2)})
	reply, err := s.Receive(t.Context(), "tab", host.Event{ID: "3", Kind: "map-select", Data: raw})
	if err != nil {
		t.Fatal(err)
	}
	if sum := reply.(map[string]any)["summary"].(widgets.ScatterSummary); len(sum.Classes) != 0 || sum.Tiles[0].Badge != "" || sum.Tiles[0].Why != "" {
		t.Errorf("the selection says %+v", sum)
	}
	if v := do(t, s, "4", "map-label", map[string]any{"bits": bitsOf(20, 2), "class": "water", "value": 0}); !strings.Contains(v.Message, "one by one") {
		t.Error(v.Message)
	}
}

// What the page fetches: places, colours, the list that is open, and what is known of images.
func TestMapIsServed(t *testing.T) {
	_, s := withMap(t, 20)
	do(t, s, "1", "map-open", map[string]any{"bits": bitsOf(20, 3, 9)})
	server, err := NewServer(s, host.Options{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go server.Serve(ctx)
	get := func(path string) (int, []byte) {
		t.Helper()
		answer, err := http.Get(server.URL() + "/" + path + "&token=" + server.Token())
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		data, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return answer.StatusCode, data
	}
	if _, data := get("map/points?stamp=1"); len(data) != 12+4*20 {
		t.Errorf("places have %d bytes; want 12, and 4 an image", len(data))
	}
	if _, data := get("map/codes?stamp=1"); len(data) != 20 {
		t.Errorf("colours have %d bytes", len(data))
	}
	if _, data := get("map/marks?of=x"); !slices.Equal(data, widgets.BitsOfRows([]int{3, 9}, 20)) {
		t.Errorf("marks are %v", data)
	}
	if code, data := get("map/tiles?rows=3,4"); code != 200 || !strings.Contains(string(data), `"caption":"003.jpg"`) || !strings.Contains(string(data), `"badge":"not labelled"`) {
		t.Errorf("tiles are %d %s", code, data)
	}
	if code, _ := get("map/tiles?rows=20"); code != http.StatusBadRequest {
		t.Errorf("an image that is not there is answered with %d", code)
	}
}

// Colours by hand from a few labels and scores.
func TestColorings(t *testing.T) {
	p := newProject(t, 6)
	put := func(class string, value int8, rows ...int) {
		t.Helper()
		var e labels.Event
		e.Kind = labels.KindLabel
		c := labels.Change{Class: class, Value: value}
		for _, row := range rows {
			c.Images = append(c.Images, labels.Ref(p.index, row))
		}
		e.Set = []labels.Change{c}
		if _, err := p.store.Apply(e); err != nil {
			t.Fatal(err)
		}
		time.Sleep(3 * time.Millisecond) // the journal counts milliseconds
	}
	put("water", 1, 0, 2)
	put("road", 1, 1, 2)
	put("water", 0, 3)
	put("road", 0, 3)
	put("water", 0, 4)
	scores := func(row int) []float32 {
		return [][]float32{{0.9, 0.1}, {0.75, 0.8}, {0.4, 0.3}, {1, 0.2}, {float32(math.NaN()), 0.5}, nil}[row]
	}
	got := map[string]widgets.Shades{}
	for _, c := range Colorings(p.store.Table().Classes(), true) {
		got[c.Key] = c.Make(Shown{p.store.Table(), p.index, scores})
	}
	const no = widgets.NoShade
	for key, want := range map[string][]byte{
		"labels":         {0, 1, 2, 3, no, no}, // water, road, several, all absent
		"guess":          {0, 1, no, 0, 1, no},
		"label: water":   {0, no, 0, 1, 1, no},
		"score: water":   {229, 191, 102, 254, no, no}, // 254 times the score
		"mistake: water": {25, no, 152, 254, no, no},
		"age":            {0, 85, 85, 169, 254, no}, // the first, second, fourth and fifth of the journal: 0, 1/3, 2/3 and 1 of 254
		"subset":         {0, 0, 0, 0, 0, 0},
		"side":           {0, 0, 0, 0, 0, 0},
	} {
		if !slices.Equal(got[key].Of, want) {
			t.Errorf("%s is %v, want %v", key, got[key].Of, want)
		}
	}
	if g := got["labels"].Groups; len(g) != 4 || g[0].Color != widgets.ShadeColor(0) || g[1].Name != "road" {
		t.Errorf("the legend of all labels is %v", g)
	}
	if without := Colorings([]string{"a"}, false); len(without) != 5 {
		t.Errorf("without a model there are %d: %v", len(without), without)
	}
	none := byAge(Shown{newProject(t, 3).store.Table(), newProject(t, 3).index, nil})
	if !slices.Equal(none.Of, []byte{no, no, no}) {
		t.Errorf("nothing labelled has ages %v", none.Of)
	}
}

func TestTimesAreToldApart(t *testing.T) {
	at := time.Date(2026, 3, 4, 13, 5, 6, 0, time.Local)
	for _, tt := range []struct {
		span time.Duration
		want string
	}{{time.Minute, "13:05:06"}, {time.Hour, "13:05"}, {30 * time.Hour, "4 Mar 13:05"}, {20 * 24 * time.Hour, "4 Mar"}, {500 * 24 * time.Hour, "Mar 2026"}} {
		if got := timeText(at, at, at.Add(tt.span)); got != tt.want {
			t.Errorf("over %v it is %q, want %q", tt.span, got, tt.want)
		}
	}
}
