package kernelspec

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Report says what Install did.
type Report struct {
	Name    string   `json:"name"`
	Dir     string   `json:"dir"` // the kernel's folder
	Source  Source   `json:"source"`
	Tools   []Tool   `json:"tools"`
	GoFlags string   `json:"goflags"`
	Prewarm *Prewarm `json:"prewarm,omitempty"` // nil when Options.Cold
	Notes   []string `json:"notes,omitempty"`   // what differs from the tested set-up
}

// Install writes the kernel, over an earlier one if there is one, and builds a first cell.
//
// Errors: bad options, all at once; no go command, or a tool missing (the message is one line that says how to get
// it); no source (see Source); a folder that may not be written; a released version that cannot be fetched. Packages
// that do not build are no error, because a working tree may be broken for a moment: see Prewarm.Problem.
func Install(ctx context.Context, o Options) (Report, error) {
	src, o, err := o.resolve()
	if err != nil {
		return Report{}, err
	}
	bin := o.Bin
	if bin == "" && src.Repo != "" {
		bin = filepath.Join(src.Repo, "bin")
	}
	tools, err := findTools(ctx, bin, src.Repo)
	if err != nil {
		return Report{}, err
	}
	dir, err := kernelDir(ctx, o)
	if err != nil {
		return Report{}, err
	}
	r := Report{Name: Name, Dir: dir, Source: src, Tools: tools}
	goPath := tools[0].Path
	r.GoFlags, r.Notes = mergeGoFlags(usersGoFlags(ctx, goPath))
	for _, t := range tools {
		if t.differs() {
			r.Notes = append(r.Notes, fmt.Sprintf("%s is %s; this project is tested with %s", t.Name, t.Version, t.Wanted))
		}
	}
	warm := o.Warm
	if warm == nil {
		warm = []string{Module + "/patchwork"}
	}
	workspace := src.Repo
	if src.Version != "" {
		if workspace, err = writeRelease(ctx, dir, goPath, src.Version, warm); err != nil {
			return Report{}, err
		}
	} else if err := os.RemoveAll(filepath.Join(dir, "module")); err != nil {
		return Report{}, writeError(dir, err)
	}
	s := newSpec(dir, workspace, src, tools, r.GoFlags, o.PlainText)
	if err := s.write(dir); err != nil {
		return Report{}, err
	}
	if !o.Cold {
		p, err := prewarm(ctx, goPath, workspace, s.Env, warm)
		if err != nil {
			return r, err
		}
		r.Prewarm = &p
	}
	return r, nil
}

// resolve checks the options, makes their paths absolute and finds the source.
func (o Options) resolve() (Source, Options, error) {
	if err := o.check(); err != nil {
		return Source{}, o, err
	}
	o, err := o.absolute()
	if err != nil {
		return Source{}, o, err
	}
	here, err := os.Getwd()
	if err != nil {
		return Source{}, o, fmt.Errorf("kernelspec: %w", err)
	}
	src, err := find(o, here)
	return src, o, err
}

// usersGoFlags returns GOFLAGS as the go command sees it, from the environment or from `go env -w`.
func usersGoFlags(ctx context.Context, goPath string) string {
	out, err := exec.CommandContext(ctx, goPath, "env", "GOFLAGS").Output()
	if err != nil {
		return os.Getenv("GOFLAGS")
	}
	return strings.TrimSpace(string(out))
}

// String is the report for a person, one fact a line.
func (r Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Kernel %q installed in %s\n", Title, r.Dir)
	fmt.Fprintf(&b, "  imports   %s from %s\n", Module, r.Source)
	writeTools(&b, r.Tools)
	fmt.Fprintf(&b, "  GOFLAGS   %s\n", r.GoFlags)
	switch {
	case r.Prewarm == nil:
	case r.Prewarm.Problem != "":
		fmt.Fprintf(&b, "  first cell does not build now: %s\n", r.Prewarm.Problem)
	default:
		fmt.Fprintf(&b, "  first cell built in %.1f s; a later one builds in %.1f s\n", r.Prewarm.Seconds, r.Prewarm.Again)
	}
	for _, n := range r.Notes {
		fmt.Fprintf(&b, "  note: %s\n", n)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// writeTools lists programs with version and path.
func writeTools(b *strings.Builder, tools []Tool) {
	for _, t := range tools {
		version := t.Version
		if version == "" {
			version = "(version unknown)"
		}
		fmt.Fprintf(b, "  %-9s %s %s\n", t.Name, version, t.Path)
	}
}
