// Package pyworker talks with a Python process that a benchmark compares with: it says hello in a line of JSON, {"about": ...} or
// {"error": ...}, and answers a line of JSON with a line of JSON.
package pyworker

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
)

// Worker is the process.
type Worker struct {
	About string // as it says hello: what it runs on

	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

// Start runs a script, with more variables in its environment, and waits for its hello.
//
// Errors: there is no such program, or it lacks a library.
func Start(ctx context.Context, python, script string, env ...string) (*Worker, error) {
	cmd := exec.CommandContext(ctx, python, "-c", script)
	cmd.Env = append(os.Environ(), env...)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	w := &Worker{cmd: cmd, in: in, out: bufio.NewReader(out)}
	var hello struct{ About, Error string }
	if err := w.read(&hello); err != nil {
		w.Stop()
		return nil, err
	}
	if hello.Error != "" {
		w.Stop()
		return nil, fmt.Errorf("%s: %s", python, hello.Error)
	}
	w.About = hello.About
	return w, nil
}

// Ask sends a question and reads the answer.
func (w *Worker) Ask(question, answer any) error {
	text, err := json.Marshal(question)
	if err != nil {
		return err
	}
	if _, err := w.in.Write(append(text, '\n')); err != nil {
		return err
	}
	return w.read(answer)
}

func (w *Worker) read(v any) error {
	line, err := w.out.ReadBytes('\n')
	if err != nil {
		return fmt.Errorf("the Python worker ended: %w", err)
	}
	return json.Unmarshal(line, v)
}

// Stop ends the worker and waits for it.
func (w *Worker) Stop() {
	w.in.Close()
	w.cmd.Wait()
}
