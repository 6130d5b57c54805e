package widgets

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"slices"
	"strconv"
	"sync"

	"github.com/gopatchwork/patchwork/widgets/host"
)

// openedImages is how many images a press shows at once.
const openedImages = 24

// decisionsSession is the application behind Decisions.Run: the thresholds, and the images opened last. It is a host.App; its
// page is assets/decisionscell.mjs.
type decisionsSession struct {
	d   Decisions
	ctx context.Context

	mu     sync.Mutex
	at     []float64 // the threshold of each class
	last   Opened
	limit  int // images of last that are shown; 0: nothing was opened
	title  string
	total  int
	shown  []GridImage
	number int    // of the opening, so that a page never shows an old image under a new address
	fault  string // what Open said
	server *host.Server
}

// decisionsView is what the page begins with.
type decisionsView struct {
	Title    string       `json:"title"`
	Classes  []Deciding   `json:"classes"`
	Matrices []matrixView `json:"matrices"`
	Step     int          `json:"step"` // images that a press shows at once
	openedView
}

type matrixView struct {
	Title  string   `json:"title"`
	Names  []string `json:"names"`
	Counts [][]int  `json:"counts"`
	Down   string   `json:"down"`
	Across string   `json:"across"`
}

// openedView is what a press adds.
type openedView struct {
	Opened *openedTiles `json:"opened"`
	Fault  string       `json:"fault,omitempty"`
}

type openedTiles struct {
	Title string        `json:"title"`
	Total int           `json:"total"`
	Tiles []previewTile `json:"tiles"`
}

// Key lets newer images take the place of those that a page has not read.
func (openedView) Key() string { return "opened" }

// Key keeps the whole view apart from what presses add.
func (decisionsView) Key() string { return "view" }

func newDecisionsSession(ctx context.Context, d Decisions) *decisionsSession {
	s := &decisionsSession{d: d, ctx: ctx}
	for _, c := range d.Classes {
		s.at = append(s.at, c.Start)
	}
	return s
}

// chosen are the thresholds now.
func (s *decisionsSession) chosen() []float64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.at)
}

// static is the script-free form as it is now.
func (s *decisionsSession) static() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	text, err := s.d.StaticHTML(s.at)
	if err != nil {
		return fmt.Sprintf("<p>the curves cannot be drawn: %v</p>", err)
	}
	if len(s.shown) > 0 {
		text += fmt.Sprintf("<p>%s: %d of %d</p>\n", html.EscapeString(s.title), len(s.shown), s.total) + Grid{Images: s.shown, Columns: 8}.StaticHTML()
	}
	return text
}

// Start is called by the server once, before pages come.
func (s *decisionsSession) Start(server *host.Server) {
	s.server = server
	server.Handle("GET /picture/{number}/{i}", http.HandlerFunc(s.picture)) // the pattern is valid and new, so no error
}

// Hello is the first view of a page.
func (s *decisionsSession) Hello(context.Context, string) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := decisionsView{Title: orText(s.d.Title, "decisions"), Classes: slices.Clone(s.d.Classes), Matrices: []matrixView{}, Step: openedImages, openedView: s.view()}
	for i := range v.Classes {
		v.Classes[i].Start = s.at[i]
	}
	for _, m := range s.d.Matrices {
		full := matrixView{Title: m.Title, Names: m.Names, Down: m.Down, Across: m.Across}
		for row := range m.Names {
			counts := make([]int, len(m.Names))
			for column := range counts {
				counts[column] = m.at(row, column)
			}
			full.Counts = append(full.Counts, counts)
		}
		v.Matrices = append(v.Matrices, full)
	}
	return v, nil
}

// Receive applies one event: threshold, a press (decision, bar, cell), more, or done.
func (s *decisionsSession) Receive(_ context.Context, _ string, e host.Event) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var wish Opened
	if err := json.Unmarshal(e.Data, &wish); err != nil && len(e.Data) > 0 {
		return nil, fmt.Errorf("widgets: the event is not understood: %w", err)
	}
	if (e.Kind == "threshold" || e.Kind == "decision" || e.Kind == "bar") && (wish.Class < 0 || wish.Class >= len(s.at)) ||
		e.Kind == "cell" && (wish.Matrix < 0 || wish.Matrix >= len(s.d.Matrices)) {
		return nil, fmt.Errorf("widgets: %s of class %d or table %d: there is no such", e.Kind, wish.Class, wish.Matrix)
	}
	switch e.Kind {
	case "threshold":
		s.at[wish.Class] = wish.At
		return nil, nil
	case "decision", "bar", "cell":
		s.last, s.limit = wish, openedImages
		s.last.Kind = e.Kind
	case "more":
		if s.limit == 0 {
			return nil, fmt.Errorf("widgets: nothing was opened")
		}
		s.limit += openedImages
	case "done":
		s.server.End(host.ReasonDone)
		return nil, nil
	default:
		return nil, fmt.Errorf("widgets: %q has no meaning here", e.Kind)
	}
	s.open()
	v := s.view()
	return v, s.server.Push(v)
}

// open asks for the images of the last press; s.mu is held.
func (s *decisionsSession) open() {
	before := s.shown
	s.title, s.total, s.shown, s.fault = "", 0, nil, ""
	defer func() {
		if r := recover(); r != nil {
			s.shown, s.fault = nil, fmt.Sprintf("the images cannot be opened: %v", r)
		}
		if !begins(s.shown, before) { // More adds images, and those that are there keep their addresses
			s.number++
		}
	}()
	title, total, images, err := s.d.Open(s.ctx, s.last, s.limit)
	if err != nil {
		s.fault = err.Error()
		return
	}
	s.title, s.total, s.shown = title, total, images
}

// begins says whether images begin with those of first, of which there are some.
func begins(images, first []GridImage) bool {
	same := func(a, b GridImage) bool {
		return a.Title == b.Title && a.Caption == b.Caption && a.File == b.File && bytes.Equal(a.Src, b.Src)
	}
	return len(first) > 0 && len(first) <= len(images) && slices.EqualFunc(first, images[:len(first)], same)
}

// view is what the last press opened; s.mu is held.
func (s *decisionsSession) view() openedView {
	v := openedView{Fault: s.fault}
	if s.limit == 0 || s.fault != "" {
		return v
	}
	v.Opened = &openedTiles{Title: s.title, Total: s.total, Tiles: []previewTile{}}
	for i, img := range s.shown {
		v.Opened.Tiles = append(v.Opened.Tiles, previewTile{
			Src: fmt.Sprintf("picture/%d/%d?token=%s", s.number, i, s.server.Token()), Caption: img.Caption, Title: orText(img.Title, img.Caption),
		})
	}
	return v
}

// picture serves an image of the last press.
func (s *decisionsSession) picture(w http.ResponseWriter, r *http.Request) {
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
