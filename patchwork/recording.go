package patchwork

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/gopatchwork/patchwork/patchwork/runlog"
)

// RecordError says that not all of a run could be recorded. What was trained is there all the same: the results beside it count.
type RecordError struct{ Err error }

func (e *RecordError) Error() string {
	return "patchwork: the run is not recorded whole: " + e.Err.Error()
}

func (e *RecordError) Unwrap() error { return e.Err }

// OnlyRecord says whether err is of records alone, so that the results beside it count.
func OnlyRecord(err error) bool {
	switch e := err.(type) {
	case *RecordError:
		return true
	case interface{ Unwrap() []error }:
		return !slices.ContainsFunc(e.Unwrap(), func(err error) bool { return !OnlyRecord(err) })
	}
	return false
}

// recording is a run that goes on.
type recording struct {
	folder string // "" where there is none
	begun  time.Time
	before float64 // seconds that it took before it was cut off
	sink   runlog.Sink
	errs   []error // of what could not begin

	mu   sync.Mutex
	warn error // that nobody heard of
}

// beginRecord begins the record of a run below dir. One that goes on after so many steps is the one like it that was cut off, if there is one.
// What cannot be recorded does not stop the run: end returns it.
func beginRecord(dir string, r runlog.Run, resumed int, also following) *recording {
	rec := &recording{begun: time.Now()}
	r.Environment = beside(environment(), r.Environment)
	slices.Sort(r.Given)
	var sinks []runlog.Sink
	w, err := openWriter(dir, r, resumed)
	if err != nil {
		rec.failed(err)
	}
	if w != nil {
		rec.folder, r = w.Dir(), w.Run()
		rec.before, sinks = r.Seconds, append(sinks, w)
	}
	for _, open := range also.openers(rec.hear) {
		s, err := open(rec.folder, r, resumed)
		if err != nil {
			rec.failed(err)
			continue
		}
		sinks = append(sinks, s)
	}
	rec.sink = runlog.All(rec.hear, sinks...)
	return rec
}

func (r *recording) failed(err error) {
	r.errs = append(r.errs, err)
	r.hear(err)
}

// hear keeps an error for warning. It may be called from any goroutine.
func (r *recording) hear(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.warn = errors.Join(r.warn, err)
}

func openWriter(dir string, r runlog.Run, resumed int) (w *runlog.Writer, err error) {
	if resumed > 0 {
		if id := runlog.Unfinished(dir, r); id != "" {
			if w, err = runlog.Continue(dir, id, resumed); err == nil {
				return w, nil
			}
		}
	}
	w, err2 := runlog.Begin(dir, r)
	if err2 != nil {
		return nil, err2
	}
	return w, err
}

// add records a point.
func (r *recording) add(step int, epoch float64, values map[string]float64) {
	r.sink.Add(runlog.Point{Step: step, Epoch: epoch, Seconds: r.seconds(), Values: values}) // All keeps what fails
}

func (r *recording) seconds() float64 { return r.before + time.Since(r.begun).Seconds() }

// warning is what went wrong since the last call, "" if nothing did.
func (r *recording) warning() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	err := r.warn
	if r.warn = nil; err == nil {
		return ""
	}
	return (&RecordError{err}).Error() + "; the training goes on"
}

// end ends the record: with the outcome, or with err, if the run failed.
func (r *recording) end(err error, outcome string, metrics map[string]float64) error {
	run := runlog.Run{State: runlog.Done, Outcome: outcome, Seconds: r.seconds(), Metrics: metrics}
	if err != nil {
		run.State = runlog.Failed
		if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
			run.State = runlog.Interrupted
		}
		if outcome == "" {
			run.Outcome = err.Error()
		}
	}
	if err := errors.Join(append(r.errs, r.sink.End(run))...); err != nil {
		return &RecordError{err}
	}
	return nil
}

// beside puts several maps into one.
func beside[V any](parts ...map[string]V) map[string]V {
	all := map[string]V{}
	for _, part := range parts {
		maps.Copy(all, part)
	}
	return all
}

// runsBeside is the folder for the records of trainings that write a network without a project: runs, beside the network.
func runsBeside(out string) string { return filepath.Join(filepath.Dir(out), "runs") }

// given are the names in part whose value is not that in nothing.
func given(part, nothing map[string]string) (names []string) {
	for name, v := range part {
		if v != nothing[name] {
			names = append(names, name)
		}
	}
	return names
}

// flat is runlog.Flatten of a struct that can be written.
func flat(prefix string, v any) map[string]string {
	all, err := runlog.Flatten(prefix, v)
	if err != nil {
		panic(fmt.Sprintf("patchwork: %T cannot be written as YAML: %v", v, err)) // a slip of the program's
	}
	return all
}
