package kernelspec

import (
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"
)

// tree makes a working tree with a facade package of the given text and returns its path.
func tree(t *testing.T, facade string) string {
	t.Helper()
	dir := t.TempDir()
	put(t, filepath.Join(dir, "go.mod"), "module "+Module+"\n\ngo 1.24\n", 0o644)
	put(t, filepath.Join(dir, "patchwork", "patchwork.go"), facade, 0o644)
	return dir
}

func put(t *testing.T, file, text string, mode os.FileMode) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
}

func TestFind(t *testing.T) {
	repo := tree(t, "package patchwork\n")
	other, empty := t.TempDir(), t.TempDir()
	put(t, filepath.Join(other, "go.mod"), "// a comment\nmodule \"example.com/other\"\n", 0o644)
	tests := []struct {
		name string
		o    Options
		dir  string
		want Source
		err  string
	}{
		{name: "inside the tree", dir: repo, want: Source{Repo: repo}},
		{name: "deep inside", dir: filepath.Join(repo, "patchwork"), want: Source{Repo: repo}},
		{name: "named tree", o: Options{Repo: repo}, dir: empty, want: Source{Repo: repo}},
		{name: "a version wins over the tree around", o: Options{Version: "v1.2.3"}, dir: repo, want: Source{Version: "v1.2.3"}},
		{name: "another module", o: Options{Repo: other}, dir: repo, err: "holds module example.com/other"},
		{name: "no module", o: Options{Repo: empty}, dir: repo, err: "it has no go.mod"},
		{name: "nothing", dir: empty, err: "give --repo DIR or --release"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := find(tt.o, tt.dir)
			if got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
			if (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) {
				t.Errorf("got error %v, want %q", err, tt.err)
			}
		})
	}
}

func TestReleasedVersion(t *testing.T) {
	info := func(version, sum string, settings ...debug.BuildSetting) *debug.BuildInfo {
		return &debug.BuildInfo{Main: debug.Module{Path: Module, Version: version, Sum: sum}, Settings: settings}
	}
	for _, tt := range []struct {
		name string
		info *debug.BuildInfo
		want string
	}{
		{"go install path@version", info("v1.2.3", "h1:x"), "v1.2.3"},
		{"built in a checkout", info("(devel)", ""), ""},
		{"a checkout that Go gave a version", info("v0.0.0-20260101000000-0123456789ab", "", debug.BuildSetting{Key: "vcs.revision"}), ""},
		{"another program that imports this package", &debug.BuildInfo{Main: debug.Module{Path: "example.com/x", Version: "v1.0.0", Sum: "h1:x"}}, ""},
	} {
		if got := releasedVersion(tt.info, true); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
	if got := releasedVersion(nil, false); got != "" {
		t.Errorf("without build information: got %q, want none", got)
	}
}

func TestOptionsAreCheckedAtOnce(t *testing.T) {
	err := Options{Repo: "a,b", Version: "1.2"}.check()
	if err == nil {
		t.Fatal("three mistakes were accepted")
	}
	for _, want := range []string{"both Repo (a,b) and Version (1.2)", `Version is "1.2"; want a released version`, "separates paths with commas"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q lacks %q", err, want)
		}
	}
}
