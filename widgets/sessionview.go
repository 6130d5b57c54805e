package widgets

import (
	"encoding/json"
	"fmt"
	"slices"
)

// view is what the page draws.
type view struct {
	Mode     string   `json:"mode"`
	Title    string   `json:"title"`
	Grid     gridView `json:"grid"`
	Labelled int      `json:"labelled"` // images without an unknown class
	Images   int      `json:"images"`
	CanUndo  bool     `json:"can_undo"`
	CanRedo  bool     `json:"can_redo"`
}

// Key lets a newer view take the place of one that a page has not read.
func (view) Key() string { return "view" }

// gridView has all tiles, or, where there are many images, a window of them.
type gridView struct {
	Batch   string  `json:"batch"`
	Columns int     `json:"columns"`
	Classes []Class `json:"classes"`
	Tiles   []tile  `json:"tiles"`
	Total   *int    `json:"total,omitempty"` // all images; nil where Tiles has them all
	Start   int     `json:"start"`           // place of Tiles[0]
	Version int     `json:"version"`

	Quick *quick              `json:"quick,omitempty"`
	Keys  map[string][]string `json:"keys,omitempty"`

	Without []string `json:"without,omitempty"` // actions that mean nothing here
}

// quick names the class of the one-class mode.
type quick struct {
	Class int `json:"class"`
}

// batchName is the one order of images that a session has.
const batchName = "0"

type tile struct {
	Row     int       `json:"row"`
	Src     string    `json:"src"`
	Full    string    `json:"full"`
	Caption string    `json:"caption"`
	Why     string    `json:"why,omitempty"`
	Values  []int8    `json:"values"`
	Scores  []float32 `json:"scores,omitempty"`
}

// Up to allAtOnce images are sent as they are; of more, a page gets the window it asks for, of mostAtOnce at most.
const (
	allAtOnce  = 60
	mostAtOnce = 500
)

// window is a stretch of images.
type window struct {
	Start int `json:"start"`
	Count int `json:"count"`
}

func (s *session) paged() bool { return len(s.images) > allAtOnce }

// windowOf is what a page shows.
func (s *session) windowOf(page string) window {
	if !s.paged() {
		return window{0, len(s.images)}
	}
	if w, ok := s.windows[page]; ok {
		return w
	}
	return window{0, allAtOnce}
}

// common is what can be sent to all pages: nothing where each has a window of its own.
func (s *session) common() window {
	if s.paged() {
		return window{}
	}
	return window{0, len(s.images)}
}

// turn takes a page's wish for a window.
func (s *session) turn(page string, data json.RawMessage) error {
	var w window
	if err := json.Unmarshal(data, &w); err != nil {
		return fmt.Errorf("widgets: the event is not understood: %w", err)
	}
	if w.Start < 0 || w.Start >= len(s.images) || w.Count < 1 || w.Count > mostAtOnce {
		return fmt.Errorf("widgets: %d images from %d on cannot be shown; want 1 to %d, of %d", w.Count, w.Start, mostAtOnce, len(s.images))
	}
	w.Count = min(w.Count, len(s.images)-w.Start)
	s.windows[page] = w
	return nil
}

// view is what a page shows now; s.mu is held.
func (s *session) view(w window) view {
	v := view{
		Mode: s.mode, Title: s.title, Images: len(s.images), CanUndo: len(s.steps) > 0, CanRedo: len(s.undone) > 0,
		Grid: gridView{Batch: batchName, Columns: s.columns, Classes: s.classes, Tiles: []tile{}, Start: w.Start, Version: s.version, Keys: s.keys, Without: s.without},
	}
	if n := len(s.images); s.paged() {
		v.Grid.Total = &n
	}
	if at := slices.IndexFunc(s.classes, func(c Class) bool { return c.Name == s.quick }); s.quick != "" && at >= 0 {
		v.Grid.Quick = &quick{at}
	}
	for row := w.Start; row < w.Start+w.Count; row++ {
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
