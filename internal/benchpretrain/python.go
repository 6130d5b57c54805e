package main

import (
	"bufio"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
)

//go:embed worker.py
var workerText string

// python is the other side: a process that answers a line with a line.
type python struct {
	about string
	cmd   *exec.Cmd
	in    io.WriteCloser
	out   *bufio.Reader
}

// startPython starts the worker and waits for its hello.
//
// Errors: there is no such program, or it lacks a library.
func startPython(ctx context.Context, path string) (*python, error) {
	cmd := exec.CommandContext(ctx, path, "-c", workerText)
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
	p := &python{cmd: cmd, in: in, out: bufio.NewReader(out)}
	var hello struct{ About, Error string }
	if err := p.read(&hello); err != nil {
		p.stop()
		return nil, err
	}
	if hello.Error != "" {
		p.stop()
		return nil, fmt.Errorf("%s: %s", path, hello.Error)
	}
	p.about = hello.About
	return p, nil
}

// ask returns the images a second of a network, by memory format.
func (p *python) ask(network string, batch int) (map[string]float64, error) {
	text, err := json.Marshal(map[string]any{"network": network, "batch": batch, "side": side, "steps": steps})
	if err != nil {
		return nil, err
	}
	if _, err := p.in.Write(append(text, '\n')); err != nil {
		return nil, err
	}
	var answer map[string]float64
	err = p.read(&answer)
	return answer, err
}

func (p *python) read(v any) error {
	line, err := p.out.ReadBytes('\n')
	if err != nil {
		return fmt.Errorf("the Python worker ended: %w", err)
	}
	return json.Unmarshal(line, v)
}

// stop ends the worker and waits for it.
func (p *python) stop() {
	p.in.Close()
	p.cmd.Wait()
}
