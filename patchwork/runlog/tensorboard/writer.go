package tensorboard

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gopatchwork/patchwork/internal/atomicfile"
)

// Options configures Create. The zero value is a good default.
type Options struct {
	Flush time.Duration // the longest that an event waits before it is written; 0 means 2 s

	// After is the step that a training which was cut off goes on after; 0 means that it begins. TensorBoard forgets what earlier
	// files of the folder say of later steps, because they are made again.
	After int
}

// Writer writes an event file. Its methods may be called by several goroutines.
//
// After the first failure, such as a full disk, it writes nothing more; the error is that of every later call, and what was
// written stays readable.
type Writer struct {
	name string
	wait time.Duration
	now  func() time.Time

	mu      sync.Mutex
	file    *os.File
	size    int64  // of the whole records in the file
	pending []byte // whole records that are not in it yet
	timer   *time.Timer
	failed  error
	closed  bool
}

// most is how many bytes wait at most.
const most = 1 << 20

// made counts the writers of this process, so that two of one second have files of their own.
var made atomic.Int64

var notInNames = regexp.MustCompile(`[^A-Za-z0-9-]+`)

// Create begins an event file, events.out.tfevents.TIME.HOST.PROCESS.NUMBER, in a folder, which it makes.
//
// Errors: Flush or After is negative; the folder or the file cannot be made.
func Create(dir string, o Options) (*Writer, error) {
	if o.Flush < 0 || o.After < 0 {
		return nil, fmt.Errorf("tensorboard.Options: Flush is %v and After %d; want 0 or more", o.Flush, o.After)
	}
	return create(dir, o, time.Now)
}

func create(dir string, o Options, now func() time.Time) (*Writer, error) {
	if o.Flush == 0 {
		o.Flush = 2 * time.Second
	}
	w := &Writer{wait: o.Flush, now: now}
	host, err := os.Hostname()
	if err != nil || host == "" {
		host = "localhost"
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("tensorboard: cannot make the folder %s: %w", dir, atomicfile.Cause(err))
	}
	for w.file == nil {
		w.name = filepath.Join(dir, fmt.Sprintf("events.out.tfevents.%010d.%s.%d.%d", now().Unix(), notInNames.ReplaceAllString(host, "-"), os.Getpid(), made.Add(1)))
		w.file, err = os.OpenFile(w.name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
		if err != nil && !errors.Is(err, fs.ErrExist) {
			return nil, fmt.Errorf("tensorboard: cannot make %s: %w", w.name, atomicfile.Cause(err))
		}
	}
	w.write(0, func(m *message) { m.text(3, "brain.Event:2") })
	if o.After > 0 {
		w.write(o.After+1, func(m *message) {
			var log message
			log.varint(1, 1) // START: what is of this step or later, in files before, is void
			m.message(7, log)
		})
	}
	return w, w.Flush()
}

// write adds an event, the rest of whose message fill makes.
func (w *Writer) write(step int, fill func(m *message)) error {
	var m message
	m.double(1, unix(w.now()))
	m.varint(2, uint64(step))
	fill(&m)

	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return fmt.Errorf("tensorboard: %s is closed", w.name)
	}
	if w.failed != nil {
		return w.failed
	}
	w.pending = appendRecord(w.pending, m)
	if len(w.pending) > most {
		return w.flush()
	}
	if w.timer == nil {
		w.timer = time.AfterFunc(w.wait, func() { w.Flush() }) // the error is that of the next call
	}
	return nil
}

// unix is a time in seconds since 1970.
func unix(t time.Time) float64 { return float64(t.Unix()) + float64(t.Nanosecond())/1e9 }

// Flush writes what waits.
func (w *Writer) Flush() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.flush()
}

func (w *Writer) flush() error {
	if w.timer != nil {
		w.timer.Stop()
		w.timer = nil
	}
	if w.failed != nil || len(w.pending) == 0 {
		return w.failed
	}
	if _, err := w.file.Write(w.pending); err != nil {
		w.failed = fmt.Errorf("tensorboard: cannot write %s: %w", w.name, atomicfile.Cause(err))
		w.pending = nil
		w.file.Truncate(w.size) // a part of a record is read as one that is still being written
		return w.failed
	}
	w.size += int64(len(w.pending))
	w.pending = w.pending[:0]
	return nil
}

// Close writes what waits and ends the file. A second call does nothing.
func (w *Writer) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return nil
	}
	err := w.flush()
	w.closed = true
	if closed := w.file.Close(); err == nil && closed != nil {
		err = fmt.Errorf("tensorboard: cannot write %s: %w", w.name, atomicfile.Cause(closed))
	}
	return err
}
