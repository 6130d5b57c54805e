package labels

import (
	"cmp"
	"slices"
)

// A column is a number that history gives to a name of the table: the flags, the note, and each class ever named in a
// journal, in order of first sight. It is not the class's place in a Table.
type column = int32

const (
	excludeColumn column = iota
	validationColumn
	noteColumn
	unsureColumn
	distinctColumn // holds no values: see distinctRows
	firstClass
)

// fixedColumn are the columns of kinds that have one. A class may be named note or unsure, so they go by the kind.
var fixedColumn = map[Kind]column{
	KindExclude: excludeColumn, KindValidation: validationColumn, KindNote: noteColumn, KindUnsure: unsureColumn, KindDistinct: distinctColumn,
}

// op writes one value into one column of some rows.
type op struct {
	column column
	value  Tri
	lo, hi int32 // its rows are history.rows[lo:hi]
}

// record is an event as far as the table needs it. The rest stays on disk, at offset.
type record struct {
	id      string
	time    int64 // Unix milliseconds, never before the line above it in the same journal
	journal int32
	line    int32
	offset  int64
	size    int32
	lost    int32 // refs that resolve to no row
	kind    Kind
	dead    bool // undone
	target  string
	text    string
	classes []column // that it adds
	ops     []op
}

// history is all events that have been read, resolved to rows.
type history struct {
	journals []*journal
	resolver resolver
	names    []string          // by column
	columns  map[string]column // inverse of names
	rows     []int32           // what ops refer to
	order    []*record         // distinct events in merged order
	byID     map[string]*record
	verdicts map[string]Kind // by event ID: the last undo or redo that names it
	repeats  int             // lines whose ID had been used before
}

func newHistory(images Images) *history {
	h := &history{resolver: resolver{images: images}, columns: map[string]column{}, byID: map[string]*record{}, verdicts: map[string]Kind{}}
	for _, name := range []Kind{KindExclude, KindValidation, KindNote, KindUnsure, KindDistinct} {
		h.names = append(h.names, string(name))
	}
	h.columns[string(KindExclude)], h.columns[string(KindValidation)] = excludeColumn, validationColumn
	return h
}

// column returns the number of a class or flag, a new one if need be.
func (h *history) column(name string) column {
	c, ok := h.columns[name]
	if !ok {
		c = column(len(h.names))
		h.names = append(h.names, name)
		h.columns[name] = c
	}
	return c
}

// record resolves a line of journal j. It does not add it to the history.
func (h *history) record(journal int32, l line) *record {
	j := h.journals[journal]
	j.last = max(j.last, l.Time.UnixMilli())
	r := &record{
		id: l.ID, time: j.last, journal: journal, line: int32(l.number), offset: l.offset, size: int32(l.size),
		kind: l.Kind, target: l.Target, text: l.Text,
	}
	for _, name := range l.Classes {
		r.classes = append(r.classes, h.column(name))
	}
	for _, c := range l.Set {
		lo := int32(len(h.rows))
		for _, ref := range c.Images {
			if row, ok := h.resolver.row(ref); ok {
				h.rows = append(h.rows, int32(row))
			} else {
				r.lost++
			}
		}
		hi := int32(len(h.rows))
		if fixed, ok := fixedColumn[l.Kind]; ok {
			r.ops = append(r.ops, op{fixed, Tri(c.Value), lo, hi})
			continue
		}
		for _, name := range c.columns(l.Kind) {
			r.ops = append(r.ops, op{h.column(name), Tri(c.Value), lo, hi})
		}
	}
	return r
}

// add puts new records in their place. It answers whether all of them came after what was there, so that what has
// been folded can be kept.
func (h *history) add(records []*record) (appended bool) {
	before := len(h.order)
	h.order = append(h.order, records...)
	if !slices.IsSortedFunc(h.order[max(before-1, 0):], h.compare) {
		slices.SortStableFunc(h.order, h.compare)
		h.dropRepeats(0)
		return false
	}
	h.dropRepeats(before)
	return true
}

// dropRepeats keeps the first record of each ID, given that those before from are distinct.
func (h *history) dropRepeats(from int) {
	if from == 0 {
		clear(h.byID)
	}
	kept := h.order[:from]
	for _, r := range h.order[from:] {
		if _, ok := h.byID[r.id]; ok {
			h.repeats++
			continue
		}
		h.byID[r.id] = r
		kept = append(kept, r)
	}
	clear(h.order[len(kept):])
	h.order = kept
}

func (h *history) compare(a, b *record) int {
	if c := cmp.Compare(a.time, b.time); c != 0 {
		return c
	}
	if a.journal == b.journal {
		return cmp.Compare(a.line, b.line)
	}
	return cmp.Compare(h.journals[a.journal].annotator, h.journals[b.journal].annotator)
}

// bury finds out which events count: the last undo or redo that names an event decides.
func (h *history) bury() {
	clear(h.verdicts)
	for _, r := range h.order {
		if !r.undoable() {
			h.verdicts[r.target] = r.kind
		}
	}
	for _, r := range h.order {
		r.dead = r.undoable() && h.verdicts[r.id] == KindUndo
	}
}

// undoable says that an undo may name r. Undos are taken back by a redo.
func (r *record) undoable() bool { return r.kind != KindUndo && r.kind != KindRedo }

// latest is the record that all later ones must follow; nil if there is none.
func (h *history) latest() *record {
	if len(h.order) == 0 {
		return nil
	}
	return h.order[len(h.order)-1]
}

// refersTo yields the classes that r adds or writes, in order.
func (r *record) refersTo(yield func(column) bool) {
	for _, c := range r.classes {
		if !yield(c) {
			return
		}
	}
	for _, o := range r.ops {
		if o.column >= firstClass && !yield(o.column) {
			return
		}
	}
}
