package labels

import (
	"maps"
	"slices"
)

// state is the fold of the live events: the table while it is being written. A slice or map that a Table has been
// given is marked shared and copied before the next write, so a Table never changes.
type state struct {
	size    int
	cells   []cells           // by column; noteColumn has none
	notes   texts             // by row
	reasons texts             // of exclusion, by row
	labels  []int64           // when a class of the row was last set, Unix milliseconds; 0 never
	stamped bool              // labels is shared
	classes []column          // in the order of the table
	seen    map[column]bool   // the set of classes
	about   map[column]string // descriptions of classes; replaced, never changed
}

type cells struct {
	values []Tri
	shared bool
}

type texts struct {
	of     map[int32]string
	shared bool
}

// write returns the values of a column, to be changed.
func (s *state) write(c column) []Tri {
	for int(c) >= len(s.cells) {
		s.cells = append(s.cells, cells{})
	}
	at := &s.cells[c]
	switch {
	case at.values == nil:
		*at = cells{values: blank(c, s.size)}
	case at.shared:
		*at = cells{values: append([]Tri(nil), at.values...)}
	}
	return at.values
}

// blank is a column that nobody has written: unknown for a class, false for a flag.
func blank(c column, size int) []Tri {
	values := make([]Tri, size)
	if c >= firstClass {
		for i := range values {
			values[i] = Unknown
		}
	}
	return values
}

func (t *texts) set(row int32, text string) {
	if t.shared || t.of == nil {
		t.of, t.shared = maps.Clone(t.of), false
		if t.of == nil {
			t.of = map[int32]string{}
		}
	}
	if text == "" {
		delete(t.of, row)
	} else {
		t.of[row] = text
	}
}

func (s *state) stamps() []int64 {
	if s.stamped || s.labels == nil {
		old := s.labels
		s.labels, s.stamped = make([]int64, s.size), false
		copy(s.labels, old)
	}
	return s.labels
}

// apply writes a live record into the columns that want names; nil wants all of them.
func (s *state) apply(h *history, r *record, want map[column]bool) {
	for _, o := range r.ops {
		if want != nil && !want[o.column] {
			continue
		}
		rows := h.rows[o.lo:o.hi]
		if len(rows) == 0 {
			continue
		}
		if o.column == noteColumn {
			for _, row := range rows {
				s.notes.set(row, r.text)
			}
			continue
		}
		values := s.write(o.column)
		for _, row := range rows {
			values[row] = o.value
		}
		if o.column == excludeColumn {
			s.reason(r, o, rows)
		}
	}
	if want == nil || want[stampColumn] {
		s.stamp(h, r)
	}
}

// stampColumn stands for the times of labelling among the columns that a fold may want.
const stampColumn column = -1

func (s *state) stamp(h *history, r *record) {
	done := int32(-1)
	for _, o := range r.ops {
		if o.column < firstClass || o.hi == done { // several classes of one change share their rows
			continue
		}
		done = o.hi
		stamps := s.stamps()
		for _, row := range h.rows[o.lo:o.hi] {
			stamps[row] = r.time
		}
	}
}

func (s *state) reason(r *record, o op, rows []int32) {
	text := ""
	if o.value == Present && r.kind == KindExclude {
		text = r.text
	}
	if text == "" && len(s.reasons.of) == 0 {
		return
	}
	for _, row := range rows {
		s.reasons.set(row, text)
	}
}

// refold forgets the columns in want and folds them again from all live events; nil does so for everything.
func (s *state) refold(h *history, want map[column]bool) {
	for c := range column(len(s.cells)) {
		if (want == nil || want[c]) && c != noteColumn {
			s.cells[c] = cells{values: blank(c, s.size)}
		}
	}
	if want == nil || want[noteColumn] {
		s.notes = texts{}
	}
	if want == nil || want[excludeColumn] {
		s.reasons = texts{}
	}
	if want == nil || want[stampColumn] {
		s.labels, s.stamped = nil, false
	}
	for _, r := range h.order {
		if !r.dead {
			s.apply(h, r, want)
		}
	}
}

// listClasses finds the classes of the table: the declared ones, then those that live events add or write, in order
// of first mention.
func (s *state) listClasses(h *history, declared []string) {
	s.classes, s.about, s.seen = nil, nil, map[column]bool{}
	for _, name := range declared {
		s.list(h.column(name))
	}
	for _, r := range h.order {
		if !r.dead {
			s.listRecord(r)
		}
	}
}

func (s *state) list(c column) {
	if !s.seen[c] {
		s.seen[c] = true
		s.classes = append(slices.Clip(s.classes), c)
	}
}

// listRecord adds the classes of a live record that follows all the others.
func (s *state) listRecord(r *record) {
	for c := range r.refersTo {
		s.list(c)
	}
	if r.kind == KindClassAdd && r.text != "" {
		about := maps.Clone(s.about)
		if about == nil {
			about = map[column]string{}
		}
		for _, c := range r.classes {
			about[c] = r.text
		}
		s.about = about
	}
}
