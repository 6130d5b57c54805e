package kernelspec

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

//go:embed lazyget.sh
var lazyGet string

// spec is kernel.json, in the fields of Jupyter's kernelspec format.
type spec struct {
	Argv          []string          `json:"argv"`
	DisplayName   string            `json:"display_name"`
	Language      string            `json:"language"`
	InterruptMode string            `json:"interrupt_mode"`
	Env           map[string]string `json:"env"`
	Metadata      metadata          `json:"metadata"`
}

// metadata is what Status needs to know of an installed kernel.
type metadata struct {
	Patchwork Source            `json:"patchwork"`
	Tools     map[string]string `json:"tools"` // name to path
}

// newSpec describes a kernel that imports the modules in workspace. dir is the kernel's own folder. Jupyter fills in
// {connection_file} and, in the environment, ${PATH}.
func newSpec(dir, workspace string, src Source, tools []Tool, goFlags string, plain bool) spec {
	paths := map[string]string{}
	path := []string{filepath.Join(dir, "bin")} // the stand-in for go comes first
	for _, t := range tools {
		paths[t.Name] = t.Path
		if d := filepath.Dir(t.Path); t.Name != "go" && !slices.Contains(path, d) {
			path = append(path, d)
		}
	}
	// GoNB logs every step to the terminal of the Jupyter server; keep its errors only (a log file that leads nowhere
	// and klog's threshold do that).
	argv := []string{paths["gonb"], "--kernel", "{connection_file}", "-logtostderr=false", "-extra_log=" + os.DevNull,
		"-log_file=" + os.DevNull, "-go_work=" + workspace}
	if plain {
		argv = append(argv, "-raw_error=true")
	}
	return spec{
		Argv:          argv,
		DisplayName:   Title,
		Language:      "go",
		InterruptMode: "message", // GoNB asks the cell to end; a signal would hit GoNB itself
		Env: map[string]string{
			"PATH":    strings.Join(append(path, "${PATH}"), string(filepath.ListSeparator)),
			"GOFLAGS": goFlags,
			"GOWORK":  "auto", // a user's GOWORK=off would hide the workspace
		},
		Metadata: metadata{Patchwork: src, Tools: paths},
	}
}

// readSpec reads an installed kernel.json; the error is fs.ErrNotExist when there is none.
func readSpec(dir string) (spec, error) {
	var s spec
	file := filepath.Join(dir, "kernel.json")
	data, err := os.ReadFile(file)
	if err != nil {
		return s, err
	}
	if err := json.Unmarshal(data, &s); err != nil {
		return s, fmt.Errorf("kernelspec: %s is not valid JSON (%w); install the kernel again", file, err)
	}
	return s, nil
}

// write puts all files of the kernel but module/ in place, kernel.json last, so that Jupyter never sees half a kernel.
func (s spec) write(dir string) error {
	script := strings.Replace(lazyGet, "@GO@", shellQuote(s.Metadata.Tools["go"]), 1)
	data, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return fmt.Errorf("kernelspec: %w", err)
	}
	for _, f := range []struct {
		name string
		data []byte
		mode fs.FileMode
	}{
		{"bin/go", []byte(script), 0o755},
		{"logo-32x32.png", quilt(32), 0o644},
		{"logo-64x64.png", quilt(64), 0o644},
		{"kernel.json", append(data, '\n'), 0o644},
	} {
		if err := replaceFile(filepath.Join(dir, f.name), f.data, f.mode); err != nil {
			return writeError(dir, err)
		}
	}
	return nil
}

// isStandIn tells whether a file is the stand-in for go that write makes.
func isStandIn(path string) bool {
	data, err := os.ReadFile(path)
	if err != nil || len(data) > 4096 {
		return false
	}
	before, _, _ := strings.Cut(lazyGet, "@GO@")
	return strings.HasPrefix(string(data), before)
}

// replaceFile writes a file next to its place and moves it there.
func replaceFile(file string, data []byte, mode fs.FileMode) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	tmp := fmt.Sprintf("%s.%d.tmp", file, os.Getpid())
	if err := os.WriteFile(tmp, data, mode); err != nil {
		return err
	}
	if err := os.Rename(tmp, file); err != nil {
		return errors.Join(err, os.Remove(tmp))
	}
	return nil
}

// writeError tells what to do when the kernel's folder cannot be written.
func writeError(dir string, err error) error {
	if errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("kernelspec: this user may not write %s; set JUPYTER_DATA_DIR or give --prefix DIR: %w", dir, err)
	}
	return fmt.Errorf("kernelspec: cannot write %s: %w", dir, err)
}

// shellQuote makes s one word of a POSIX shell.
func shellQuote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
