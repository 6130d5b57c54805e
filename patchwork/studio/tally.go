package studio

import (
	"time"

	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// tallied is what was counted over all images when it was counted last.
type tallied struct {
	at        time.Time
	version   int64
	counts    []labels.ClassCount
	totals    totalsView
	reasons   []string // of exclusions
	conflicts int      // images in which classes are present that exclude each other
}

// manyImages is from how many images on counts are shown for a moment that a label may have changed.
const manyImages = 20000

// tally counts what has to be counted; s.mu is held.
func (s *Session) tally(now time.Time) *tallied {
	store := s.project.Labels()
	version, t := store.Version(), store.Table()
	c := &s.tallied
	if c.at.IsZero() || c.version != version && (t.Len() < manyImages || now.Sub(c.at) >= stays) {
		*c = tallied{now, version, t.Counts(), totals(t), reasonsOf(t), len(t.Conflicts())}
	}
	return c
}
