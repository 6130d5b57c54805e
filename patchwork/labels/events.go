package labels

import (
	"fmt"
	"io"
	"iter"
	"os"
	"slices"
)

// Events yields the history in order, undone events and the undos included, as the journals hold it: with times,
// dwell times and what was shown why. Live tells which of them count. It reads the files as it goes, and sees what had
// been applied when it began.
//
// An error ends the sequence.
func (s *Store) Events() iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		s.mu.Lock()
		order := slices.Clone(s.h.order)
		names := s.files()
		s.mu.Unlock()
		files := map[int32]*os.File{}
		defer func() {
			for _, f := range files {
				f.Close()
			}
		}()
		for _, r := range order {
			f := files[r.journal]
			if f == nil {
				var err error
				if f, err = os.Open(names[r.journal]); err != nil {
					yield(Event{}, fmt.Errorf("labels: %w", err))
					return
				}
				files[r.journal] = f
			}
			e, err := readEvent(f, r)
			if !yield(e, err) || err != nil {
				return
			}
		}
	}
}

func (s *Store) files() []string {
	names := make([]string, len(s.h.journals))
	for i, j := range s.h.journals {
		names[i] = j.file
	}
	return names
}

// Live says that the event counts: it is known, is no undo or redo itself, and is not undone.
func (s *Store) Live(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.h.byID[id]
	return r != nil && !r.dead && r.undoable()
}

// event reads one event back; s.mu is held.
func (s *Store) event(r *record) (Event, error) {
	f, err := os.Open(s.h.journals[r.journal].file)
	if err != nil {
		return Event{}, fmt.Errorf("labels: %w", err)
	}
	defer f.Close()
	return readEvent(f, r)
}

func readEvent(f *os.File, r *record) (Event, error) {
	text := make([]byte, r.size)
	if _, err := f.ReadAt(text, r.offset); err != nil && err != io.EOF {
		return Event{}, fmt.Errorf("labels: %w", err)
	}
	e, err := parseEvent(text)
	if err == nil && e.ID != r.id {
		err = fmt.Errorf("found the event %q where %q was", e.ID, r.id)
	}
	if err != nil {
		return Event{}, &JournalError{File: f.Name(), Line: int(r.line), Err: err}
	}
	e.Time = fromMilli(r.time)
	return e, nil
}
