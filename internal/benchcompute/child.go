package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// child is a worker seen from the parent. It ends with its context, when its input is closed, or when the parent does.
type child struct {
	about  string
	cmd    *exec.Cmd
	in     io.WriteCloser
	lines  chan []byte // closed when the worker has closed its output
	stderr *tail
	wait   func() // returns when the worker has ended and all that it said is in stderr
}

// startChild starts a worker and waits for its hello.
//
// Errors: it cannot be started; it says that it cannot work (errUnable).
func startChild(ctx context.Context, cmd *exec.Cmd) (*child, error) {
	c := &child{cmd: cmd, lines: make(chan []byte), stderr: &tail{}, wait: sync.OnceFunc(func() { cmd.Wait() })}
	cmd.Stderr = c.stderr
	var err error
	if c.in, err = cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("%w: %w", errUnable, err)
	}
	go func() {
		defer close(c.lines)
		s := bufio.NewScanner(out)
		s.Buffer(nil, 16<<20)
		for s.Scan() {
			c.lines <- append([]byte(nil), s.Bytes()...)
		}
	}()
	var h hello
	if err := c.read(ctx, time.Minute, &h); err != nil {
		c.stop()
		return nil, err
	}
	if h.Error != "" {
		c.stop()
		return nil, fmt.Errorf("%w: %s", errUnable, h.Error)
	}
	c.about = h.About
	return c, nil
}

// errUnable means that an engine is not there, so its columns are skipped.
var errUnable = errors.New("skipped")

// errGone means that the worker has ended or was ended.
var errGone = errors.New("the worker ended")

// ask sends a request and waits for the answer. An answer with an error is an error; the worker goes on.
func (c *child) ask(ctx context.Context, r request, limit time.Duration) (answer, error) {
	text, err := json.Marshal(r)
	if err != nil {
		return answer{}, err
	}
	if _, err := c.in.Write(append(text, '\n')); err != nil {
		return answer{}, c.gone()
	}
	var a answer
	if err := c.read(ctx, limit, &a); err != nil {
		return answer{}, err
	}
	if a.Error != "" {
		return a, errors.New(a.Error)
	}
	return a, nil
}

func (c *child) read(ctx context.Context, limit time.Duration, v any) error {
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case line, ok := <-c.lines:
		if !ok {
			return c.gone()
		}
		return json.Unmarshal(line, v)
	case <-timer.C:
		return fmt.Errorf("%w by the parent: no answer in %v", errGone, limit)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// gone is the error of a worker that closed its input or output: with its last words, for which it gets ten seconds.
func (c *child) gone() error {
	late := time.AfterFunc(10*time.Second, func() { c.cmd.Process.Kill() })
	defer late.Stop()
	c.wait()
	return fmt.Errorf("%w: %s", errGone, c.stderr)
}

// stop ends the worker and waits for it.
func (c *child) stop() {
	c.in.Close()
	c.cmd.Process.Kill()
	for range c.lines { //nolint:revive // until it is closed
	}
	c.wait()
}

// tail keeps the end of what a worker wrote to its standard error.
type tail struct {
	mu   sync.Mutex
	text []byte
}

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, p...)
	t.text = t.text[max(0, len(t.text)-600):]
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.Join(strings.Fields(string(t.text)), " ")
}
