package kernelspec

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// StatusReport compares the installed kernel with what is on the machine now.
type StatusReport struct {
	Name      string   `json:"name"`
	Dir       string   `json:"dir"` // where the kernel is, or would be
	Installed bool     `json:"installed"`
	Source    Source   `json:"source"`
	Tools     []Tool   `json:"tools,omitempty"`
	GoFlags   string   `json:"goflags,omitempty"`
	Problems  []string `json:"problems,omitempty"` // each says what is wrong and what to do
}

// OK tells whether the kernel is installed and nothing is wrong with it.
func (r StatusReport) OK() bool { return r.Installed && len(r.Problems) == 0 }

// Status reads the kernel that Install wrote for the same Prefix (or the same user), and looks whether its programs
// and its source still exist in the versions that this project is tested with. It changes nothing. Of the options
// only Prefix, Repo and Version are used: where they or the current directory name another source than the kernel
// imports, that is a problem too.
//
// Errors: bad options, or an installed kernel.json that is not JSON. A kernel that is not installed is no error.
func Status(ctx context.Context, o Options) (StatusReport, error) {
	if err := o.check(); err != nil {
		return StatusReport{}, err
	}
	o, err := o.absolute()
	if err != nil {
		return StatusReport{}, err
	}
	dir, err := kernelDir(ctx, o)
	if err != nil {
		return StatusReport{}, err
	}
	r := StatusReport{Name: Name, Dir: dir}
	s, err := readSpec(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return r, nil
	}
	if err != nil {
		return r, err
	}
	r.Installed, r.Source, r.GoFlags = true, s.Metadata.Patchwork, s.Env["GOFLAGS"]
	r.lookAtTools(ctx, s.Metadata.Tools)
	r.lookAtSource()
	if here, err := os.Getwd(); err == nil {
		if src, err := find(o, here); err == nil && src != r.Source {
			r.problem("cells import the %s, not the %s; run `patchwork kernel install` to change that", r.Source, src)
		}
	}
	return r, nil
}

func (r *StatusReport) problem(format string, args ...any) {
	r.Problems = append(r.Problems, fmt.Sprintf(format, args...))
}

// lookAtTools checks each program of the kernel for existence and version.
func (r *StatusReport) lookAtTools(ctx context.Context, paths map[string]string) {
	look := func(name, want string, version func(string) string) {
		path := paths[name]
		if path == "" {
			r.problem("the installed kernel names no %s; run `patchwork kernel install` again", name)
			return
		}
		if info, err := os.Stat(path); err != nil || info.IsDir() {
			r.problem("%s is gone from %s; get it back, then run `patchwork kernel install` again", name, path)
			return
		}
		t := Tool{Name: name, Path: path, Version: version(path), Wanted: want}
		r.Tools = append(r.Tools, t)
		if t.differs() {
			r.problem("%s is %s; this project is tested with %s", name, t.Version, t.Wanted)
		}
	}
	look("go", "", func(path string) string { return goVersion(ctx, path) })
	for _, w := range wanted {
		look(w.name, w.version, builtVersion)
	}
	if standIn := filepath.Join(r.Dir, "bin", "go"); !isStandIn(standIn) {
		r.problem("%s is missing or was written by another version; run `patchwork kernel install` again", standIn)
	}
}

// lookAtSource checks that what cells import is still there.
func (r *StatusReport) lookAtSource() {
	if repo := r.Source.Repo; repo != "" {
		if name, err := moduleOf(repo); err != nil || name != Module {
			r.problem("the working tree %s is gone; run `patchwork kernel install` in the tree's new place", repo)
		}
		return
	}
	if pin, err := readPin(filepath.Join(r.Dir, "module")); err != nil || pin != r.Source.Version {
		r.problem("the module folder for %s is damaged; run `patchwork kernel install --release %s` again",
			r.Source.Version, r.Source.Version)
	}
}

// String is the report for a person: one fact a line, problems last.
func (r StatusReport) String() string {
	var b strings.Builder
	if !r.Installed {
		return fmt.Sprintf("Kernel %q is not installed (looked in %s); run `patchwork kernel install`", Title, r.Dir)
	}
	fmt.Fprintf(&b, "Kernel %q is installed in %s\n", Title, r.Dir)
	fmt.Fprintf(&b, "  imports   %s from %s\n", Module, r.Source)
	writeTools(&b, r.Tools)
	fmt.Fprintf(&b, "  GOFLAGS   %s\n", r.GoFlags)
	for _, p := range r.Problems {
		fmt.Fprintf(&b, "  problem: %s\n", p)
	}
	return strings.TrimSuffix(b.String(), "\n")
}
