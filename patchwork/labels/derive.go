package labels

import "fmt"

// Derivation says how a merge or a split makes a class from another.
type Derivation int8

// The derivations.
const (
	Stated  Derivation = iota // not derived: somebody said it
	ByMerge                   // present if either is, absent if both are, else unknown
	BySplit                   // absent if the whole is absent and nothing is known about the part, else as it was
)

var derivationOf = map[Kind]Derivation{KindClassMerge: ByMerge, KindClassSplit: BySplit}

// Combine is what is known about a class after it took something from another, of which from is known.
//
// A merged class is the "or" of both in Kleene's logic: absent and unknown give unknown, because nobody has said that
// the unknown one is absent. A part of a class is absent where the whole is; where the whole is present, nobody has
// said which part it is.
func (d Derivation) Combine(from, to Tri) Tri {
	switch {
	case d == ByMerge && (from == Present || to == Present):
		return Present
	case d == ByMerge && from != to:
		return Unknown
	case d == BySplit && from == Absent && to == Unknown:
		return Absent
	}
	return to
}

// MergeReport says what a merge would do to the labels, over all rows.
type MergeReport struct {
	From      string `json:"from"`
	Into      string `json:"into"`
	Present   int    `json:"present"`   // rows where the merged class is present
	Absent    int    `json:"absent"`    // rows where it is absent
	Conflicts int    `json:"conflicts"` // rows where one class is present and the other absent: it is present there
	Reopened  int    `json:"reopened"`  // rows where one is absent and the other unknown: it is unknown there
	Rows      []int  `json:"-"`         // those of Conflicts, ascending
}

// String says it in a sentence.
func (r MergeReport) String() string {
	return fmt.Sprintf("%q with what was %q: present in %d images, absent in %d; in %d one was present and the other absent (now present), "+
		"in %d one was absent and the other not labelled (now not labelled)", r.Into, r.From, r.Present, r.Absent, r.Conflicts, r.Reopened)
}

// PlanMerge is the event that makes the class from a part of the class into, and what it would do. Labels under both
// names count for into from then on, and one undo brings both classes back as they were.
//
// Errors: ErrUnknownClass; both are the same class.
func (t *Table) PlanMerge(from, into string) (Event, MergeReport, error) {
	e := Event{Kind: KindClassMerge, Classes: []string{from, into}}
	if err := t.checkClasses(e); err != nil {
		return Event{}, MergeReport{}, err
	}
	a, _ := t.lookup(from)
	b, _ := t.lookup(into)
	r := MergeReport{From: t.classes[a], Into: t.classes[b]}
	for row, v := range t.columns[a] {
		w := t.columns[b][row]
		switch ByMerge.Combine(v, w) {
		case Present:
			r.Present++
			if v == Absent || w == Absent {
				r.Conflicts++
				r.Rows = append(r.Rows, row)
			}
		case Absent:
			r.Absent++
		default:
			if v == Absent || w == Absent {
				r.Reopened++
			}
		}
	}
	return e, r, nil
}

// PlanSplit is the event that retires a class for new ones, its parts, and the rows to look at again: those where it is
// present, in which each part is unknown. Where it is absent the parts are absent.
//
// Errors: ErrUnknownClass; ErrClassExists for a part; fewer than two parts.
func (t *Table) PlanSplit(name string, parts ...string) (e Event, rows []int, err error) {
	e = Event{Kind: KindClassSplit, Classes: append([]string{name}, parts...)}
	if err := CheckClasses(parts); err != nil {
		return Event{}, nil, refuse("%w", err)
	}
	if len(parts) < 2 {
		return Event{}, nil, refuse("a split of %q into %d classes; want two or more", name, len(parts))
	}
	if err := t.checkClasses(e); err != nil {
		return Event{}, nil, err
	}
	class, _ := t.lookup(name)
	for row, v := range t.columns[class] {
		if v == Present {
			rows = append(rows, row)
		}
	}
	return e, rows, nil
}
