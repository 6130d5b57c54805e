package labels

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// Refresh takes in what other programs have appended since the journals were read, and says whether the table may have
// changed. A journal that was replaced or has become shorter makes it read everything again.
//
// It costs a few system calls when nothing has happened. Errors: as Open; the table stays as it was.
func (s *Store) Refresh() (changed bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false, ErrClosed
	}
	files, err := journalFiles(s.o.Dir)
	if err != nil {
		return false, err
	}
	before := make([]journal, len(s.h.journals))
	for i, j := range s.h.journals {
		before[i] = *j
	}
	restore := func() {
		for i, j := range s.h.journals {
			*j = append(before, journal{annotator: j.annotator, file: j.file})[min(i, len(before))]
		}
	}
	var records []*record
	for _, file := range files {
		i := s.h.journal(annotatorOf(file), s.o.Dir)
		if i == s.own && !s.o.ReadOnly {
			continue // only this store writes it
		}
		data, same, err := s.h.journals[i].tail()
		if err != nil {
			restore()
			return false, err
		}
		if !same {
			return true, s.reload()
		}
		err = s.h.journals[i].read(data, func(l line) error {
			records = append(records, s.h.record(i, l))
			return nil
		})
		if err != nil {
			restore()
			return false, err
		}
	}
	if s.vanished(files) {
		return true, s.reload()
	}
	if len(records) == 0 {
		return false, nil
	}
	if known := len(s.h.order); s.h.add(records) {
		order := s.h.order
		for i, r := range order[known:] {
			s.h.order = order[:known+i+1] // what an undo folds again ends with it
			s.fold(r)
		}
		s.publish()
		return len(s.h.order) > known, nil
	}
	s.rebuild()
	return true, nil
}

// tail is what follows the bytes that have been read; same is false if the file is not the one that was read.
func (j *journal) tail() (data []byte, same bool, err error) {
	f, err := os.Open(j.file)
	if err != nil {
		return nil, false, fmt.Errorf("labels: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, false, fmt.Errorf("labels: %w", err)
	}
	if j.info != nil && !os.SameFile(info, j.info) || info.Size() < j.covered {
		return nil, false, nil
	}
	j.info = info
	data, err = io.ReadAll(io.NewSectionReader(f, j.covered, info.Size()-j.covered))
	if err != nil {
		return nil, false, fmt.Errorf("labels: %w", err)
	}
	return data, true, nil
}

// vanished says that a journal with events is no longer there.
func (s *Store) vanished(files []string) bool {
	there := map[string]bool{}
	for _, file := range files {
		there[annotatorOf(file)] = true
	}
	for _, j := range s.h.journals {
		if j.covered > 0 && !there[j.annotator] {
			return true
		}
	}
	return false
}

// reload reads everything from the beginning; on an error the state stays as it was.
func (s *Store) reload() error {
	fresh := &Store{o: s.o}
	if err := fresh.load(); err != nil {
		return err
	}
	s.h, s.s, s.own, s.cached = fresh.h, fresh.s, fresh.own, fresh.cached
	if s.out != nil {
		s.out.j = s.h.journals[s.own]
	}
	s.publish()
	return nil
}

func annotatorOf(file string) string { return strings.TrimSuffix(filepath.Base(file), ".jsonl") }
