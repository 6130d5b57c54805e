package studio

import (
	"encoding/json"
	"slices"

	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// state is where a person was, so that a studio that is opened again goes on there.
type state struct {
	Version  int               `json:"version"`
	Columns  int               `json:"columns"`
	Rows     int               `json:"rows"`
	Strategy string            `json:"strategy"`
	Filter   labels.Filter     `json:"filter"`
	Done     bool              `json:"done,omitempty"`
	Pages    bool              `json:"pages,omitempty"`
	Place    int               `json:"place,omitempty"`    // in pages, where the person was
	Map      string            `json:"map,omitempty"`      // the kind of map that is shown
	Colors   string            `json:"colors,omitempty"`   // what its colours mean
	Settings map[string]string `json:"settings,omitempty"` // of training, those that are not the default
	Batch    string            `json:"batch"`              // the name of what is on screen
	From     string            `json:"from"`               // the strategy that chose it
	Picks    []Pick            `json:"picks"`              // it; in pages it is kept apart
}

// order is what is on screen in pages, with the name of its batch. It may be long, so it is written once.
type order struct {
	Batch string `json:"batch"`
	Picks []Pick `json:"picks"`
}

const stateVersion = 1

// The names under which both are kept.
const (
	placeState = "place"
	orderState = "order"
)

// keep writes the state where it differs from what was written last; s.mu is held. What cannot be kept is no matter: it
// is where one was, and not what one said.
func (s *Session) keep() {
	st := state{Version: stateVersion, Columns: s.o.Columns, Rows: s.o.Rows, Strategy: s.strategy, Filter: s.filter, Done: s.done,
		Pages: s.pages, Settings: map[string]string{}, Batch: s.batch.id, From: s.batch.strategy}
	switch b := s.batch; {
	case b.blind(): // what was said of it is not kept, and without that it would be shown with its labels
	case !b.pages:
		st.Picks = b.picks
	default:
		st.Place = s.place
		if s.ordered != b.id {
			s.ordered = b.id
			if text, err := json.Marshal(order{b.id, b.picks}); err == nil {
				s.project.KeepState(orderState, text)
			}
		}
	}
	for _, setting := range classify.Settings() {
		if v := setting.Get(s.options); v != "" {
			st.Settings[setting.Name] = v
		}
	}
	if st.Colors = s.mapping.by; s.mapping.on {
		st.Map = s.mapping.kind
	}
	text, err := json.Marshal(st)
	if err != nil || string(text) == s.kept {
		return
	}
	s.kept = string(text)
	s.project.KeepState(placeState, text)
}

// restore takes up a kept state and says whether images are on screen again. What does not fit any more is left out: a
// size beyond the bounds, a class that is gone, images that cannot be used.
func (s *Session) restore() bool {
	var st state
	if json.Unmarshal(s.project.State(placeState), &st) != nil || st.Version != stateVersion {
		return false
	}
	if st.Columns >= 1 && st.Columns <= maxSide && st.Rows >= 1 && st.Rows <= maxSide {
		s.o.Columns, s.o.Rows = st.Columns, st.Rows
	}
	if s.project.Labels().Table().CheckFilter(st.Filter) == nil {
		s.filter, s.done = st.Filter, st.Done
	}
	s.pages, s.mapping.by = st.Pages, st.Colors
	if slices.Contains(s.project.LayoutKinds(), st.Map) {
		s.mapping.on, s.mapping.kind = true, st.Map
		s.layOut()
	}
	scores, _ := s.project.Scores()
	for _, known := range s.project.Strategies() {
		if known.Name == st.Strategy && (scores != nil || !known.NeedsModel) {
			s.strategy = st.Strategy
		}
	}
	o := s.options
	for _, setting := range classify.Settings() {
		if setting.Set(&o, st.Settings[setting.Name]) != nil {
			o = s.options
			break
		}
	}
	s.options = o
	if st.Pages {
		var kept order
		if json.Unmarshal(s.project.State(orderState), &kept) != nil || kept.Batch != st.Batch {
			return false
		}
		st.Picks, s.ordered = kept.Picks, st.Batch
	}
	var picks []Pick
	for _, p := range st.Picks {
		if p.Row >= 0 && p.Row < len(s.sources.usable) && s.sources.usable[p.Row] && (st.Pages || len(picks) < s.o.Columns*s.o.Rows) {
			picks = append(picks, p)
		}
	}
	if len(picks) == 0 {
		return false
	}
	s.show(batch{strategy: st.From, picks: picks, pages: st.Pages})
	if len(picks) == len(st.Picks) && st.Batch != "" { // the same images in the same order, so what is said of places there holds
		s.batch.id = st.Batch
	}
	s.place = max(0, st.Place)
	s.message = "Going on where you were."
	return true
}
