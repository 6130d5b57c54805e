package kernelspec

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// Prewarm is what building a cell at install took. Seconds is the first build, which fills Go's build cache; Again is
// a second one with the cell's text changed, which is what each later cell pays.
type Prewarm struct {
	Seconds float64 `json:"seconds"`
	Again   float64 `json:"again"`
	Problem string  `json:"problem,omitempty"` // why the packages do not build now; the kernel is installed all the same
}

// prewarm builds a cell that imports the packages, in the same kind of workspace and with the same environment as
// GoNB will, so that the build cache holds everything the first cell needs.
func prewarm(ctx context.Context, goPath, workspace string, env map[string]string, imports []string) (Prewarm, error) {
	dir, err := os.MkdirTemp("", "patchwork-prewarm-")
	if err != nil {
		return Prewarm{}, fmt.Errorf("kernelspec: no room to build a first cell: %w", err)
	}
	defer os.RemoveAll(dir)
	run := func(args ...string) (time.Duration, error) {
		start := time.Now()
		cmd := exec.CommandContext(ctx, goPath, args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GOFLAGS="+env["GOFLAGS"], "GOWORK="+env["GOWORK"])
		out, err := cmd.CombinedOutput()
		if err != nil {
			return 0, errors.New(firstComplaint(out, err))
		}
		return time.Since(start), nil
	}
	steps := [][]string{
		{"mod", "init", "patchwork_cell"}, {"work", "init"}, {"work", "use", workspace, "."}, {"build", "-o", "cell", "."},
	}
	var p Prewarm
	for i, text := range []string{"first", "again"} {
		if err := os.WriteFile(filepath.Join(dir, "main.go"), []byte(cell(text, imports)), 0o644); err != nil {
			return p, fmt.Errorf("kernelspec: no room to build a first cell: %w", err)
		}
		for _, args := range steps {
			took, err := run(args...)
			if ctx.Err() != nil {
				return p, ctx.Err()
			}
			if err != nil {
				p.Problem = err.Error()
				return p, nil
			}
			if i == 0 {
				p.Seconds += took.Seconds()
			} else {
				p.Again += took.Seconds()
			}
		}
		steps = steps[len(steps)-1:]
	}
	return p, nil
}

// cell is a program such as GoNB makes of a cell that imports the packages.
func cell(text string, imports []string) string {
	var b strings.Builder
	b.WriteString("package main\n\nimport (\n\t\"fmt\"\n\n")
	for _, p := range imports {
		fmt.Fprintf(&b, "\t_ %q\n", p)
	}
	fmt.Fprintf(&b, ")\n\nfunc main() { fmt.Println(%q) }\n", text)
	return b.String()
}

// firstComplaint returns the first line of a failed build that is not a heading, or the error if it printed nothing.
func firstComplaint(out []byte, err error) string {
	for line := range strings.Lines(string(out)) {
		line = strings.TrimSpace(line)
		if line != "" && !strings.HasPrefix(line, "#") {
			return line
		}
	}
	return err.Error()
}
