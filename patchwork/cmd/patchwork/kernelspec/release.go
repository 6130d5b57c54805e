package kernelspec

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// writeRelease makes dir/module, a module that requires the released version, and lets the go command complete its
// requirements and checksums. GoNB adds it to the workspace of every notebook, which fixes the version for all cells
// without a `go get` in any of them. It needs the network unless the version is already in the module cache.
func writeRelease(ctx context.Context, dir, goPath, version string, imports []string) (string, error) {
	module := filepath.Join(dir, "module")
	pin, err := readPin(module)
	if err == nil && pin == version {
		return module, nil
	}
	fresh := module + ".new" // what is installed stays as it is until the new version has arrived
	defer os.RemoveAll(fresh)
	if err := os.RemoveAll(fresh); err != nil {
		return "", writeError(dir, err)
	}
	goMod := fmt.Sprintf("module patchwork.kernel\n\ngo 1.26\n\nrequire %s %s\n", Module, version)
	src := "// Package kernel names what cells import, so that the go command fetches all of it.\npackage kernel\n\nimport (\n"
	for _, p := range imports {
		src += fmt.Sprintf("\t_ %q\n", p)
	}
	src += ")\n"
	for name, text := range map[string]string{"go.mod": goMod, "kernel.go": src} {
		if err := replaceFile(filepath.Join(fresh, name), []byte(text), 0o644); err != nil {
			return "", writeError(dir, err)
		}
	}
	cmd := exec.CommandContext(ctx, goPath, "mod", "tidy")
	cmd.Dir = fresh
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("kernelspec: cannot fetch %s %s: %s", Module, version, lastLine(out, err))
	}
	if err := os.RemoveAll(module); err != nil {
		return "", writeError(dir, err)
	}
	if err := os.Rename(fresh, module); err != nil {
		return "", writeError(dir, err)
	}
	return module, nil
}

// readPin returns the version that an installed module folder requires.
func readPin(module string) (string, error) {
	data, err := os.ReadFile(filepath.Join(module, "go.mod"))
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(string(data)) {
		f := strings.Fields(strings.TrimPrefix(strings.TrimSpace(line), "require "))
		if len(f) >= 2 && f[0] == Module {
			return f[1], nil
		}
	}
	return "", fmt.Errorf("kernelspec: %s/go.mod does not require %s", module, Module)
}

// lastLine returns the last line of a command's output that says something, or the error if it printed nothing.
func lastLine(out []byte, err error) string {
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if last := strings.TrimSpace(lines[len(lines)-1]); last != "" {
		return last
	}
	return err.Error()
}
