package kernelspec

import (
	"path/filepath"
	"runtime"
	"testing"
)

func TestDataDir(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the folders below are those of Linux")
	}
	fake := t.TempDir() // a jupyter command that prints what Debian's prints under a debugger: warnings, then the path
	put(t, filepath.Join(fake, "jupyter"), "#!/bin/sh\n[ \"$1\" = --data-dir ] && echo warning && echo /from/jupyter\n", 0o755)
	broken := t.TempDir()
	put(t, filepath.Join(broken, "jupyter"), "#!/bin/sh\necho relative/path\n", 0o755)
	for _, tt := range []struct {
		name, prefix, env, path, xdg, want string
	}{
		{"a prefix wins", "/opt/x", "/from/env", fake, "/xdg", "/opt/x/share/jupyter"},
		{"then the variable", "", "/from/env", fake, "/xdg", "/from/env"},
		{"then the jupyter command", "", "", fake, "/xdg", "/from/jupyter"},
		{"an answer that is no path is ignored", "", "", broken, "/xdg", "/xdg/jupyter"},
		{"without jupyter the XDG folder", "", "", "", "/xdg", "/xdg/jupyter"},
		{"else the home folder", "", "", "", "", "/home/ann/.local/share/jupyter"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv("JUPYTER_DATA_DIR", tt.env)
			t.Setenv("PATH", tt.path)
			t.Setenv("XDG_DATA_HOME", tt.xdg)
			t.Setenv("HOME", "/home/ann")
			got, err := dataDir(t.Context(), tt.prefix)
			if err != nil || got != tt.want {
				t.Errorf("got %q, %v; want %q", got, err, tt.want)
			}
		})
	}
}
