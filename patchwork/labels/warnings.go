package labels

import (
	"fmt"
	"slices"
	"time"
)

// Warnings are the things a person should know about the journals, one sentence each; none is an error and nothing is
// lost by them. They are: torn bytes at the end of a journal, labels of images and classes that the project does not
// know, undos of events that are not there, repeated events, journals that were renamed, clocks that run ahead.
func (s *Store) Warnings() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Concat(s.h.journalWarnings(), s.h.eventWarnings(), s.classWarnings())
}

func (h *history) journalWarnings() (w []string) {
	for _, j := range h.journals {
		if j.torn > 0 {
			w = append(w, fmt.Sprintf("%s ends in %d bytes that are no complete line, as after a crash or while another program "+
				"writes; they are ignored, and every line before them counts", j.file, j.torn))
		}
		if j.owner != "" && j.owner != j.annotator {
			w = append(w, fmt.Sprintf("%s was begun by annotator %q; its events count as those of %q", j.file, j.owner, j.annotator))
		}
	}
	if last := h.latest(); last != nil {
		if ahead := time.Until(fromMilli(last.time)); ahead > time.Hour {
			w = append(w, fmt.Sprintf("%s:%d is dated %s in the future; until then new events get its time",
				h.journals[last.journal].file, last.line, ahead.Round(time.Minute)))
		}
	}
	return w
}

func (h *history) eventWarnings() (w []string) {
	events, refs, orphans := 0, 0, 0
	for _, r := range h.order {
		if r.lost > 0 {
			events++
			refs += int(r.lost)
		}
		if !r.undoable() && h.byID[r.target] == nil {
			orphans++
		}
	}
	if refs > 0 {
		w = append(w, fmt.Sprintf("%d references to images in %d events find no image; the labels stay in the journal and count "+
			"again when the images are back", refs, events))
	}
	if orphans > 0 {
		w = append(w, fmt.Sprintf("%d undos or redos name events that are in no journal here; they have no effect", orphans))
	}
	if h.repeats > 0 {
		w = append(w, fmt.Sprintf("%d lines repeat the id of another event and are ignored; is a journal here twice?", h.repeats))
	}
	return w
}

func (s *Store) classWarnings() (w []string) {
	k, announced := s.s.classes, map[column]bool{}
	for _, name := range s.o.Classes {
		announced[k.root(s.h.columns[name])] = true
	}
	for _, r := range s.h.order {
		if !r.dead {
			for _, c := range r.classes {
				announced[k.root(c)] = true
			}
		}
	}
	names := k.naming(s.h)
	for i, c := range names.shown {
		if !announced[c] {
			w = append(w, fmt.Sprintf("class %q is labelled in the journals but neither declared nor added; it was put after the "+
				"other classes so that nothing is lost", names.classes[i]))
		}
	}
	if n := k.idle[KindClassRename]; n > 0 {
		w = append(w, fmt.Sprintf("%d renamings have no effect, because their new names were those of other classes when they came; "+
			"merge the classes if they are one", n))
	}
	return w
}
