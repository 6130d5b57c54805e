package xla

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestUsual(t *testing.T) {
	list := func(folders ...string) string { return strings.Join(folders, string(filepath.ListSeparator)) }
	tests := []struct {
		name, goos, home string
		env              map[string]string
		want             []string
	}{
		{"Linux", "linux", "/home/a", nil, []string{
			"/home/a/.local/lib/go-xla", "/home/a/.local/lib/go-xla/nvidia", "/usr/local/lib/go-xla", "/usr/local/lib/go-xla/nvidia"}},
		{"Linux with libraries", "linux", "", map[string]string{"LD_LIBRARY_PATH": list("/opt/x", "", "relative", "/opt/y"), "DYLD_LIBRARY_PATH": "/z"},
			[]string{"/usr/local/lib/go-xla", "/usr/local/lib/go-xla/nvidia", "/opt/x", "/opt/y"}},
		{"macOS", "darwin", "/Users/a", map[string]string{"LD_LIBRARY_PATH": "/y", "DYLD_LIBRARY_PATH": "/x"}, []string{
			"/Users/a/Library/Application Support/go-xla", "/Users/a/Library/Application Support/go-xla/nvidia",
			"/usr/local/lib/go-xla", "/usr/local/lib/go-xla/nvidia", "/x", "/y"}},
		{"Windows", "windows", "/a", map[string]string{"LD_LIBRARY_PATH": "/y"}, []string{"/a/AppData/Local/go-xla", "/a/AppData/Local/go-xla/nvidia"}},
		{"said", "linux", "/home/a", map[string]string{pathVariable: list("/p", "", "/q"), "LD_LIBRARY_PATH": "/y"}, []string{"/p", "/q"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := usual(tt.goos, tt.home, func(k string) string { return tt.env[k] })
			for i := range got.folders {
				got.folders[i] = filepath.ToSlash(got.folders[i])
			}
			if !slices.Equal(got.folders, tt.want) {
				t.Errorf("got %q, want %q", got.folders, tt.want)
			}
		})
	}
}

// folderOf makes a folder that holds empty files with these names.
func folderOf(t *testing.T, names ...string) string {
	t.Helper()
	dir := t.TempDir()
	for _, n := range names {
		if err := os.WriteFile(filepath.Join(dir, n), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestFind(t *testing.T) {
	first := folderOf(t, "pjrt_c_api_cpu_v0.9.1_plugin.so", "pjrt_c_api_cpu_v0.83.4_plugin.so", "pjrt_c_api_cpu_v0.83_plugin.so",
		"pjrt_c_api_tpu_v2_plugin.so", "pjrt_c_api_tpu_plugin.so", "pjrt-plugin-metal.dylib", "libcuda.so", "pjrt_c_api_x_plugin.so.1")
	second := folderOf(t, "pjrt_c_api_cpu_plugin.so", "pjrt_plugin_cuda.dll")
	p := places{[]string{filepath.Join(first, "missing"), first, second}, "test"}
	for name, want := range map[string]string{
		"cpu":       filepath.Join(first, "pjrt_c_api_cpu_v0.83.4_plugin.so"), // the first folder, the highest version
		"cpu_v0.83": filepath.Join(first, "pjrt_c_api_cpu_v0.83_plugin.so"),
		"tpu":       filepath.Join(first, "pjrt_c_api_tpu_plugin.so"), // without a version goes first
		"metal":     filepath.Join(first, "pjrt-plugin-metal.dylib"),
		"cuda":      filepath.Join(second, "pjrt_plugin_cuda.dll"),
		"x":         "",
		"cp":        "",
	} {
		if got, ok := p.find(name); got != want || ok != (want != "") {
			t.Errorf("%s: got %q, %t; want %q", name, got, ok, want)
		}
	}
}

func TestConfigure(t *testing.T) {
	dir := folderOf(t, "pjrt_c_api_cpu_plugin.so", "pjrt_c_api_tpu_plugin.so")
	both := folderOf(t, "pjrt_c_api_cpu_plugin.so", "pjrt_c_api_cuda_plugin.so")
	cpu, tpu, cuda := filepath.Join(dir, "pjrt_c_api_cpu_plugin.so"), filepath.Join(dir, "pjrt_c_api_tpu_plugin.so"), filepath.Join(both, "pjrt_c_api_cuda_plugin.so")
	t.Chdir(dir)
	tests := []struct{ folder, setting, want string }{
		{dir, "cpu", cpu + ",notf32"},
		{dir, "", cpu + ",notf32"},
		{both, "", cuda + ",notf32,noshared_buffers"},
		{both, "cuda,tf32", cuda + ",tf32,noshared_buffers"},
		{both, "cuda,tf32=true,shared_buffers", cuda + ",tf32=true,shared_buffers"},
		{dir, "cpu,notf32,preallocate", cpu + ",notf32,preallocate"},
		{dir, "tpu", tpu + ",notf32,noshared_buffers"},
		{both, tpu, tpu + ",notf32,noshared_buffers"},
		{both, "." + string(filepath.Separator) + "pjrt_c_api_cpu_plugin.so", cpu + ",notf32"},
	}
	for _, tt := range tests {
		_, got, err := (places{[]string{tt.folder}, "test"}).configure(tt.setting)
		if err != nil || got != tt.want {
			t.Errorf("%q: got %q, %v; want %q", tt.setting, got, err, tt.want)
		}
	}
}

func TestConfigureRefuses(t *testing.T) {
	dir := folderOf(t, "pjrt_c_api_tpu_plugin.so", "pjrt_c_api_cuda_v1_plugin.so")
	p := places{[]string{"/nowhere", dir}, "test says so"}
	_, _, err := p.configure("cpu,tf32")
	want := `compute/xla: no PJRT plugin "cpu". Looked for pjrt_c_api_cpu_plugin.so or pjrt_c_api_cpu_v*_plugin.so in /nowhere, ` + dir +
		` (test says so) and found only cuda_v1, tpu. To get one, call xla.Install(), which downloads it, or put the file into one of these ` +
		`folders; or let PJRT_PLUGIN_LIBRARY_PATH name its folder, or the backend's setting the file: xla:/path/to/pjrt_c_api_cpu_plugin.so`
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
	if _, _, err = (places{}).configure(""); err == nil || !strings.Contains(err.Error(), `no PJRT plugin "cpu"`) ||
		!strings.Contains(err.Error(), " in no folder ") || !strings.Contains(err.Error(), "found no plugin at all") {
		t.Errorf("nowhere to look: got %v", err)
	}
	_, _, err = p.configure("/nowhere/p.so")
	if !errors.Is(err, fs.ErrNotExist) || !strings.HasPrefix(err.Error(), "compute/xla: the PJRT plugin /nowhere/p.so cannot be read: ") {
		t.Errorf("a file that is missing: got %v", err)
	}
}
