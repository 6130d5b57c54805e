package kernelspec

import (
	"context"
	"encoding/json"
	"errors"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const facade = "// Package patchwork is a stand-in for the facade.\npackage patchwork\n"

// machine gives a test its own Jupyter folder and Go settings, and returns a bin folder with programs named like the
// tools that do nothing.
func machine(t *testing.T) (bin string) {
	t.Helper()
	t.Setenv("JUPYTER_DATA_DIR", filepath.Join(t.TempDir(), "jupyter"))
	t.Setenv("GOFLAGS", "-buildvcs=false")
	bin = t.TempDir()
	for _, w := range wanted {
		put(t, filepath.Join(bin, w.name), "#!/bin/sh\n", 0o755)
	}
	return bin
}

func install(t *testing.T, o Options) Report {
	t.Helper()
	r, err := Install(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestInstallFromWorkingTree(t *testing.T) {
	bin, repo := machine(t), tree(t, facade)
	r := install(t, Options{Repo: repo, Bin: bin})
	if r.Prewarm == nil || r.Prewarm.Problem != "" || r.Prewarm.Again <= 0 {
		t.Errorf("the first cell was not built: %+v", r.Prewarm)
	}
	s, err := readSpec(r.Dir)
	if err != nil {
		t.Fatal(err)
	}
	wantArgv := []string{filepath.Join(bin, "gonb"), "--kernel", "{connection_file}"}
	if !slices.Equal(s.Argv[:3], wantArgv) || !slices.Contains(s.Argv, "-go_work="+repo) {
		t.Errorf("argv %q, want %q and the working tree", s.Argv, wantArgv)
	}
	if s.DisplayName != Title || s.Language != "go" || s.InterruptMode != "message" {
		t.Errorf("kernel.json says %q, %q, interrupt_mode %q", s.DisplayName, s.Language, s.InterruptMode)
	}
	if want := "-buildvcs=false -ldflags=-s"; s.Env["GOFLAGS"] != want {
		t.Errorf("GOFLAGS %q, want %q", s.Env["GOFLAGS"], want)
	}
	path := filepath.SplitList(s.Env["PATH"])
	if path[0] != filepath.Join(r.Dir, "bin") || !slices.Contains(path, bin) || path[len(path)-1] != "${PATH}" {
		t.Errorf("PATH %q, want the stand-in first, then %s, then what Jupyter has", path, bin)
	}
	for _, logo := range []string{"logo-32x32.png", "logo-64x64.png"} {
		f, err := os.Open(filepath.Join(r.Dir, logo))
		if err != nil {
			t.Fatal(err)
		}
		if c, err := png.DecodeConfig(f); err != nil || !strings.Contains(logo, "-"+itoa(c.Width)+"x") {
			t.Errorf("%s: %d pixels wide, %v", logo, c.Width, err)
		}
		f.Close()
	}
	if st, err := Status(t.Context(), Options{Repo: repo}); err != nil || !st.OK() {
		t.Errorf("status right after: %+v, %v", st, err)
	}
}

func itoa(n int) string {
	b, _ := json.Marshal(n)
	return string(b)
}

func TestInstallTwiceWritesTheSameBytes(t *testing.T) {
	o := Options{Bin: machine(t), Repo: tree(t, facade), Cold: true}
	first := files(t, install(t, o).Dir)
	second := files(t, install(t, o).Dir)
	if len(first) != 4 {
		t.Errorf("wrote %d files, want kernel.json, bin/go and two logos: %v", len(first), first)
	}
	for name, text := range first {
		if second[name] != text {
			t.Errorf("%s differs after a second install", name)
		}
	}
	if len(second) != len(first) {
		t.Errorf("%d files after the first install, %d after the second", len(first), len(second))
	}
}

func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		all[path] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestInstallNamesMissingToolsInOneLine(t *testing.T) {
	bin, repo := machine(t), tree(t, facade)
	t.Setenv("GOBIN", bin)
	goPath, err := findGo()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", filepath.Dir(goPath))
	for _, tool := range []string{"gonb", "gopls"} {
		if err := os.Remove(filepath.Join(bin, tool)); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct {
		o    Options
		want string
	}{
		{Options{Bin: bin, Repo: repo}, "make -C " + repo + " tools"},
		{Options{Bin: bin, Version: "v1.2.3"}, "go install github.com/janpfeifer/gonb@v0.11.4 && go install golang.org/x/tools/gopls@v0.23.0"},
	} {
		_, err := Install(t.Context(), tt.o)
		if err == nil {
			t.Fatal("installed without gonb")
		}
		msg := err.Error()
		if !strings.HasPrefix(msg, "kernelspec: gonb, gopls not found in ") || !strings.HasSuffix(msg, tt.want) || strings.Contains(msg, "\n") {
			t.Errorf("got %q, want one line that ends with %q", msg, tt.want)
		}
	}
	t.Setenv("PATH", t.TempDir())
	if _, err := Install(t.Context(), Options{Bin: bin, Repo: repo}); err == nil || !strings.Contains(err.Error(), "the go command is not in PATH") {
		t.Errorf("without go: %v", err)
	}
}

func TestInstallReportsATreeThatDoesNotBuild(t *testing.T) {
	bin, repo := machine(t), tree(t, "package patchwork\n\nvar x int = \"no\"\n")
	r := install(t, Options{Bin: bin, Repo: repo})
	if !strings.Contains(r.Prewarm.Problem, "patchwork.go:3") {
		t.Errorf("problem %q, want the place in patchwork.go", r.Prewarm.Problem)
	}
	if !strings.Contains(r.String(), "first cell does not build now") {
		t.Errorf("the report does not say so:\n%s", r)
	}
}

func TestInstallStopsWhenCancelled(t *testing.T) {
	bin, repo := machine(t), tree(t, facade)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Install(ctx, Options{Bin: bin, Repo: repo}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
}

func TestInstallIntoAFolderThatMayNotBeWritten(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("root may write everywhere; run as another user")
	}
	bin, repo, locked := machine(t), tree(t, facade), t.TempDir()
	if err := os.Chmod(locked, 0o555); err != nil {
		t.Fatal(err)
	}
	_, err := Install(t.Context(), Options{Bin: bin, Repo: repo, Prefix: locked})
	if err == nil || !strings.Contains(err.Error(), "set JUPYTER_DATA_DIR or give --prefix DIR") {
		t.Errorf("got %v", err)
	}
}
