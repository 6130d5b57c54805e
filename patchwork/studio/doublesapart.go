package studio

import (
	"encoding/json"
	"maps"
	"slices"
)

// apartState is the name under which the groups that are no doubles are kept, for this annotator: it is said of the look of images, and
// the journal, which is of labels, has no words for it.
const apartState = "apart"

// keptApart is what is kept there.
type keptApart struct {
	Version int      `json:"version"`
	Groups  []string `json:"groups"` // of keyOf
}

func (s *Session) readApart() {
	var kept keptApart
	s.doubles.apart = map[string]bool{}
	if json.Unmarshal(s.project.State(apartState), &kept) == nil && kept.Version == 1 {
		for _, key := range kept.Groups {
			s.doubles.apart[key] = true
		}
	}
}

// setApart says that a group is no doubles, or takes that back; s.mu is held.
func (s *Session) setApart(key string, value bool) error {
	if s.doubles.apart[key] == value {
		return wish("That is so already.")
	}
	s.keepApart(key, value)
	s.deeds.did(deed{key, value})
	s.message = map[bool]string{true: "Not doubles; they are not shown as such again. Undo takes that back.", false: "Doubles after all."}[value]
	return nil
}

func (s *Session) keepApart(key string, value bool) {
	d := &s.doubles
	if d.apart[key] = value; !value {
		delete(d.apart, key)
	}
	d.judged = judged{}
	if text, err := json.Marshal(keptApart{1, slices.Sorted(maps.Keys(d.apart))}); err == nil {
		s.project.KeepState(apartState, text)
	}
}

// deed is what one undo takes back: an event of the journal, or, with a key, that a group was said to be no doubles or doubles after all.
type deed struct {
	apart string
	value bool
}

// deeds are what this session did, and what of it was undone, the last of each last. Before its first deed the journal alone knows.
type deeds struct{ done, undone []deed }

func (d *deeds) did(one deed) { d.done, d.undone = append(d.done, one), nil }

// next is what an undo or redo is about. nothing says that there is nothing to redo, whatever the journal would.
func (d *deeds) next(kind string) (one deed, nothing bool) {
	from := d.done
	if kind == "redo" {
		from = d.undone
		nothing = len(from) == 0 && len(d.done) > 0 && d.done[len(d.done)-1].apart != ""
	}
	if len(from) == 0 {
		return deed{}, nothing
	}
	return from[len(from)-1], false
}

// turn moves the last deed to those undone, or back.
func (d *deeds) turn(kind string) {
	from, to := &d.done, &d.undone
	if kind == "redo" {
		from, to = to, from
	}
	last := deed{} // of the journal, from before this session
	if n := len(*from); n > 0 {
		last, *from = (*from)[n-1], (*from)[:n-1]
	}
	*to = append(*to, last)
}

// undoApart takes back, or does again, what was said of a group, where that came last; false where it is the journal's turn.
func (s *Session) undoApart(kind string) bool {
	one, nothing := s.deeds.next(kind)
	if nothing {
		s.message = "Nothing to redo."
		return true
	}
	if one.apart == "" {
		return false
	}
	value := one.value == (kind == "redo")
	s.deeds.turn(kind)
	s.keepApart(one.apart, value)
	what := map[bool]string{true: "not doubles", false: "doubles after all"}[one.value]
	s.message = map[string]string{"undo": "Undone: ", "redo": "Done again: "}[kind] + what + "."
	return true
}
