package widgets

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/widgets/host"
)

// newSession is a session with n images and a server that listens but is not asked anything.
func newSession(t *testing.T, n int, classes ...string) *session {
	t.Helper()
	s := &session{mode: "grid", title: "label images", columns: 4, classes: Classes(classes...)}
	for i := range n {
		s.images = append(s.images, GridImage{Src: []byte{}, File: fmt.Sprintf("%d.png", i), Caption: fmt.Sprint(i)})
	}
	s.begin()
	server, err := host.New(s, host.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.End("test is over") })
	return s
}

// tell hands the session an event and returns the view that it answers.
func tell(t *testing.T, s *session, kind, data string) view {
	t.Helper()
	reply, err := s.Receive(t.Context(), "page", host.Event{Kind: kind, Data: json.RawMessage(data)})
	if err != nil {
		t.Fatalf("%s %s: %v", kind, data, err)
	}
	return reply.(view)
}

func TestSessionLabelsAndTakesBack(t *testing.T) {
	s := newSession(t, 2, "cat", "dog")
	v := tell(t, s, "set", `{"changes":[{"row":0,"class":0,"value":1},{"row":0,"class":1,"value":0}]}`)
	if v.Labelled != 1 || !v.CanUndo || v.CanRedo || !slices.Equal(v.Grid.Tiles[0].Values, []int8{1, 0}) {
		t.Errorf("after a label: %+v", v)
	}
	tell(t, s, "set", `{"changes":[{"row":0,"class":0,"value":-1},{"row":0,"class":0,"value":0}]}`)
	v = tell(t, s, "undo", `{}`)
	if !slices.Equal(v.Grid.Tiles[0].Values, []int8{1, 0}) || !v.CanRedo {
		t.Errorf("undo takes back a whole step, also one that sets a class twice: %v", v.Grid.Tiles[0].Values)
	}
	v = tell(t, s, "undo", `{}`)
	v = tell(t, s, "undo", `{}`) // one more than there is
	if !slices.Equal(v.Grid.Tiles[0].Values, []int8{-1, -1}) || v.CanUndo {
		t.Errorf("undo at the beginning: %v", v.Grid.Tiles[0].Values)
	}
	tell(t, s, "redo", `{}`)
	v = tell(t, s, "redo", `{}`)
	if !slices.Equal(v.Grid.Tiles[0].Values, []int8{0, 0}) || v.CanRedo {
		t.Errorf("redo goes forward again: %v", v.Grid.Tiles[0].Values)
	}
	tell(t, s, "undo", `{}`)
	if v = tell(t, s, "set", `{"changes":[{"row":1,"class":0,"value":7}]}`); v.CanRedo || v.Grid.Tiles[1].Values[0] != unknown {
		t.Error("a new step ends redo, and a value that is no label is unknown")
	}
}

func TestSessionRefusesWhatMakesNoSenseAndKeepsItsLabels(t *testing.T) {
	s := newSession(t, 1, "cat")
	for _, e := range []struct{ kind, data, want string }{
		{"set", `{"changes":[{"row":0,"class":0,"value":1},{"row":5,"class":0,"value":1}]}`, "no image 5"},
		{"set", `{"changes":[{"row":0,"class":-1,"value":1}]}`, "class -1"},
		{"set", `[]`, "not understood"},
		{"set", `{"batch":"0","spans":[[0,2]],"fill":[{"class":0,"value":1}]}`, "no images 0 to 2"},
		{"set", `{"batch":"0","spans":[[1,0]],"fill":[{"class":0,"value":1}]}`, "no images 1 to 0"},
		{"set", `{"batch":"0","spans":[[0,1]],"fill":[{"class":3,"value":1}]}`, "no class 3"},
		{"set", `{"batch":"7","spans":[[0,1]],"fill":[{"class":0,"value":1}]}`, `batch "7"`},
		{"page", `{"start":5,"count":1}`, "1 images from 5 on"},
		{"page", `{"start":0,"count":501}`, "want 1 to 500"},
		{"page", `7`, "not understood"},
		{"exclude", `{"row":0,"value":true}`, `"exclude" has no meaning here`},
	} {
		_, err := s.Receive(t.Context(), "page", host.Event{Kind: e.kind, Data: json.RawMessage(e.data)})
		if err == nil || !strings.Contains(err.Error(), e.want) {
			t.Errorf("%s %s: error %v; want %q", e.kind, e.data, err, e.want)
		}
	}
	if !slices.Equal(s.values[0], []int8{-1}) {
		t.Errorf("labels are %v; want none: a refused event changes nothing", s.values[0])
	}
}

func TestSessionSendsManyImagesInWindows(t *testing.T) {
	s := newSession(t, 1000, "cat", "dog")
	first, err := s.Hello(t.Context(), "page")
	if err != nil {
		t.Fatal(err)
	}
	if g := first.(view).Grid; g.Total == nil || *g.Total != 1000 || len(g.Tiles) != allAtOnce || g.Tiles[0].Row != 0 {
		t.Errorf("the first view has %d tiles of %v; want %d of 1000", len(g.Tiles), g.Total, allAtOnce)
	}
	v := tell(t, s, "page", `{"batch":"0","start":990,"count":40}`)
	if g := v.Grid; g.Start != 990 || len(g.Tiles) != 10 || g.Tiles[9].Row != 999 {
		t.Errorf("a window at the end has %d tiles from %d on; want 10 from 990 on", len(g.Tiles), g.Start)
	}
	before := v.Grid.Version
	if v = tell(t, s, "set", `{"changes":[{"row":990,"class":1,"value":0}]}`); v.Grid.Start != 990 || v.Grid.Version == before {
		t.Errorf("after a label the page gets tiles from %d on, version %d; want its own window and another version", v.Grid.Start, v.Grid.Version)
	}
	if other, _ := s.Hello(t.Context(), "other page"); other.(view).Grid.Start != 0 {
		t.Error("another page has the window of the first")
	}
	if g := newSession(t, allAtOnce, "cat").view(window{0, allAtOnce}).Grid; g.Total != nil || len(g.Tiles) != allAtOnce {
		t.Errorf("%d images come as %d tiles of %v; want all, without a total", allAtOnce, len(g.Tiles), g.Total)
	}
}

func TestSessionLabelsManyInOneStep(t *testing.T) {
	s := newSession(t, 1000, "cat", "dog")
	tell(t, s, "set", `{"changes":[{"row":500,"class":0,"value":1}]}`)
	v := tell(t, s, "set", `{"changes":[{"row":0,"class":0,"value":0},{"row":0,"class":1,"value":0}],"batch":"0","spans":[[1,1000]],
		"fill":[{"class":0,"value":0,"only":-1},{"class":1,"value":0,"only":-1}],"dwell_ms":5}`)
	if v.Labelled != 1000 || s.values[500][0] != present || s.values[999][0] != absent {
		t.Errorf("%d of 1000 are labelled, image 500 is %v; want all, and what was known kept", v.Labelled, s.values[500])
	}
	if v = tell(t, s, "undo", `{}`); v.Labelled != 0 || s.values[500][0] != present || s.values[999][1] != unknown {
		t.Errorf("one undo left %d labelled, image 500 %v", v.Labelled, s.values[500])
	}
	if v = tell(t, s, "redo", `{}`); v.Labelled != 1000 {
		t.Errorf("one redo labelled %d; want 1000", v.Labelled)
	}
}

func TestRunComplainsAboutAllAtOnce(t *testing.T) {
	g := Grid{Images: []GridImage{{Values: []int8{1}, Scores: []float32{1, 2, 3}}}, Classes: Classes("a", "a")}
	_, err := g.Run(t.Context())
	for _, want := range []string{`Classes[1] is named "a"`, "Images[0] has 1 Values", "Images[0] has 3 Scores"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v does not say %q", err, want)
		}
	}
	_, err = Grid{}.Run(t.Context())
	for _, want := range []string{"no images", "Classes is empty"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v does not say %q", err, want)
		}
	}
	if _, err := (LabelButtons{}).Run(t.Context()); err == nil || !strings.Contains(err.Error(), "Classes is empty") {
		t.Errorf("buttons without classes: %v", err)
	}
}

func TestOneClassAndOtherKeysReachThePage(t *testing.T) {
	s := newSession(t, 2, "cat", "dog")
	if g := s.view(s.common()).Grid; g.Quick != nil || g.Keys != nil {
		t.Errorf("quick %v and keys %v; want neither where nobody asked", g.Quick, g.Keys)
	}
	s.quick, s.keys = "dog", map[string][]string{"exclude": {"KeyJ"}}
	if g := s.view(s.common()).Grid; g.Quick == nil || g.Quick.Class != 1 || g.Keys["exclude"][0] != "KeyJ" {
		t.Errorf("quick %v and keys %v", g.Quick, g.Keys)
	}
	_, err := Grid{Images: make([]GridImage, 1), Classes: Classes("cat"), Quick: "cow"}.Run(t.Context())
	if err == nil || !strings.Contains(err.Error(), `Quick is "cow"`) {
		t.Errorf("Quick of no class: %v", err)
	}
}

func TestRunWhereNobodyCanClickReturnsAtOnce(t *testing.T) {
	t.Setenv("GONB_PIPE", "")
	values, err := Grid{Images: []GridImage{{Src: pngOf(t, speckled(8, 8)), Values: []int8{1, 5}}}, Classes: Classes("cat", "dog")}.Run(context.Background())
	if err != nil || len(values) != 1 || !slices.Equal(values[0], []int8{1, -1}) {
		t.Errorf("values %v, %v; want what the image came with, and unknown for what is no label", values, err)
	}
	choice, err := LabelButtons{Classes: Classes("cat", "dog")}.Run(context.Background())
	if err != nil || !slices.Equal(choice, []int8{-1, -1}) {
		t.Errorf("choice %v, %v; want both unknown", choice, err)
	}
}

func TestSessionServesItsPictures(t *testing.T) {
	small := pngOf(t, speckled(20, 20))
	s := &session{mode: "grid", columns: 4, classes: Classes("a"), images: []GridImage{{Src: small}, {Src: []byte("none")}}}
	s.begin()
	server, err := host.New(s, host.Options{})
	if err != nil {
		t.Fatal(err)
	}
	go server.Serve(t.Context())
	get := func(path string) (int, string) {
		r, err := http.Get(server.URL() + "/" + path)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Body.Close()
		body, _ := io.ReadAll(r.Body)
		return r.StatusCode, string(body)
	}
	tile := s.view(s.common()).Grid.Tiles[0]
	for _, path := range []string{tile.Src, tile.Full} {
		if code, body := get(path); code != 200 || body != string(small) {
			t.Errorf("%s: status %d, %d bytes; want the file", path, code, len(body))
		}
	}
	for path, want := range map[string]int{"picture/0?token=x": 403, "picture/2?token=" + server.Token(): 404, "picture/1?token=" + server.Token(): 422} {
		if code, _ := get(path); code != want {
			t.Errorf("%s: status %d; want %d", path, code, want)
		}
	}
	server.End("test is over")
}
