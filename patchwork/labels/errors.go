package labels

import (
	"errors"
	"fmt"
	"time"
)

// What Apply answers, to be told apart with errors.Is. Whatever it refuses as impossible is also ErrRefused; then
// nothing was written and trying again without a change is useless. Other errors come from the disk.
var (
	ErrRefused       = errors.New("the event makes no sense")
	ErrUnknownClass  = errors.New("unknown class")
	ErrClassExists   = errors.New("class exists")
	ErrUnknownImage  = errors.New("unknown image")
	ErrUnknownEvent  = errors.New("unknown event")
	ErrEmptyEvent    = errors.New("the event changes nothing")
	ErrNothingToUndo = errors.New("nothing to undo")
	ErrNothingToRedo = errors.New("nothing to redo")
	ErrReadOnly      = errors.New("labels opened for reading only")
	ErrClosed        = errors.New("labels are closed")
)

// refusal is an error that is also ErrRefused.
type refusal struct{ error }

func (r refusal) Unwrap() []error { return []error{r.error, ErrRefused} }

func refuse(format string, args ...any) error {
	return refusal{fmt.Errorf("labels: "+format, args...)}
}

// LockedError says that another program is writing the annotator's journal.
type LockedError struct {
	Annotator string    `json:"-"`
	File      string    `json:"-"` // the lock file
	PID       int       `json:"pid"`
	Program   string    `json:"program"`
	Host      string    `json:"host"`
	Since     time.Time `json:"since"`
}

func (e *LockedError) Error() string {
	who := "another program"
	if e.PID != 0 {
		who = fmt.Sprintf("%s (process %d on %s, since %s)", e.Program, e.PID, e.Host, e.Since.Local().Format("2006-01-02 15:04:05"))
	}
	return fmt.Sprintf("labels: the journal of annotator %q is being written by %s; one program writes at a time. "+
		"Close that one, label through it, or use another annotator name", e.Annotator, who)
}

// JournalError is a line that cannot be read.
type JournalError struct {
	File string
	Line int // from 1
	Err  error
}

func (e *JournalError) Error() string {
	if errors.As(e.Err, new(*versionError)) {
		return fmt.Sprintf("labels: %s:%d: %v. Nothing was changed", e.File, e.Line, e.Err)
	}
	return fmt.Sprintf("labels: %s:%d: %v. Nothing was changed. Restore the file from a copy, or if you edited it, "+
		"mend that line; to go on without it, move the line to another file", e.File, e.Line, e.Err)
}

func (e *JournalError) Unwrap() error { return e.Err }
