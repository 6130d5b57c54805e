package studio

import (
	"context"
	"time"
)

// aheadAfter is how long a batch is on screen before the pages are told what will probably come next.
const aheadAfter = 250 * time.Millisecond

// aheadView are the small pictures that will probably be shown next, for a page to have at hand.
type aheadView struct {
	Ahead []string `json:"ahead"`
}

// Key lets a slow page skip all but the latest.
func (aheadView) Key() string { return "ahead" }

// lookAhead finds out what Next would show if it were pressed now and tells the pages, a moment after a batch was shown. It
// is a guess: what is labelled until then may change it, and then the pictures are fetched when they are shown.
func (s *Session) lookAhead() {
	if s.ahead != nil {
		s.ahead.Stop()
	}
	id := s.batch.id
	s.ahead = time.AfterFunc(aheadAfter, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.closed || s.batch.id != id || s.batch.pages || s.batch.blind() {
			return
		}
		n := s.o.Columns * s.o.Rows
		picks := s.list.picks[min(s.list.at, len(s.list.picks)):]
		if len(picks) == 0 && s.draws() {
			return // it takes longer than the pictures do
		}
		if len(picks) == 0 {
			skip := map[int]bool{}
			for _, p := range s.batch.picks {
				skip[p.Row] = true
			}
			picks, _ = s.project.Suggest(context.Background(), s.query(n, func(row int) bool { return s.shown[row] || skip[row] }))
		}
		var v aheadView
		for _, p := range picks[:min(n, len(picks))] {
			v.Ahead = append(v.Ahead, s.thumbAddress(p.Row))
		}
		if len(v.Ahead) > 0 {
			s.push(v)
		}
	})
}
