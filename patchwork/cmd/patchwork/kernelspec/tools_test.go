package kernelspec

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The versions stand in Go code, for users of a release, and in tools/, for scripts/setup-tools.
func TestVersionsAgreeWithToolsFolder(t *testing.T) {
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	root := treeAround(here)
	if root == "" {
		t.Skip("not inside a working tree")
	}
	for _, tt := range []struct{ file, module, tool string }{
		{"tools/go.mod", "github.com/janpfeifer/gonb", "gonb"},
		{"go.mod", "github.com/janpfeifer/gonb", "gonb"}, // cells link its gonbui
		{"tools/go.mod", "golang.org/x/tools", "goimports"},
		{"tools/gopls/go.mod", "golang.org/x/tools/gopls", "gopls"},
	} {
		data, err := os.ReadFile(filepath.Join(root, tt.file))
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range wanted {
			if w.name == tt.tool && !strings.Contains(string(data), tt.module+" "+w.version) {
				t.Errorf("%s does not require %s %s, which kernelspec names", tt.file, tt.module, w.version)
			}
		}
	}
}

func TestFindGoSkipsToolchainsInTheModuleCache(t *testing.T) {
	real, err := findGo()
	if err != nil {
		t.Fatal(err)
	}
	cached := filepath.Join(t.TempDir(), "golang.org", "toolchain@v0.0.1-go1.26.9.linux-amd64", "bin")
	put(t, filepath.Join(cached, "go"), "#!/bin/sh\n", 0o755)
	t.Setenv("PATH", cached+":"+os.Getenv("PATH"))
	if got, err := findGo(); err != nil || got != real {
		t.Errorf("got %q, %v; want %q", got, err, real)
	}
}
