package widgets

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"sync"

	"github.com/gopatchwork/patchwork/widgets/host"
)

// session is the application behind Grid.Run and LabelButtons.Run: labels in memory, for as long as the cell runs. It is
// a host.App; its page is assets/cell.mjs.
type session struct {
	mode    string // "grid", "buttons" or "choice" (buttons without an image)
	title   string
	images  []GridImage
	classes []Class
	columns int

	mu     sync.Mutex
	values [][]int8 // [image][class]
	batch  int
	steps  []step // done, oldest first
	undone []step // taken back, latest last
	server *host.Server
}

// step is one change that can be taken back.
type step []labelChange

type labelChange struct {
	Row   int  `json:"row"`
	Class int  `json:"class"`
	Value int8 `json:"value"`
	was   int8
}

// view is what the page draws.
type view struct {
	Mode     string   `json:"mode"`
	Title    string   `json:"title"`
	Grid     gridView `json:"grid"`
	Batch    int      `json:"batch"` // from 1
	Batches  int      `json:"batches"`
	Labelled int      `json:"labelled"` // images without an unknown class
	Images   int      `json:"images"`
	CanUndo  bool     `json:"can_undo"`
	CanRedo  bool     `json:"can_redo"`
}

// Key lets a newer view take the place of one that a page has not read.
func (view) Key() string { return "view" }

type gridView struct {
	Batch   string  `json:"batch"`
	Columns int     `json:"columns"`
	Classes []Class `json:"classes"`
	Tiles   []tile  `json:"tiles"`
}

type tile struct {
	Row     int       `json:"row"`
	Src     string    `json:"src"`
	Full    string    `json:"full"`
	Caption string    `json:"caption"`
	Why     string    `json:"why,omitempty"`
	Values  []int8    `json:"values"`
	Scores  []float32 `json:"scores,omitempty"`
}

func (s *session) check() error {
	var errs []error
	if len(s.images) == 0 {
		errs = append(errs, errors.New("widgets: there are no images; want at least one"))
	}
	if len(s.classes) == 0 {
		errs = append(errs, errors.New("widgets: Classes is empty; want what can be labelled, such as Classes(\"cat\", \"dog\")"))
	}
	seen := map[string]bool{}
	for i, c := range s.classes {
		if c.Name == "" || seen[c.Name] {
			errs = append(errs, fmt.Errorf("widgets: Classes[%d] is named %q; want a name of its own", i, c.Name))
		}
		seen[c.Name] = true
	}
	for i, img := range s.images {
		if n := len(img.Values); n != 0 && n != len(s.classes) {
			errs = append(errs, fmt.Errorf("widgets: Images[%d] has %d Values; want one for each of %d classes, or none", i, n, len(s.classes)))
		}
		if n := len(img.Scores); n != 0 && n != len(s.classes) {
			errs = append(errs, fmt.Errorf("widgets: Images[%d] has %d Scores; want one for each of %d classes, or none", i, n, len(s.classes)))
		}
	}
	return errors.Join(errs...)
}

// begin sets the labels that the images came with.
func (s *session) begin() {
	s.values = make([][]int8, len(s.images))
	for i, img := range s.images {
		s.values[i] = slices.Repeat([]int8{unknown}, len(s.classes))
		for c, v := range img.Values {
			s.values[i][c] = tri(v)
		}
	}
}

const unknown, absent, present = int8(-1), int8(0), int8(1)

// tri is v if it is a label and unknown otherwise.
func tri(v int8) int8 {
	if v == absent || v == present {
		return v
	}
	return unknown
}

// perBatch is how many images are on the page at once: all of a small set, else four lines.
func (s *session) perBatch() int {
	if n := len(s.images); n <= 24 {
		return n
	}
	return 4 * s.columns
}

func (s *session) batches() int { return (len(s.images) + s.perBatch() - 1) / s.perBatch() }

// Start is called by the server once, before pages come.
func (s *session) Start(server *host.Server) {
	s.server = server
	server.Handle("GET /picture/{row}", http.HandlerFunc(s.picture)) // the pattern is valid and new, so no error
}

// Hello is the first view of a page.
func (s *session) Hello(context.Context, string) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.view(), nil
}

// Receive applies one event: set, next, undo, redo or done. The reply is the view after it.
func (s *session) Receive(_ context.Context, _ string, e host.Event) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch e.Kind {
	case "set":
		if err := s.set(e.Data); err != nil {
			return nil, err
		}
	case "next":
		s.batch = (s.batch + 1) % s.batches()
	case "undo":
		s.steps, s.undone = s.move(s.steps, s.undone)
	case "redo":
		s.undone, s.steps = s.move(s.undone, s.steps)
	case "done":
		s.server.End(host.ReasonDone)
	default:
		return nil, fmt.Errorf("widgets: %q has no meaning here; only labels are kept", e.Kind)
	}
	v := s.view()
	return v, s.server.Push(v)
}

func (s *session) set(data json.RawMessage) error {
	var wish struct {
		Changes step `json:"changes"`
	}
	if err := json.Unmarshal(data, &wish); err != nil {
		return fmt.Errorf("widgets: the event is not understood: %w", err)
	}
	for _, c := range wish.Changes {
		if c.Row < 0 || c.Row >= len(s.values) || c.Class < 0 || c.Class >= len(s.classes) {
			return fmt.Errorf("widgets: there is no image %d with a class %d", c.Row, c.Class)
		}
	}
	for i := range wish.Changes {
		c := &wish.Changes[i]
		at := &s.values[c.Row][c.Class]
		c.was, *at = *at, tri(c.Value)
	}
	s.steps, s.undone = append(s.steps, wish.Changes), nil
	return nil
}

// move takes the last step of one list back and puts it, turned round, on the other. Without a step nothing changes.
func (s *session) move(from, to []step) (rest, grown []step) {
	if len(from) == 0 {
		return from, to
	}
	last := from[len(from)-1]
	var back step
	for _, c := range slices.Backward(last) {
		at := &s.values[c.Row][c.Class]
		back = append(back, labelChange{Row: c.Row, Class: c.Class, Value: c.was, was: *at})
		*at = c.was
	}
	return from[:len(from)-1], append(to, back)
}

// view is what a page shows now; s.mu is held.
func (s *session) view() view {
	from := s.batch * s.perBatch()
	v := view{
		Mode: s.mode, Title: s.title, Batch: s.batch + 1, Batches: s.batches(), Images: len(s.images),
		CanUndo: len(s.steps) > 0, CanRedo: len(s.undone) > 0,
		Grid: gridView{Batch: strconv.Itoa(s.batch), Columns: s.columns, Classes: s.classes, Tiles: []tile{}},
	}
	for row := from; row < min(from+s.perBatch(), len(s.images)); row++ {
		img := s.images[row]
		src := fmt.Sprintf("picture/%d?token=%s", row, s.server.Token())
		v.Grid.Tiles = append(v.Grid.Tiles, tile{Row: row, Src: src, Full: src + "&full=1", Caption: orText(img.Caption, img.Title),
			Why: img.Why, Values: slices.Clone(s.values[row]), Scores: img.Scores})
	}
	for _, values := range s.values {
		if !slices.Contains(values, unknown) {
			v.Labelled++
		}
	}
	return v
}

// picture serves an image of the session: small, or with ?full=1 large.
func (s *session) picture(w http.ResponseWriter, r *http.Request) {
	row, err := strconv.Atoi(r.PathValue("row"))
	if err != nil || row < 0 || row >= len(s.images) {
		http.NotFound(w, r)
		return
	}
	side, limit := 480, 256<<10
	if r.URL.Query().Has("full") {
		side, limit = 2400, 16<<20
	}
	data, err := s.images[row].bytesOf()
	var kind string
	if err == nil {
		kind, data, err = light(data, side, limit)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusUnprocessableEntity)
		return
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Cache-Control", "private, max-age=3600")
	w.Write(data)
}
