package labels

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"

	"github.com/gopatchwork/patchwork/patchwork/imageset"
)

// Options say which labels to open.
type Options struct {
	Dir       string   // the project folder; must exist
	Annotator string   // whose journal is written, and whose actions Undo takes back; a file name
	Classes   []string // the declared classes, in order; may be none
	Images    Images   // the image index, usually an *imageset.Index; nil means no images
	ReadOnly  bool     // take no lock and write nothing
}

func (o Options) check() error {
	var errs []error
	if info, err := os.Stat(o.Dir); err != nil {
		errs = append(errs, fmt.Errorf("labels: project folder: %w", err))
	} else if !info.IsDir() {
		errs = append(errs, fmt.Errorf("labels: %s is a file; want the project folder", o.Dir))
	}
	return errors.Join(append(errs, checkAnnotator(o.Annotator), CheckClasses(o.Classes))...)
}

// Store is the open labels of a project: the history, the table made from it, and the journal of one annotator to
// which new events go. Its methods may be called from several goroutines.
type Store struct {
	o     Options
	table atomic.Pointer[Table]
	seen  atomic.Int64 // events applied

	mu     sync.Mutex
	h      *history
	s      *state
	own    int32 // index of this annotator's journal
	lock   *os.File
	out    *appender
	cached int // events in the replay cache on disk
	closed bool
}

// Open reads all journals of the project and, unless ReadOnly, becomes the writer of one.
//
// Events with classes or images that the project does not know, and a torn last line, are no error: see Warnings.
//
// Errors, all found at once where possible: bad Options; a folder that cannot be written (open it ReadOnly then);
// *LockedError when another program is the writer; *JournalError for a line that is not an event, or a journal from a
// newer version.
func Open(o Options) (*Store, error) {
	if o.Images == nil {
		o.Images = none{}
	}
	if err := o.check(); err != nil {
		return nil, err
	}
	s := &Store{o: o}
	if !o.ReadOnly {
		if err := s.acquire(); err != nil {
			return nil, err
		}
	}
	if err := s.load(); err != nil {
		if s.lock != nil {
			unlock(s.lock)
		}
		return nil, err
	}
	if !o.ReadOnly {
		s.out = newAppender(s.h.journals[s.own])
		s.refreshCache()
	}
	return s, nil
}

func (s *Store) journalDir() string { return filepath.Join(s.o.Dir, "journal") }

func (s *Store) acquire() error {
	if err := os.MkdirAll(s.journalDir(), 0o755); err != nil {
		return unwritable(s.journalDir(), err)
	}
	if err := syncDir(s.o.Dir); err != nil {
		return unwritable(s.o.Dir, err)
	}
	var err error
	s.lock, err = lock(filepath.Join(s.journalDir(), s.o.Annotator+".lock"), s.o.Annotator)
	return err
}

// load replays everything, with the help of the cache if it fits.
func (s *Store) load() error {
	h, bodies, err := s.openJournals()
	if err != nil {
		return err
	}
	s.h, s.cached = h, len(h.order)
	var records []*record
	for i, j := range h.journals {
		err := j.read(bodies[i], func(l line) error {
			records = append(records, h.record(int32(i), l))
			return nil
		})
		if err != nil {
			return err
		}
	}
	h.add(records)
	s.own = h.journal(s.o.Annotator, s.o.Dir)
	s.rebuild()
	return nil
}

// rebuild folds everything again and publishes the table.
func (s *Store) rebuild() {
	s.h.bury()
	s.s = &state{size: s.o.Images.Len(), classes: classesOf(s.h, s.o.Classes)}
	s.s.refold(s.h, nil)
	s.publish()
}

func (s *Store) publish() {
	s.table.Store(s.s.table(s.h, s.o.Dir))
	s.seen.Store(int64(len(s.h.order)))
}

// none is an index without images.
type none struct{}

func (none) Len() int               { return 0 }
func (none) At(int) imageset.Image  { return imageset.Image{} }
func (none) Row(string) (int, bool) { return 0, false }

// journal returns the number of the annotator's journal, which is added if there is none yet.
func (h *history) journal(annotator, dir string) int32 {
	for i, j := range h.journals {
		if j.annotator == annotator {
			return int32(i)
		}
	}
	h.journals = append(h.journals, &journal{annotator: annotator, file: filepath.Join(dir, "journal", annotator+".jsonl")})
	return int32(len(h.journals) - 1)
}

// Table is the present table. It costs nothing and never waits, not even for an Apply that is writing to disk.
func (s *Store) Table() *Table { return s.table.Load() }

// Version counts the distinct events that have been applied, undos included. It is the same after reopening.
func (s *Store) Version() int64 { return s.seen.Load() }

// Annotator is the name whose journal this is.
func (s *Store) Annotator() string { return s.o.Annotator }

// Close writes labels.csv and the replay cache and gives the journal up. A ReadOnly store only forgets its state; so
// does a second Close. What was applied is safe without it.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || s.o.ReadOnly {
		s.closed = true
		return nil
	}
	s.closed = true
	err := s.Table().SaveCSV(filepath.Join(s.o.Dir, "labels.csv"))
	if s.cached != len(s.h.order) {
		s.saveCache() // only a cache: the next Open does without
	}
	return errors.Join(err, s.out.close(), unlock(s.lock))
}
