package labels

import (
	"crypto/rand"
	"encoding/hex"
	"slices"
	"time"
	"unicode/utf8"
)

// Applied says what became of an event.
type Applied struct {
	Event    Event // as it is in the journal: ID, Time, By and Target filled in, refs complete
	Repeated bool  // its ID had been applied before, so nothing was changed now
	Version  int64 // of the store, after it
	Rows     []int // the rows it writes, ascending; of an undo or redo, those of its target
}

// Apply writes an event to the journal and, once it is on disk, to the table. When it returns without an error the
// event survives any crash.
//
// An event whose ID has been applied before changes nothing, so a message may be sent twice. An empty ID, Time and By
// are filled in; a Time before that of the latest event becomes that, so what a person sees and corrects is corrected.
// An undo or redo without a Target means what Undo and Redo do.
//
// Errors: ErrRefused together with ErrUnknownClass, ErrClassExists, ErrUnknownImage, ErrUnknownEvent, ErrEmptyEvent,
// ErrNothingToUndo or ErrNothingToRedo, or alone for an event that contradicts itself; ErrReadOnly; ErrClosed; the disk
// is full or failing. After an error the table and the journal are as before.
func (s *Store) Apply(e Event) (Applied, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.o.ReadOnly:
		return Applied{}, refuse("%w; open the project for writing", ErrReadOnly)
	case s.closed:
		return Applied{}, refuse("%w; open the project again", ErrClosed)
	}
	if r, ok := s.h.byID[e.ID]; ok && e.ID != "" {
		old, err := s.event(r)
		return Applied{Event: old, Repeated: true, Version: s.Version(), Rows: s.rowsOf(r)}, err
	}
	e, err := s.complete(e)
	if err != nil {
		return Applied{}, err
	}
	text, err := encode(e)
	if err != nil {
		return Applied{}, err
	}
	j := s.h.journals[s.own]
	offset, err := s.out.append(text)
	if err != nil {
		return Applied{}, err
	}
	r := s.h.record(s.own, line{Event: e, number: j.lines, offset: offset, size: len(text) - 1})
	s.h.add([]*record{r})
	s.fold(r)
	s.publish()
	if len(s.h.order)-s.cached >= cacheEvery {
		s.saveCache()
	}
	return Applied{Event: e, Version: s.Version(), Rows: s.rowsOf(r)}, nil
}

// fold applies a record that follows all others.
func (s *Store) fold(r *record) {
	if r.undoable() {
		if r.dead = s.h.verdicts[r.id] == KindUndo; !r.dead {
			s.s.apply(s.h, r, nil)
			s.s.classes.take(r)
		}
		return
	}
	s.h.verdicts[r.target] = r.kind
	target := s.h.byID[r.target]
	if target == nil || !target.undoable() {
		return
	}
	target.dead = r.kind == KindUndo
	before := s.s.classes
	s.s.classes = classesOf(s.h, s.o.Classes)
	want := map[column]bool{}
	for _, o := range target.ops {
		want[s.s.classes.root(o.column)] = true
		want[stampColumn] = want[stampColumn] || o.column >= firstClass
	}
	s.s.classes.close(want)
	if !s.s.classes.same(before) {
		want = nil // names mean other classes now
	}
	s.s.refold(s.h, want)
}

// complete fills the event in and refuses what makes no sense.
func (s *Store) complete(e Event) (Event, error) {
	if e.ID == "" {
		e.ID = newID()
	}
	if e.By == "" {
		e.By = s.o.Annotator
	}
	if e.By != s.o.Annotator {
		return e, refuse("an event by %q cannot go to the journal of %q; open that annotator's", e.By, s.o.Annotator)
	}
	e.Time = s.clock(e.Time)
	if (e.Kind == KindUndo || e.Kind == KindRedo) && e.Target == "" {
		target, err := s.nextTarget(e.Kind)
		if err != nil {
			return e, err
		}
		e.Target = target
	}
	if err := e.check(); err != nil {
		return e, refuse("%w", err)
	}
	for _, text := range []string{e.ID, e.Text, e.Source} {
		if !utf8.ValidString(text) {
			return e, refuse("the event holds %q, which is not UTF-8 text", text)
		}
	}
	if e.Empty() {
		return e, refuse("%w: it names no image", ErrEmptyEvent)
	}
	if err := s.checkTarget(e); err != nil {
		return e, err
	}
	if err := s.Table().checkClasses(e); err != nil {
		return e, err
	}
	e, err := s.Table().applyGroups(e)
	if err != nil {
		return e, err
	}
	return s.completeRefs(e)
}

// clock is the time of a new event: no earlier than any that this store has read, so that it comes last in the order.
func (s *Store) clock(t time.Time) time.Time {
	if t.IsZero() {
		t = time.Now()
	}
	ms := max(t.UnixMilli(), s.h.journals[s.own].last) // that of a line which repeats an id included
	if last := s.h.latest(); last != nil {
		after := last.time
		if s.h.journals[last.journal].annotator > s.o.Annotator {
			after++ // at equal times the names decide
		}
		ms = max(ms, after)
	}
	return fromMilli(ms)
}

func (s *Store) checkTarget(e Event) error {
	if e.Target == "" {
		return nil
	}
	if r := s.h.byID[e.Target]; r == nil || !r.undoable() {
		return refuse("%w %q; an undo or redo must name an event of this project that is not one itself", ErrUnknownEvent, e.Target)
	}
	return nil
}

// completeRefs gives refs their hashes, in a copy of the changes.
func (s *Store) completeRefs(e Event) (Event, error) {
	if len(e.Set) == 0 {
		return e, nil
	}
	set := slices.Clone(e.Set)
	for i, c := range set {
		refs := make([]string, len(c.Images))
		for k, ref := range c.Images {
			row, ok := s.h.resolver.row(ref)
			if !ok {
				return e, refuse("%w %q; the project has %d images, and this is neither the path of one nor the content of "+
					"exactly one. Scan the folder again if it is new", ErrUnknownImage, ref, s.o.Images.Len())
			}
			refs[k] = Ref(s.o.Images, row)
		}
		set[i].Images = refs
	}
	e.Set = set
	return e, nil
}

// rowsOf are the rows that a record, or the target of an undo or redo, writes.
func (s *Store) rowsOf(r *record) []int {
	if t := s.h.byID[r.target]; t != nil {
		r = t
	}
	var rows []int
	done := int32(-1)
	for _, o := range r.ops {
		if o.hi == done {
			continue
		}
		done = o.hi
		for _, row := range s.h.rows[o.lo:o.hi] {
			rows = append(rows, int(row))
		}
	}
	slices.Sort(rows)
	return slices.Compact(rows)
}

// newID names an action that nobody has named. It says nothing about the action and enters no result.
func newID() string {
	var b [8]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}
