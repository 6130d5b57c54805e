package labels

import "slices"

// Undo takes back this annotator's newest event that counts, whatever it was and whenever it happened, and returns
// that event. Each cell gets the value it would have without it. id names the action, "" lets the store choose; with
// an id that has been applied before nothing changes and the event undone then is returned.
//
// Errors: ErrNothingToUndo (also ErrRefused), and those of Apply.
func (s *Store) Undo(id string) (Event, error) { return s.turn(KindUndo, id) }

// Redo makes the event that was undone last count again and returns it, provided nothing but undos and redos has
// happened since. The event keeps its old place in the order: what was set later stays.
//
// Errors: ErrNothingToRedo (also ErrRefused), and those of Apply.
func (s *Store) Redo(id string) (Event, error) { return s.turn(KindRedo, id) }

func (s *Store) turn(k Kind, id string) (Event, error) {
	done, err := s.Apply(Event{ID: id, Kind: k})
	if err != nil {
		return Event{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.h.byID[done.Event.Target]
	if r == nil {
		return Event{}, refuse("%w %q: the action named %q was no undo or redo", ErrUnknownEvent, done.Event.Target, id)
	}
	return s.event(r)
}

// nextTarget is what an undo or redo without a target means.
func (s *Store) nextTarget(k Kind) (id string, err error) {
	undo, redo := s.stacks()
	stack, none := undo, ErrNothingToUndo
	if k == KindRedo {
		stack, none = redo, ErrNothingToRedo
	}
	if len(stack) == 0 {
		return "", refuse("%w for %s", none, s.o.Annotator)
	}
	return stack[len(stack)-1].id, nil
}

// stacks replays what this annotator did, undid and redid; the last of each comes next. Events that somebody else has
// undone or redone are judged by whether they count now.
func (s *Store) stacks() (undo, redo []*record) {
	for _, r := range s.h.order {
		if r.journal != s.own {
			continue
		}
		target := s.h.byID[r.target]
		switch {
		case r.undoable():
			undo, redo = append(undo, r), redo[:0]
		case target == nil || !target.undoable():
		case r.kind == KindUndo:
			undo, redo = move(target, undo, redo)
		default:
			redo, undo = move(target, redo, undo)
		}
	}
	undo = slices.DeleteFunc(undo, func(r *record) bool { return r.dead })
	redo = slices.DeleteFunc(redo, func(r *record) bool { return !r.dead })
	return undo, redo
}

// move takes r out of one stack and puts it on top of the other.
func move(r *record, from, to []*record) (newFrom, newTo []*record) {
	for i := len(from) - 1; i >= 0; i-- {
		if from[i] == r {
			return slices.Delete(from, i, i+1), append(to, r)
		}
	}
	return from, append(to, r)
}
