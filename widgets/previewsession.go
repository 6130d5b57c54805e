package widgets

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"sync"

	"github.com/gopatchwork/patchwork/widgets/host"
)

// previewSession is the application behind Preview.Run: the values of the controls, and the pictures for them. It is a
// host.App; its page is assets/previewcell.mjs.
type previewSession struct {
	p   Preview
	ctx context.Context

	mu     sync.Mutex
	values []float64
	draws  int
	shown  []GridImage // the pictures for them
	number int         // of the drawing, so that a page never shows an old picture under a new address
	fault  string      // what Draw said
	server *host.Server
}

// previewView is what the page draws.
type previewView struct {
	Title    string        `json:"title"`
	Controls []Control     `json:"controls"`
	Presets  []Preset      `json:"presets"`
	Values   []float64     `json:"values"`
	Columns  int           `json:"columns"`
	Tiles    []previewTile `json:"tiles"`
	Text     string        `json:"text"`
	Fault    string        `json:"fault,omitempty"`
}

// Key lets a newer view take the place of one that a page has not read.
func (previewView) Key() string { return "view" }

type previewTile struct {
	Src     string `json:"src"`
	Caption string `json:"caption"`
	Title   string `json:"title,omitempty"`
}

func newPreviewSession(ctx context.Context, p Preview) *previewSession {
	return &previewSession{p: p, ctx: ctx, values: p.Values()}
}

// chosen are the values now.
func (s *previewSession) chosen() (values []float64, draws int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.values), s.draws
}

// Start is called by the server once, before pages come.
func (s *previewSession) Start(server *host.Server) {
	s.server = server
	server.Handle("GET /picture/{number}/{i}", http.HandlerFunc(s.picture)) // the pattern is valid and new, so no error
}

// Hello is the first view of a page.
func (s *previewSession) Hello(context.Context, string) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.number == 0 {
		s.redraw()
	}
	return s.view(), nil
}

// Receive applies one event: set with all values, again for other draws, or done. The reply is the view after it.
func (s *previewSession) Receive(_ context.Context, _ string, e host.Event) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch e.Kind {
	case "set":
		var wish struct {
			Values []float64 `json:"values"`
		}
		if err := json.Unmarshal(e.Data, &wish); err != nil {
			return nil, fmt.Errorf("widgets: the event is not understood: %w", err)
		}
		if len(wish.Values) != len(s.values) {
			return nil, fmt.Errorf("widgets: %d values came and there are %d controls", len(wish.Values), len(s.values))
		}
		for i, c := range s.p.Controls {
			s.values[i] = c.fit(wish.Values[i])
		}
		s.redraw()
	case "again":
		s.draws++
		s.redraw()
	case "done":
		s.server.End(host.ReasonDone)
	default:
		return nil, fmt.Errorf("widgets: %q has no meaning here", e.Kind)
	}
	v := s.view()
	return v, s.server.Push(v)
}

// redraw makes the pictures for the values; s.mu is held. When that fails the old ones stay.
func (s *previewSession) redraw() {
	s.number++
	images, err := s.p.draw(s.ctx, s.values, s.draws)
	if err != nil {
		s.fault = err.Error()
		return
	}
	s.shown, s.fault = images, ""
}

// view is what a page shows now; s.mu is held.
func (s *previewSession) view() previewView {
	v := previewView{
		Title: orText(s.p.Title, "preview"), Controls: s.p.Controls, Presets: s.p.Presets, Values: slices.Clone(s.values),
		Columns: orElse(max(s.p.Columns, 0), 4), Tiles: []previewTile{}, Fault: s.fault,
	}
	if s.p.Text != nil {
		v.Text = s.p.Text(v.Values)
	}
	for i, img := range s.shown {
		v.Tiles = append(v.Tiles, previewTile{
			Src: fmt.Sprintf("picture/%d/%d?token=%s", s.number, i, s.server.Token()), Caption: img.Caption, Title: orText(img.Title, img.Caption),
		})
	}
	return v
}

// picture serves a picture of the latest drawing, whatever drawing was asked for: a page that is late shows the new one.
func (s *previewSession) picture(w http.ResponseWriter, r *http.Request) {
	i, err := strconv.Atoi(r.PathValue("i"))
	s.mu.Lock()
	shown := s.shown
	s.mu.Unlock()
	if err != nil || i < 0 || i >= len(shown) {
		http.NotFound(w, r)
		return
	}
	shown[i].serve(w, 640, 512<<10, "no-store")
}
