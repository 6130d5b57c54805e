package studio

import (
	"fmt"
	"slices"

	"github.com/gopatchwork/patchwork/patchwork/explore/quality"
	"github.com/gopatchwork/patchwork/patchwork/imageset"
	"github.com/gopatchwork/patchwork/patchwork/labels"
	"github.com/gopatchwork/patchwork/widgets/host"
)

// leftOut is the reason for which doubles are excluded.
const leftOut = "double"

// onGroup does to a group of doubles what an event asks, in one event of the journal.
func (s *Session) onGroup(e host.Event, data doublesWish) error {
	d, t, index := &s.doubles, s.project.Labels().Table(), s.project.Images()
	g := d.groups[data.Group]
	if one := e.Kind == "doubles-label" || e.Kind == "doubles-keep"; one {
		if !slices.Contains(g.rows, data.Row) {
			return wish("Image %d is not of this group, so nothing was changed.", data.Row)
		}
		if t.Excluded(data.Row) {
			return wish("%s is left out itself: choose another image of the group.", called(baseOf(index, data.Row)))
		}
	}
	switch e.Kind {
	case "doubles-label":
		event, n := quality.LabelAs(t, index, g.rows, data.Row)
		if event.Empty() {
			return wish("Nothing to give: the others have all labels that %s has.", called(baseOf(index, data.Row)))
		}
		return s.applyDoubles(e.ID, event, "as "+baseOf(index, data.Row), count(n, "label")+" given.")
	case "doubles-side":
		event, side := quality.ToSide(t, index, g.rows, data.Value), "to learn from"
		if data.Value {
			side = "held out for validation"
		}
		if event.Empty() {
			return wish("All images of the group are %s already.", side)
		}
		return s.applyDoubles(e.ID, event, "one side of the split", fmt.Sprintf("%s now %s.", count(len(event.Set[0].Images), "image"), side))
	case "doubles-keep":
		event := labels.Event{Kind: labels.KindExclude, Text: leftOut, Set: []labels.Change{{Value: 1}}}
		for _, row := range g.rows {
			if row != data.Row && !t.Excluded(row) {
				event.Set[0].Images = append(event.Set[0].Images, labels.Ref(index, row))
			}
		}
		if event.Empty() {
			return wish("All others are left out already.")
		}
		return s.applyDoubles(e.ID, event, "double of "+baseOf(index, data.Row), count(len(event.Set[0].Images), "image")+" left out.")
	case "doubles-apart":
		if t.Distinct(g.rows...) == data.Value {
			return wish("That is so already.")
		}
		return s.applyDoubles(e.ID, distinct(index, g.rows, data.Value), "looked at", map[bool]string{true: "Not doubles; they are not shown as such again.", false: "Doubles after all."}[data.Value])
	case "doubles-open":
		return s.openRows("doubles", "shows the same as others here", g.rows)
	}
	return wish("The page sent %q, which this version does not know; reload the page.", e.Kind)
}

// distinct says of rows that no two show the same, or takes that back.
func distinct(index *imageset.Index, rows []int, value bool) labels.Event {
	c := labels.Change{}
	if value {
		c.Value = 1
	}
	for _, row := range rows {
		c.Images = append(c.Images, labels.Ref(index, row))
	}
	return labels.Event{Kind: labels.KindDistinct, Set: []labels.Change{c}}
}

// applyDoubles writes what was decided about a group.
func (s *Session) applyDoubles(id string, event labels.Event, why, said string) error {
	event.ID, event.Source, event.Shown = id, "studio", &labels.Shown{Strategy: DoublesReview, Reason: why}
	if err := s.apply(event); err != nil {
		return err
	}
	s.message = said + " Undo takes that back."
	return nil
}
