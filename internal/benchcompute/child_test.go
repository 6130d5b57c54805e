package main

import (
	"context"
	"errors"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// shell is a worker that is a script.
func shell(t *testing.T, script string) *exec.Cmd {
	t.Helper()
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("no sh in PATH")
	}
	return exec.Command(sh, "-c", script)
}

func TestChild(t *testing.T) {
	ctx := context.Background()
	c, err := startChild(ctx, shell(t, `echo '{"about":"a script"}'; read r; echo '{"seconds":{"x":[0.5]},"peak":7}'; read r; echo '{"error":"too hard"}'; read r; echo broken >&2`))
	if err != nil {
		t.Fatal(err)
	}
	defer c.stop()
	a, err := c.ask(ctx, request{}, time.Minute)
	if err != nil || a.Seconds["x"][0] != 0.5 || a.Peak != 7 || c.about != "a script" {
		t.Errorf("got %+v of %q, %v", a, c.about, err)
	}
	if _, err := c.ask(ctx, request{}, time.Minute); err == nil || err.Error() != "too hard" || errors.Is(err, errGone) {
		t.Errorf("an answer with an error: got %v", err)
	}
	if _, err := c.ask(ctx, request{}, time.Minute); !errors.Is(err, errGone) || !strings.Contains(err.Error(), "broken") {
		t.Errorf("a worker that ended: got %v, want errGone with what it said last", err)
	}
}

func TestChildThatCannotWork(t *testing.T) {
	if _, err := startChild(context.Background(), shell(t, `echo '{"error":"no PyTorch"}'`)); !errors.Is(err, errUnable) || err.Error() != "skipped: no PyTorch" {
		t.Errorf("got %v, want that it is skipped", err)
	}
	if _, err := startChild(context.Background(), exec.Command("/nowhere/python3")); !errors.Is(err, errUnable) {
		t.Errorf("no such program: got %v, want that it is skipped", err)
	}
}

func TestChildThatTakesTooLong(t *testing.T) {
	c, err := startChild(context.Background(), shell(t, `echo '{}'; exec sleep 60`))
	if err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	if _, err := c.ask(context.Background(), request{}, 10*time.Millisecond); !errors.Is(err, errGone) {
		t.Errorf("got %v, want errGone", err)
	}
	c.stop()
	if took := time.Since(begun); took > 20*time.Second {
		t.Errorf("ending the worker took %v", took)
	}
}
