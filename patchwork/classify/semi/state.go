package semi

import (
	"encoding/json"
	"fmt"
)

// state is what a Rule has learned from the answers so far.
type state struct {
	All   [sides]float64   `json:"all"`
	Mean  [sides][]float64 `json:"mean"`
	Spray [sides][]float64 `json:"spray"`
	Last  []byte           `json:"last,omitempty"` // FlexMatch: the side that was sure, by image and class, 255 for none
}

// State is what has been seen, for Restore to go on from.
func (r *Rule) State() json.RawMessage {
	s := state{All: r.all, Mean: r.mean, Spray: r.spray}
	for _, side := range r.last {
		s.Last = append(s.Last, byte(side))
	}
	text, _ := json.Marshal(s) // finite numbers and bytes
	return text
}

// Restore makes the rule go on from a State of one of the same method and pool: its Limits are the same, bit for bit.
//
// Errors: it is no state, or one of another pool; the rule is then as it was.
func (r *Rule) Restore(text json.RawMessage) error {
	var s state
	if err := json.Unmarshal(text, &s); err != nil {
		return fmt.Errorf("semi: the state of the thresholds cannot be read: %w", err)
	}
	if len(s.Last) != len(r.last) {
		return fmt.Errorf("semi: the state is of %d answers and the pool has %d", len(s.Last), len(r.last))
	}
	for side := range sides {
		if len(s.Mean[side]) != r.classes || len(s.Spray[side]) != r.classes {
			return fmt.Errorf("semi: the state is of %d classes and the pool has %d", len(s.Mean[side]), r.classes)
		}
	}
	for _, side := range s.Last {
		if int8(side) < -1 || int8(side) >= sides {
			return fmt.Errorf("semi: the state has an answer %d; want 0, 1 or 255", side)
		}
	}
	r.all, r.mean, r.spray = s.All, s.Mean, s.Spray
	for side := range sides {
		clear(r.sure[side])
	}
	for i, side := range s.Last {
		if r.last[i] = int8(side); r.last[i] >= 0 {
			r.sure[side][i%r.classes]++
		}
	}
	return nil
}
