package kernelspec

import (
	"context"
	"debug/buildinfo"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// wanted lists the programs that a kernel needs beside Go, at the versions this project is tested with. The same
// versions stand in tools/go.mod and tools/gopls/go.mod; a test holds them equal.
var wanted = []struct{ name, pkg, version string }{
	{"gonb", "github.com/janpfeifer/gonb", "v0.11.4"},
	{"goimports", "golang.org/x/tools/cmd/goimports", "v0.50.0"},
	{"gopls", "golang.org/x/tools/gopls", "v0.23.0"},
}

// Tool is a program that the kernel uses. Version is read from the program itself and is "" when it holds none.
type Tool struct {
	Name    string `json:"name"`
	Path    string `json:"path"`
	Version string `json:"version,omitempty"`
	Wanted  string `json:"wanted,omitempty"`
}

// differs tells whether the tool is known to be another version than the tested one.
func (t Tool) differs() bool { return t.Wanted != "" && t.Version != "" && t.Version != t.Wanted }

// findTools returns go followed by the wanted tools. Each is looked for in bin, then in Go's own bin folder, then in
// PATH; go only in PATH. All missing ones are reported in one error that says how to get them; tree is the working
// tree ("" for a release), where one command installs them.
func findTools(ctx context.Context, bin, tree string) ([]Tool, error) {
	goPath, err := findGo()
	if err != nil {
		return nil, err
	}
	dirs := append([]string{bin}, goBins(ctx, goPath)...)
	tools := []Tool{{Name: "go", Path: goPath, Version: goVersion(ctx, goPath)}}
	var missing, commands []string
	for _, w := range wanted {
		path := lookIn(dirs, w.name)
		if path == "" {
			missing = append(missing, w.name)
			commands = append(commands, fmt.Sprintf("go install %s@%s", w.pkg, w.version))
			continue
		}
		tools = append(tools, Tool{Name: w.name, Path: path, Version: builtVersion(path), Wanted: w.version})
	}
	if len(missing) > 0 {
		how := strings.Join(commands, " && ")
		if tree != "" {
			how = "make -C " + tree + " tools"
		}
		return tools, fmt.Errorf("kernelspec: %s not found in %s or PATH; get them with: %s",
			strings.Join(missing, ", "), strings.Join(dirs, ", "), how)
	}
	return tools, nil
}

// findGo returns the absolute path of the go command: never a stand-in which an earlier Install wrote, nor a toolchain
// in the module cache, which `go run` may put first in PATH and which `go clean -modcache` deletes.
func findGo() (string, error) {
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		if strings.Contains(filepath.ToSlash(dir), "golang.org/toolchain@") {
			continue
		}
		path, err := exec.LookPath(filepath.Join(dir, "go"))
		if err != nil || isStandIn(path) {
			continue
		}
		return filepath.Abs(path)
	}
	return "", errors.New("kernelspec: the go command is not in PATH; install Go 1.26 or newer (https://go.dev/doc/install)")
}

// lookIn finds an executable in the folders, in order, and then in PATH; "" if there is none.
func lookIn(dirs []string, name string) string {
	for _, dir := range dirs {
		if path, err := exec.LookPath(filepath.Join(dir, name)); err == nil {
			return path
		}
	}
	path, err := exec.LookPath(name)
	if err != nil {
		return ""
	}
	if path, err = filepath.Abs(path); err != nil {
		return ""
	}
	return path
}

// goBins lists the folders where `go install` puts programs.
func goBins(ctx context.Context, goPath string) []string {
	out, err := exec.CommandContext(ctx, goPath, "env", "GOBIN", "GOPATH").Output()
	if err != nil {
		return nil
	}
	lines := strings.Split(strings.TrimRight(string(out), "\n"), "\n")
	var dirs []string
	if gobin := lines[0]; gobin != "" {
		dirs = append(dirs, gobin)
	}
	if len(lines) > 1 {
		for _, p := range filepath.SplitList(lines[1]) {
			dirs = append(dirs, filepath.Join(p, "bin"))
		}
	}
	return dirs
}

// goVersion returns what `go env GOVERSION` says, such as go1.26.8, or "".
func goVersion(ctx context.Context, goPath string) string {
	out, err := exec.CommandContext(ctx, goPath, "env", "GOVERSION").Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}

// builtVersion reads the module version that a Go program was built from; a version that the program prints of
// itself may be stale.
func builtVersion(path string) string {
	info, err := buildinfo.ReadFile(path)
	if err != nil {
		return ""
	}
	return info.Main.Version
}
