package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

// engineNames are all engines, in the order of the columns.
var engineNames = []string{"cpu", "torch", "go"}

//go:embed worker.py
var workerScript string

// engine starts workers of one kind and keeps one of them.
type engine struct {
	name   string
	about  string
	absent string // why there is none; its columns are skipped
	python string
	binary string // of the Go workers; "" until it is built
	child  *child
}

// parseEngines reads the list of -engines.
func parseEngines(list string) ([]string, error) {
	var names []string
	for name := range strings.SplitSeq(list, ",") {
		name = strings.TrimSpace(name)
		if !slices.Contains(engineNames, name) || slices.Contains(names, name) {
			return nil, fmt.Errorf("-engines is %q; want some of %s, each once, separated by commas", list, strings.Join(engineNames, ", "))
		}
		names = append(names, name)
	}
	return names, nil
}

// command is the command line of a new worker.
func (e *engine) command(ctx context.Context) (*exec.Cmd, error) {
	if e.name == "torch" {
		cmd := exec.CommandContext(ctx, e.python, "-u", "-c", workerScript, strconv.Itoa(runtime.GOMAXPROCS(0)))
		cmd.Dir = os.TempDir() // Python looks for modules where it starts
		cmd.Env = os.Environ()
		if vector() == "AVX-512" {
			// PyTorch 1.13 has these kernels and uses AVX2 by itself; softmax takes a third less time with them. OpenBLAS
			// takes others on newer processors, with which a product of matrices takes three times as long.
			for _, set := range []string{"ATEN_CPU_CAPABILITY=avx512", "OPENBLAS_CORETYPE=SkylakeX"} {
				if name, _, _ := strings.Cut(set, "="); os.Getenv(name) == "" {
					cmd.Env = append(cmd.Env, set)
				}
			}
		}
		return cmd, nil
	}
	if e.binary == "" {
		var err error
		if e.binary, err = os.Executable(); e.name == "go" {
			e.binary, err = buildWithSIMD(ctx)
		}
		if err != nil {
			return nil, err
		}
	}
	return exec.CommandContext(ctx, e.binary, "-worker", e.name), nil
}

// buildWithSIMD builds this program again, into build/, with the experiment that GoMLX's fast kernels need.
func buildWithSIMD(ctx context.Context) (string, error) {
	root, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		return "", fmt.Errorf("%w: the working tree is not found: %w", errUnable, err)
	}
	dir := strings.TrimSpace(string(root))
	binary := filepath.Join(dir, "build", "benchcompute-simd")
	cmd := exec.CommandContext(ctx, "go", "build", "-o", binary, "./internal/benchcompute")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOEXPERIMENT=simd")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: building with GOEXPERIMENT=simd: %w: %s", errUnable, err, oneLine(string(out)))
	}
	return binary, nil
}

// start makes sure that there is a worker. An engine that is not there is remembered and is no error.
func (e *engine) start(ctx context.Context) error {
	if e.child != nil || e.absent != "" {
		return nil
	}
	c, err := e.fresh(ctx)
	if errors.Is(err, errUnable) {
		e.absent = oneLine(err.Error())
		return nil
	}
	if err != nil {
		return fmt.Errorf("starting the worker of %s: %w", e.name, err)
	}
	e.child, e.about = c, c.about
	return nil
}

// fresh starts a worker of its own.
func (e *engine) fresh(ctx context.Context) (*child, error) {
	cmd, err := e.command(ctx)
	if err != nil {
		return nil, err
	}
	return startChild(ctx, cmd)
}

// ask asks the worker that is kept. One that has ended, or takes longer than the limit, is replaced at the next question.
func (e *engine) ask(ctx context.Context, r request, limit time.Duration) (answer, error) {
	if err := e.start(ctx); err != nil {
		return answer{}, err
	}
	if e.absent != "" {
		return answer{}, errUnable
	}
	a, err := e.child.ask(ctx, r, limit)
	if errors.Is(err, errGone) || ctx.Err() != nil {
		e.stop()
	}
	return a, err
}

func (e *engine) stop() {
	if e.child != nil {
		e.child.stop()
		e.child = nil
	}
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
