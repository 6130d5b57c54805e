package labels

import (
	"slices"
	"time"
)

// Table is the labels at one moment. It never changes, so it may be read from any goroutine while the Store moves on.
// Rows are those of the image index and classes are numbered from 0; a row or class outside is the caller's mistake
// and panics like a slice.
type Table struct {
	images     Images
	dir        string // the project folder
	size       int
	*naming            // what the classes are called, and were
	columns    [][]Tri // by class
	exclude    []Tri
	validation []Tri
	unsure     []Tri
	notes      map[int32]string
	reasons    map[int32]string
	labels     []int64
	distinct   distinctRows

	statuses func() []Status // of all rows, made when one is asked for
}

// table hands the present state out and marks it shared.
func (s *state) table(h *history, dir string) *Table {
	t := &Table{
		images: h.resolver.images, dir: dir, size: s.size,
		naming: s.classes.naming(h), exclude: s.share(excludeColumn), validation: s.share(validationColumn), unsure: s.share(unsureColumn),
		notes: s.notes.of, reasons: s.reasons.of, labels: s.stamps(), distinct: s.apart,
	}
	for _, c := range t.shown {
		t.columns = append(t.columns, s.share(c))
	}
	t.statuses = lazyStatuses(t.columns, t.size)
	s.notes.shared, s.reasons.shared, s.apart.shared, s.stamped = true, true, true, true
	return t
}

func (s *state) share(c column) []Tri {
	for int(c) >= len(s.cells) {
		s.cells = append(s.cells, cells{})
	}
	if s.cells[c].values == nil {
		s.cells[c].values = blank(c, s.size)
	}
	s.cells[c].shared = true
	return s.cells[c].values
}

// Len is the number of rows, that of the image index.
func (t *Table) Len() int { return t.size }

// Classes are the present names in the order of the columns: first the declared ones, then others as events first name
// them, unless somebody put them in another order. Those that are retired, merged into another or split are left out;
// AllClasses has them. The caller may change the result.
func (t *Table) Classes() []string { return slices.Clone(t.classes) }

// Class finds a class by its present name; Resolve knows former ones.
func (t *Table) Class(name string) (class int, ok bool) {
	class = slices.Index(t.classes, name)
	return max(class, 0), class >= 0
}

// Description is the text that somebody last gave to the class, else the declared one (Options.About).
func (t *Table) Description(class int) string { return t.about[class] }

// Value is what is known about class in row.
func (t *Table) Value(row, class int) Tri { return t.columns[class][row] }

// Column holds a class of all rows, length Len. The caller must not change it.
func (t *Table) Column(class int) []Tri { return t.columns[class] }

// Excluded says that the row is to be kept out of training and validation.
func (t *Table) Excluded(row int) bool { return t.exclude[row] == Present }

// Validation says that the row is held out of training. It may be excluded as well.
func (t *Table) Validation(row int) bool { return t.validation[row] == Present }

// Unsure says that somebody was not certain about the row.
func (t *Table) Unsure(row int) bool { return t.unsure[row] == Present }

// Note is what somebody wrote about the row, "" for nothing.
func (t *Table) Note(row int) string { return t.notes[int32(row)] }

// ExcludeReason is why the row was excluded, "" if it is not excluded or no reason was given.
func (t *Table) ExcludeReason(row int) string { return t.reasons[int32(row)] }

// LabelledAt is when a class of the row was last set, making it unknown included; zero if no live event has done so.
func (t *Table) LabelledAt(row int) time.Time {
	if t.labels[row] == 0 {
		return time.Time{}
	}
	return fromMilli(t.labels[row])
}
