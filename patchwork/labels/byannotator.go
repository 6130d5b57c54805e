package labels

import (
	"bytes"
	"encoding/json"
	"fmt"
	"iter"
	"os"
	"slices"
	"time"
)

// ExcludeFlag and ValidationFlag stand for the flags where a Write names a class.
const (
	ExcludeFlag    = -1
	ValidationFlag = -2
)

// Write is one value that a live event gave to one class or flag of some rows. An event makes a Write for each class
// that it sets, one after the other.
type Write struct {
	ID       string    // of the event
	By       string    // the annotator in whose journal it is
	Time     time.Time // when it was recorded
	Class    int       // of the Table, or ExcludeFlag or ValidationFlag; Len(Classes()) and above for hidden classes
	Value    Tri       // of a flag, Present is set and Absent is cleared
	Rows     []int32   // the caller must not change them
	Strategy string    // Shown.Strategy, if it is among those asked for, else ""

	// A merge or split is a Write without Value and Rows: in every row, what is known about Class becomes
	// Derived.Combine of what is known about From and about Class.
	Derived Derivation
	From    int
}

// Writes yields what live events wrote, in order, and the table that they make. Folding all of them gives the table;
// folding those of one annotator, with the derived ones of all, gives what her journal alone says. Both are of the moment
// of the call. Notes, the unsure flag and what is distinct are left out. Hidden classes, those retired, merged or split, have numbers too,
// because others may be made from them.
//
// With strategies the journals are read again to find out which events showed an image because of one of them. An
// error, which can only come from that, ends the sequence.
func (s *Store) Writes(strategies ...string) (*Table, iter.Seq2[Write, error]) {
	s.mu.Lock()
	defer s.mu.Unlock()
	live := make([]*record, 0, len(s.h.order))
	for _, r := range s.h.order {
		if !r.dead && (len(r.ops) > 0 || derivationOf[r.kind] != Stated) {
			live = append(live, r)
		}
	}
	places := s.s.classes.places(len(s.h.names))
	annotators := make([]string, len(s.h.journals))
	for i, j := range s.h.journals {
		annotators[i] = j.annotator
	}
	rows, marks := s.h.rows, &markReader{files: s.files(), wanted: strategies}
	return s.Table(), func(yield func(Write, error) bool) {
		defer marks.close()
		places := places.clone()
		for _, r := range live {
			strategy, err := marks.of(r)
			if err != nil {
				yield(Write{}, err)
				return
			}
			w := Write{ID: r.id, By: annotators[r.journal], Time: fromMilli(r.time), Strategy: strategy}
			for _, o := range r.ops {
				if o.column == noteColumn || o.column == unsureColumn || o.column == distinctColumn {
					continue
				}
				w.Class, w.Value, w.Rows = places.at[o.column], o.value, rows[o.lo:o.hi]
				if !yield(w, nil) {
					return
				}
			}
			w.Derived, w.Rows = derivationOf[r.kind], nil
			for from, to := range r.derivations() {
				if w.From, w.Class = places.at[from], places.at[to]; w.From == w.Class {
					continue
				}
				if !yield(w, nil) {
					return
				}
				if w.Derived == ByMerge {
					places.move(w.From, w.Class)
				}
			}
		}
	}
}

// markReader finds out which strategy showed the image of an event, in the journals, because the history does not
// hold it.
type markReader struct {
	files  []string // by journal
	wanted []string
	quoted [][]byte
	opened map[int32]*os.File
	line   []byte
}

// of is the strategy of a record if it is wanted. Few lines hold the name of one that is, so few are parsed.
func (m *markReader) of(r *record) (string, error) {
	if len(m.wanted) == 0 {
		return "", nil
	}
	if m.opened == nil {
		m.opened = map[int32]*os.File{}
		for _, name := range m.wanted {
			text, err := json.Marshal(name)
			if err != nil {
				return "", fmt.Errorf("labels: %w", err)
			}
			m.quoted = append(m.quoted, text)
		}
	}
	f := m.opened[r.journal]
	if f == nil {
		var err error
		if f, err = os.Open(m.files[r.journal]); err != nil {
			return "", fmt.Errorf("labels: %w", err)
		}
		m.opened[r.journal] = f
	}
	m.line = slices.Grow(m.line[:0], int(r.size))[:r.size]
	if n, err := f.ReadAt(m.line, r.offset); n < len(m.line) {
		return "", fmt.Errorf("labels: %w", err)
	}
	if !slices.ContainsFunc(m.quoted, func(name []byte) bool { return bytes.Contains(m.line, name) }) {
		return "", nil
	}
	e, err := readEvent(f, r)
	if err != nil || e.Shown == nil || !slices.Contains(m.wanted, e.Shown.Strategy) {
		return "", err
	}
	return e.Shown.Strategy, nil
}

func (m *markReader) close() {
	for _, f := range m.opened {
		f.Close()
	}
	clear(m.opened)
}

// WithLabels is the table with other labels: columns has one slice for each class, with a value for each row, and
// becomes part of the new table. Everything else stays, flags, notes and times included.
//
// Errors: the number of columns is not that of the classes, or one has another length than the table.
func (t *Table) WithLabels(columns [][]Tri) (*Table, error) {
	if len(columns) != len(t.classes) {
		return nil, fmt.Errorf("labels: %d columns for the %d classes of a table; want one for each", len(columns), len(t.classes))
	}
	for class, values := range columns {
		if len(values) != t.size {
			return nil, fmt.Errorf("labels: the column of class %q has %d values and the table %d rows; want one for each",
				t.classes[class], len(values), t.size)
		}
	}
	other := *t
	other.columns, other.statuses = columns, lazyStatuses(columns, t.size)
	return &other, nil
}
