package kernelspec

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
)

// Module is the module path that cells import packages of.
const Module = "github.com/gopatchwork/patchwork"

// Name is the kernel's name, which notebooks carry in their metadata, and Title what Jupyter's menus show.
const (
	Name  = "patchwork"
	Title = "Go (patchwork)"
)

// Options says where the kernel goes and where the project comes from. The zero value installs for this user, from
// the working tree around the current directory or, outside of one, in the version of the running program.
type Options struct {
	Repo      string   // working tree to import from; "" means the one around the current directory
	Version   string   // released version to import instead, such as v1.2.3; "" means a working tree if there is one
	Prefix    string   // install below Prefix/share/jupyter, like Jupyter's --prefix; "" means the user's data folder
	Bin       string   // folder with gonb, goimports and gopls; "" means Repo/bin, then Go's own bin folder, then PATH
	Warm      []string // packages to build now, so that the first cell need not; nil means the facade package
	Cold      bool     // build nothing now
	PlainText bool     // compile errors as text, for running notebooks without a browser; the default is HTML
}

// check reports every bad field at once, each with the value it got.
func (o Options) check() error {
	var bad []error
	need := func(ok bool, format string, args ...any) {
		if !ok {
			bad = append(bad, fmt.Errorf("kernelspec.Options: "+format, args...))
		}
	}
	need(o.Repo == "" || o.Version == "", "both Repo (%s) and Version (%s) are given; want one of them", o.Repo, o.Version)
	need(o.Version == "" || strings.HasPrefix(o.Version, "v") && len(o.Version) > 1,
		"Version is %q; want a released version such as v1.2.3", o.Version)
	need(!strings.Contains(o.Repo, ","), "Repo is %q; GoNB separates paths with commas, so it cannot hold one", o.Repo)
	return errors.Join(bad...)
}

// absolute returns o with its paths made absolute, since Jupyter starts kernels in other directories.
func (o Options) absolute() (Options, error) {
	for _, p := range []*string{&o.Repo, &o.Prefix, &o.Bin} {
		if *p == "" {
			continue
		}
		abs, err := filepath.Abs(*p)
		if err != nil {
			return o, fmt.Errorf("kernelspec: cannot make %s absolute: %w", *p, err)
		}
		*p = abs
	}
	return o, nil
}
