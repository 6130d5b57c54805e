package labels

import "maps"

// state is the fold of the live events: the table while it is being written. A slice or map that a Table has been
// given is marked shared and copied before the next write, so a Table never changes.
type state struct {
	size    int
	cells   []cells      // by column; noteColumn and distinctColumn have none
	notes   texts        // by row
	reasons texts        // of exclusion, by row
	apart   distinctRows // images that are no doubles
	labels  []int64      // when a class of the row was last set, Unix milliseconds; 0 never
	stamped bool         // labels is shared
	classes *classes     // what the names mean
	at      []column     // by name, where its labels go at this point of a refold; nil after all events
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

// read returns the values of a column, which stay as they are.
func (s *state) read(c column) []Tri {
	if int(c) < len(s.cells) && s.cells[c].values != nil {
		return s.cells[c].values
	}
	return blank(c, s.size)
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
		place := s.place(o.column)
		if want != nil && !want[place] {
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
		if o.column == distinctColumn {
			s.apart.take(rows, o.value == Present)
			continue
		}
		values := s.write(place)
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
	s.derive(r, want)
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
		if (want == nil || want[c]) && c != noteColumn && c != distinctColumn {
			s.cells[c] = cells{values: blank(c, s.size)}
		}
	}
	if want == nil || want[noteColumn] {
		s.notes = texts{}
	}
	if want == nil || want[distinctColumn] {
		s.apart = distinctRows{}
	}
	if want == nil || want[excludeColumn] {
		s.reasons = texts{}
	}
	if want == nil || want[stampColumn] {
		s.labels, s.stamped = nil, false
	}
	s.at = s.classes.roots(len(h.names))
	for _, r := range h.order {
		if !r.dead {
			s.apply(h, r, want)
		}
	}
	s.at = nil
}

// place is the column where labels of a name go: that of its class, or of the class that has taken this one in.
func (s *state) place(name column) column {
	switch {
	case name < firstClass:
		return name
	case s.at != nil:
		return s.at[name]
	}
	return s.classes.of(name)
}

// derive fills the classes that a merge or a split makes from others.
func (s *state) derive(r *record, want map[column]bool) {
	d := derivationOf[r.kind]
	if d == Stated {
		return
	}
	for from, to := range r.derivations() {
		from, to = s.place(from), s.place(to)
		if from == to {
			continue
		}
		if want == nil || want[to] {
			old, values := s.read(from), s.write(to)
			for row, v := range values {
				values[row] = d.Combine(old[row], v)
			}
		}
		if d != ByMerge {
			continue
		}
		for name, place := range s.at {
			if place == from {
				s.at[name] = to
			}
		}
	}
}
