package kernelspec

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// kernelDir is the folder that Install writes and Status reads.
func kernelDir(ctx context.Context, o Options) (string, error) {
	data, err := dataDir(ctx, o.Prefix)
	if err != nil {
		return "", err
	}
	return filepath.Join(data, "kernels", Name), nil
}

// dataDir finds Jupyter's data folder as Jupyter does: the prefix if one is given, else JUPYTER_DATA_DIR, else what
// the jupyter command says, else the system's usual place.
func dataDir(ctx context.Context, prefix string) (string, error) {
	if prefix != "" {
		return filepath.Join(prefix, "share", "jupyter"), nil
	}
	if dir := os.Getenv("JUPYTER_DATA_DIR"); dir != "" {
		return filepath.Abs(dir)
	}
	if dir := askJupyter(ctx); dir != "" {
		return dir, nil
	}
	if dir := os.Getenv("XDG_DATA_HOME"); dir != "" && runtime.GOOS != "darwin" {
		return filepath.Join(dir, "jupyter"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("kernelspec: no home folder to install into (%w); set JUPYTER_DATA_DIR or give --prefix", err)
	}
	if runtime.GOOS == "darwin" {
		return filepath.Join(home, "Library", "Jupyter"), nil
	}
	return filepath.Join(home, ".local", "share", "jupyter"), nil
}

// askJupyter returns the data folder that the jupyter command names, or "" if there is no such command, it takes
// more than ten seconds, or it answers with something else than an absolute path in its last line.
func askJupyter(ctx context.Context) string {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, "jupyter", "--data-dir").Output()
	if err != nil {
		return ""
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if dir := strings.TrimSpace(lines[len(lines)-1]); filepath.IsAbs(dir) {
		return dir
	}
	return ""
}
