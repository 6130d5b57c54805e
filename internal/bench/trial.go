package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"testing"
)

// trial is one measurement while it runs. It is a testing.TB, so that the helpers of the browser and notebook tests
// serve here too: where they would skip a test, the rows are skipped, and what they start ends with the measurement.
type trial struct {
	testing.TB // nil; only there for the method that keeps others from implementing the interface

	name  string
	ctx   context.Context
	bench *bench

	rows     []Row
	cleanups []func()
	skipped  string
	failed   string
}

// perform runs f and returns its rows. A skip or failure becomes a row of its own, behind those that f could fill.
func (b *bench) perform(ctx context.Context, m measurement) []Row {
	t := &trial{name: m.name, ctx: ctx, bench: b}
	done := make(chan struct{})
	go func() { // a goroutine of its own, because FailNow and SkipNow end the one they are called in
		defer close(done)
		defer t.cleanUp()
		defer func() {
			if r := recover(); r != nil {
				t.failed = fmt.Sprint(r)
			}
		}()
		m.run(t)
	}()
	<-done
	if t.skipped != "" || t.failed != "" {
		t.rows = append(t.rows, Row{Name: m.name, What: m.about, Skipped: t.skipped, Failed: t.failed})
	}
	return t.rows
}

func (t *trial) cleanUp() {
	for len(t.cleanups) > 0 {
		last := len(t.cleanups) - 1
		f := t.cleanups[last]
		t.cleanups = t.cleanups[:last]
		f()
	}
}

// report adds a row to the table.
func (t *trial) report(r Row) { t.rows = append(t.rows, r) }

// must ends the measurement on an error.
func (t *trial) must(err error) {
	if err != nil {
		t.Fatal(err)
	}
}

// What follows is testing.TB, as far as the helpers use it.

func (t *trial) Helper()                  {}
func (t *trial) Name() string             { return "bench-" + t.name }
func (t *trial) Context() context.Context { return t.ctx }
func (t *trial) Cleanup(f func())         { t.cleanups = append(t.cleanups, f) }
func (t *trial) Failed() bool             { return t.failed != "" }

func (t *trial) Log(args ...any)                 { fmt.Fprintln(os.Stderr, args...) }
func (t *trial) Logf(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) }

func (t *trial) Error(args ...any)                 { t.failed = fmt.Sprint(args...) }
func (t *trial) Errorf(format string, args ...any) { t.failed = fmt.Sprintf(format, args...) }

func (t *trial) Fatal(args ...any) {
	t.Error(args...)
	runtime.Goexit()
}

func (t *trial) Fatalf(format string, args ...any) {
	t.Errorf(format, args...)
	runtime.Goexit()
}

func (t *trial) Skip(args ...any) {
	t.skipped = fmt.Sprint(args...)
	runtime.Goexit()
}

func (t *trial) Skipf(format string, args ...any) {
	t.skipped = fmt.Sprintf(format, args...)
	runtime.Goexit()
}
