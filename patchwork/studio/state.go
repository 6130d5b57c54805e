package studio

import (
	"encoding/json"

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
	Settings map[string]string `json:"settings,omitempty"` // of training, those that are not the default
	From     string            `json:"from"`               // the strategy that chose the images on screen
	Picks    []Pick            `json:"picks"`              // what is on screen
}

const stateVersion = 1

// keep writes the state where it differs from what was written last; s.mu is held. What cannot be kept is no matter: it
// is where one was, and not what one said.
func (s *Session) keep() {
	st := state{Version: stateVersion, Columns: s.o.Columns, Rows: s.o.Rows, Strategy: s.strategy, Filter: s.filter,
		Settings: map[string]string{}, From: s.batch.strategy, Picks: s.batch.picks}
	for _, setting := range classify.Settings() {
		if v := setting.Get(s.options); v != "" {
			st.Settings[setting.Name] = v
		}
	}
	text, err := json.Marshal(st)
	if err != nil || string(text) == s.kept {
		return
	}
	s.kept = string(text)
	s.project.KeepState(text)
}

// restore takes up a kept state and says whether images are on screen again. What does not fit any more is left out: a
// size beyond the bounds, a class that is gone, images that cannot be used.
func (s *Session) restore() bool {
	var st state
	if json.Unmarshal(s.project.State(), &st) != nil || st.Version != stateVersion {
		return false
	}
	if st.Columns >= 1 && st.Columns <= maxSide && st.Rows >= 1 && st.Rows <= maxSide {
		s.o.Columns, s.o.Rows = st.Columns, st.Rows
	}
	if s.project.Labels().Table().CheckFilter(st.Filter) == nil {
		s.filter = st.Filter
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
	var picks []Pick
	for _, p := range st.Picks {
		if p.Row >= 0 && p.Row < len(s.sources.usable) && s.sources.usable[p.Row] && len(picks) < s.o.Columns*s.o.Rows {
			picks = append(picks, p)
		}
	}
	if len(picks) == 0 {
		return false
	}
	s.batch = batch{number: 1, strategy: st.From, picks: picks}
	s.message = "Going on where you were."
	return true
}
