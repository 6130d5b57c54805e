package studio

import (
	"slices"
	"time"
)

// pace knows how fast a person labels: when images were labelled in this session, and how long each was looked at.
type pace struct {
	images []time.Time     // when each image was labelled first, oldest first
	seen   map[int]bool    // rows of those of this session
	dwells []time.Duration // of the actions that said how long
}

// paceWindow is the time that the speed is measured over, and keepDwells how many dwell times count.
const (
	paceWindow = 5 * time.Minute
	keepDwells = 100
)

// add notes that an action labelled these rows. An image counts once, however many actions it takes.
func (p *pace) add(now time.Time, rows map[int]bool, dwell time.Duration) {
	if p.seen == nil {
		p.seen = map[int]bool{}
	}
	for row := range rows {
		if !p.seen[row] {
			p.seen[row] = true
			p.images = append(p.images, now)
		}
	}
	if dwell > 0 {
		p.dwells = append(p.dwells, dwell)
		p.dwells = p.dwells[max(0, len(p.dwells)-keepDwells):]
	}
}

// paceView is the pace as a page shows it.
type paceView struct {
	Session   int     `json:"session"`           // images labelled since the studio was opened
	PerMinute float64 `json:"per_minute"`        // over the last five minutes of labelling
	Seconds   float64 `json:"seconds,omitempty"` // median time that an image was looked at; 0 if not known
	Coverage  float64 `json:"coverage"`          // share of the usable images with a label
}

// view measures over the last minutes. A session shorter than that is measured over its own length, but for at least ten
// seconds, so that the first label is no record.
func (p *pace) view(now time.Time, coverage float64) paceView {
	first := slices.IndexFunc(p.images, func(t time.Time) bool { return now.Sub(t) <= paceWindow })
	v := paceView{Session: len(p.seen), Coverage: coverage}
	if first < 0 {
		p.images = p.images[:0]
	} else {
		p.images = append(p.images[:0], p.images[first:]...)
		span := max(now.Sub(p.images[0]), 10*time.Second)
		v.PerMinute = float64(len(p.images)) / span.Minutes()
	}
	if n := len(p.dwells); n > 0 {
		sorted := slices.Sorted(slices.Values(p.dwells))
		v.Seconds = sorted[n/2].Seconds()
	}
	return v
}
