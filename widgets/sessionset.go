package widgets

import (
	"encoding/json"
	"fmt"
	"slices"
)

// step is one change that can be taken back.
type step []labelChange

type labelChange struct {
	Row   int  `json:"row"`
	Class int  `json:"class"`
	Value int8 `json:"value"`
	was   int8
}

// wish is the data of a set: changes of rows that the page knows, and, of a grid of pages, fill for spans [from, to) of
// places, which here are the rows. All of it is one step.
type wish struct {
	Changes step     `json:"changes"`
	Batch   string   `json:"batch"`
	Spans   [][2]int `json:"spans"`
	Fill    []struct {
		Class int   `json:"class"`
		Value int8  `json:"value"`
		Only  *int8 `json:"only"` // set only where the label is this now
	} `json:"fill"`
}

func (s *session) set(data json.RawMessage) error {
	var w wish
	if err := json.Unmarshal(data, &w); err != nil {
		return fmt.Errorf("widgets: the event is not understood: %w", err)
	}
	changes, err := s.spread(w)
	if err != nil {
		return err
	}
	for _, c := range changes {
		if c.Row < 0 || c.Row >= len(s.values) || c.Class < 0 || c.Class >= len(s.classes) {
			return fmt.Errorf("widgets: there is no image %d with a class %d", c.Row, c.Class)
		}
	}
	for i := range changes {
		c := &changes[i]
		at := &s.values[c.Row][c.Class]
		c.was, *at = *at, tri(c.Value)
	}
	s.steps, s.undone = append(s.steps, changes), nil
	return nil
}

// spread is the changes of a wish, with those of its spans.
func (s *session) spread(w wish) (step, error) {
	changes := w.Changes
	if len(w.Spans) > 0 && w.Batch != batchName {
		return nil, fmt.Errorf("widgets: the images of batch %q are not shown any more", w.Batch)
	}
	for _, span := range w.Spans {
		if span[0] < 0 || span[1] > len(s.values) || span[0] > span[1] {
			return nil, fmt.Errorf("widgets: there are no images %d to %d; there are %d", span[0], span[1], len(s.values))
		}
		for row := span[0]; row < span[1]; row++ {
			for _, f := range w.Fill {
				if f.Class < 0 || f.Class >= len(s.classes) {
					return nil, fmt.Errorf("widgets: there is no class %d", f.Class)
				}
				now := s.values[row][f.Class]
				if now != tri(f.Value) && (f.Only == nil || *f.Only == now) {
					changes = append(changes, labelChange{Row: row, Class: f.Class, Value: f.Value})
				}
			}
		}
	}
	return changes, nil
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
