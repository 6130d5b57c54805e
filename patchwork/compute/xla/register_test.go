//go:build cgo && ((linux && (amd64 || arm64)) || (darwin && arm64) || (windows && amd64))

package xla

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	gomlx "github.com/gomlx/compute"

	"github.com/gopatchwork/patchwork/patchwork/compute"
)

// TestNoPlugin chooses the backend as a program does, where no plugin lies. The home folder is empty before and after:
// nothing was downloaded. It holds the only call of compute.Backend here, which decides once for the whole process.
func TestNoPlugin(t *testing.T) {
	home, empty := t.TempDir(), t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("XDG_CACHE_HOME", filepath.Join(home, "cache"))
	t.Setenv(pathVariable, empty)
	t.Setenv("PATCHWORK_BACKEND", "xla:cpu")
	_, err := compute.Backend()
	want := `the backend "xla:cpu" (environment variable PATCHWORK_BACKEND) cannot be started: compute/xla: no PJRT plugin "cpu". ` +
		`Looked for pjrt_c_api_cpu_plugin.so or pjrt_c_api_cpu_v*_plugin.so in ` + empty + " (PJRT_PLUGIN_LIBRARY_PATH says so) and found no plugin at all. "
	if err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("got  %v\nwant %s...", err, want)
	}
	for _, name := range []string{"xla", "stablehlo", "hlo", "shlo"} {
		if _, err := gomlx.NewWithConfig(name); err == nil || !strings.Contains(err.Error(), "compute/xla: no PJRT plugin") {
			t.Errorf("%s: got %v, want our error", name, err)
		}
	}
	if entries, err := os.ReadDir(home); err != nil || len(entries) > 0 {
		t.Errorf("the home folder holds %v, %v; want nothing", entries, err)
	}
}

// TestNoPluginFile: what is called like a plugin and is none is an error, by name and by path.
func TestNoPluginFile(t *testing.T) {
	dir := folderOf(t, "pjrt_c_api_cpu_plugin.so")
	t.Setenv(pathVariable, dir)
	path := filepath.Join(dir, "pjrt_c_api_cpu_plugin.so")
	for _, setting := range []string{"xla:cpu", "xla:" + path} {
		b, err := gomlx.NewWithConfig(setting)
		if want := "compute/xla: the PJRT plugin " + path + " cannot be started: "; b != nil || err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: got %v, %v; want an error that begins %q", setting, b, err, want)
		}
	}
	if _, err := gomlx.NewWithConfig("xla:cpu,warp=9"); err == nil || !strings.Contains(err.Error(), `unknown plugin options [warp]`) {
		t.Errorf("an unknown option: got %v", err)
	}
}

func TestNames(t *testing.T) {
	if got := compute.Names(); !slices.Contains(got, "xla") || !slices.Contains(got, "cpu") {
		t.Errorf("got %q, want xla and cpu among them", got)
	}
}
