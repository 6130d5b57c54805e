package kernelspec

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
)

// Source says where cells get the project from: exactly one of the two is set.
type Source struct {
	Repo    string `json:"repo,omitempty"`    // absolute path of a working tree
	Version string `json:"version,omitempty"` // released version
}

func (s Source) String() string {
	if s.Repo != "" {
		return "working tree " + s.Repo
	}
	return "release " + s.Version
}

// find chooses the source: what the options name, else the working tree around dir, else the version of the running
// program. A program that was built from a checkout has no released version and needs one of the first two.
func find(o Options, dir string) (Source, error) {
	switch {
	case o.Version != "":
		return Source{Version: o.Version}, nil
	case o.Repo != "":
		if name, err := moduleOf(o.Repo); err != nil {
			return Source{}, fmt.Errorf("kernelspec: %s is no working tree of %s: %w", o.Repo, Module, err)
		} else if name != Module {
			return Source{}, fmt.Errorf("kernelspec: %s holds module %s; want a working tree of %s", o.Repo, name, Module)
		}
		return Source{Repo: o.Repo}, nil
	}
	if repo := treeAround(dir); repo != "" {
		return Source{Repo: repo}, nil
	}
	if v := releasedVersion(debug.ReadBuildInfo()); v != "" {
		return Source{Version: v}, nil
	}
	return Source{}, fmt.Errorf("kernelspec: %s lies in no working tree of %s and this program has no released version; "+
		"run it inside the tree, or give --repo DIR or --release vX.Y.Z", dir, Module)
}

// treeAround returns the nearest folder at or above dir that is a working tree of the project, or "".
func treeAround(dir string) string {
	for {
		if name, err := moduleOf(dir); err == nil && name == Module {
			return dir
		}
		up := filepath.Dir(dir)
		if up == dir {
			return ""
		}
		dir = up
	}
}

// moduleOf reads the module path from dir/go.mod.
func moduleOf(dir string) (string, error) {
	data, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	if errors.Is(err, fs.ErrNotExist) {
		return "", errors.New("it has no go.mod")
	}
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(string(data)) {
		if rest, ok := strings.CutPrefix(strings.TrimSpace(line), "module "); ok {
			return strings.Trim(strings.TrimSpace(rest), `"`), nil
		}
	}
	return "", errors.New("its go.mod has no module line")
}

// releasedVersion returns the version that the running program was fetched in, or "" if it was built from a checkout:
// such builds carry version-control settings, a modified mark or no version at all.
func releasedVersion(info *debug.BuildInfo, ok bool) string {
	if !ok || info.Main.Path != Module || info.Main.Sum == "" {
		return ""
	}
	for _, s := range info.Settings {
		if strings.HasPrefix(s.Key, "vcs") {
			return ""
		}
	}
	if v := info.Main.Version; strings.HasPrefix(v, "v") && !strings.Contains(v, "+dirty") {
		return v
	}
	return ""
}
