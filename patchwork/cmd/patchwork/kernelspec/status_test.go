package kernelspec

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestStatusSaysWhatIsWrong(t *testing.T) {
	tests := []struct {
		name string
		harm func(t *testing.T, bin, repo, dir string)
		want string
	}{
		{"tool gone", func(t *testing.T, bin, _, _ string) { remove(t, filepath.Join(bin, "gonb")) }, "gonb is gone from"},
		{"tree moved", func(t *testing.T, _, repo, _ string) {
			if err := os.Rename(repo, repo+"-moved"); err != nil {
				t.Fatal(err)
			}
		}, "is gone; run `patchwork kernel install` in the tree's new place"},
		{"stand-in changed", func(t *testing.T, _, _, dir string) {
			put(t, filepath.Join(dir, "bin", "go"), "#!/bin/sh\n", 0o755)
		}, "was written by another version"},
		{"other tool version", func(t *testing.T, bin, _, _ string) {
			self, err := os.Executable() // a Go program whose build information names another version
			if err != nil {
				t.Fatal(err)
			}
			remove(t, filepath.Join(bin, "gopls"))
			if err := os.Symlink(self, filepath.Join(bin, "gopls")); err != nil {
				t.Fatal(err)
			}
		}, "this project is tested with v0.23.0"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			bin, repo := machine(t), tree(t, facade)
			r := install(t, Options{Bin: bin, Repo: repo, Cold: true})
			t.Chdir(t.TempDir())
			tt.harm(t, bin, repo, r.Dir)
			st, err := Status(t.Context(), Options{})
			if err != nil {
				t.Fatal(err)
			}
			if st.OK() || !st.Installed || len(st.Problems) != 1 || !strings.Contains(st.Problems[0], tt.want) {
				t.Errorf("got %q, want one problem with %q", st.Problems, tt.want)
			}
			if !strings.Contains(st.String(), "  problem: ") {
				t.Errorf("the text does not show it:\n%s", st)
			}
		})
	}
}

func remove(t *testing.T, file string) {
	t.Helper()
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
}

func TestStatusNoticesAnotherTree(t *testing.T) {
	bin, repo, other := machine(t), tree(t, facade), tree(t, facade)
	install(t, Options{Bin: bin, Repo: repo, Cold: true})
	t.Chdir(other)
	st, err := Status(t.Context(), Options{})
	if err != nil || len(st.Problems) != 1 || !strings.Contains(st.Problems[0], "cells import the working tree "+repo) {
		t.Errorf("got %q, %v", st.Problems, err)
	}
}

func TestStatusOfNothingAndOfRubbish(t *testing.T) {
	machine(t)
	st, err := Status(t.Context(), Options{})
	if err != nil || st.Installed || st.OK() || !strings.Contains(st.String(), "is not installed") {
		t.Errorf("got %+v, %v", st, err)
	}
	put(t, filepath.Join(st.Dir, "kernel.json"), "{", 0o644)
	if _, err := Status(t.Context(), Options{}); err == nil || !strings.Contains(err.Error(), "is not valid JSON") {
		t.Errorf("a broken kernel.json: %v", err)
	}
}

func TestRemove(t *testing.T) {
	bin, repo := machine(t), tree(t, facade)
	r := install(t, Options{Bin: bin, Repo: repo, Cold: true})
	for i, want := range []bool{true, false} {
		got, err := Remove(t.Context(), Options{})
		if err != nil || got.Removed != want || got.Dir != r.Dir {
			t.Errorf("removal %d: %+v, %v", i+1, got, err)
		}
	}
	if _, err := os.Stat(r.Dir); !os.IsNotExist(err) {
		t.Errorf("%s is still there", r.Dir)
	}
	put(t, filepath.Join(r.Dir, "kernel.json"), `{"display_name": "theirs"}`, 0o644)
	if _, err := Remove(t.Context(), Options{}); err == nil || !strings.Contains(err.Error(), `another kernel ("theirs")`) {
		t.Errorf("removed a kernel that somebody else wrote: %v", err)
	}
}
