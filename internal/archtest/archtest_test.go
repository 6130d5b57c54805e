package archtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// tree finds the folder that holds the project's go.mod.
func tree(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "go.mod")); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestImportsOfTheTree(t *testing.T) {
	cmd := exec.Command("go", "list", "-e", "-json=ImportPath,Imports,TestImports,XTestImports", "./...", "./testdata/scenes/...")
	cmd.Dir = tree(t)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []Package
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p Package
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	if len(all) < 10 {
		t.Errorf("go list found %d packages; want the whole tree", len(all))
	}
	for _, bad := range CheckImports(all) {
		t.Error(bad)
	}
}

func TestTrackedFiles(t *testing.T) {
	root := tree(t)
	_, _ = os.ReadFile(filepath.Join(root, ".git", "index")) // so that Go's test cache notices a new tracked file
	cmd := exec.Command("git", "ls-files", "-z")
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		t.Skipf("git does not list the tracked files here: %v", err)
	}
	for name := range strings.SplitSeq(strings.TrimRight(string(out), "\x00"), "\x00") {
		data, err := os.ReadFile(filepath.Join(root, name))
		if err != nil || slices.Contains(data[:min(len(data), 8000)], 0) || filepath.Base(name) == "go.sum" {
			continue // deleted but not committed yet; binary; checksums name modules, not hosts
		}
		for _, bad := range CheckText(name, string(data)) {
			t.Error(bad)
		}
		for _, bad := range CheckLength(name, string(data)) {
			t.Error(bad)
		}
	}
}

func TestCheckImportsOnMadeUpTrees(t *testing.T) {
	p := func(name string, imports ...string) Package {
		for i, imp := range imports {
			if !strings.Contains(imp, ".") {
				imports[i] = Module + "/" + imp
			}
		}
		return Package{ImportPath: Module + "/" + name, Imports: imports}
	}
	for _, tt := range []struct {
		name string
		pkg  Package
		want string // "" means allowed
	}{
		{"down one layer", p("patchwork/labels", "patchwork/imageset"), ""},
		{"down many layers", p("patchwork/classify", "patchwork/imageset", "patchwork/evaluate"), ""},
		{"the facade sees all", p("patchwork", "patchwork/studio", "widgets/host", "patchwork/acquire"), ""},
		{"outside modules are free", p("patchwork/imageset", "golang.org/x/image/draw"), ""},
		{"within a folder", p("patchwork/acquire/acquiretest", "patchwork/acquire"), ""},
		{"up", p("patchwork/imageset", "patchwork/labels"), "patchwork/imageset imports patchwork/labels; want only internal/atomicfile"},
		{"up from a sub-folder", p("patchwork/compute/cpu", "patchwork/features"), "patchwork/compute/cpu imports patchwork/features"},
		{"sideways", p("patchwork/evaluate", "patchwork/features"), "patchwork/evaluate imports patchwork/features"},
		{"an engine package that draws", p("patchwork/classify", "widgets"), "patchwork/classify imports widgets"},
		{"a widget that learns", p("widgets", "patchwork/labels"), "widgets imports patchwork/labels"},
		{"below the facade", p("patchwork/studio", "patchwork"), "patchwork/studio imports patchwork;"},
		{"a name that only begins alike", p("patchwork/studio", "widgetsextra"), "patchwork/studio imports widgetsextra"},
		{"notebooks below the facade", p("patchwork/features", "github.com/janpfeifer/gonb/gonbui"), "knows that notebooks exist"},
		{"xla for everybody", p("patchwork/compute", "github.com/gomlx/go-xla/xla"), "only patchwork/compute/xla may"},
		{"xla where it belongs", p("patchwork/compute/xla", "github.com/gomlx/go-xla/xla"), ""},
		{"our xla is the user's choice", p("patchwork/studio", "patchwork/compute/xla"), "patchwork/studio imports patchwork/compute/xla; want only"},
		{"our xla in compute itself", p("patchwork/compute", "patchwork/compute/xla"), "patchwork/compute imports patchwork/compute/xla; want only"},
		{"a test helper in a program", p("widgets", "internal/browsertest"), "widgets imports internal/browsertest"},
		{"a folder nobody placed", p("patchwork/newthing"), "has no row in archtest.Imports"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := strings.Join(CheckImports([]Package{tt.pkg}), "\n")
			if tt.want == "" && got != "" || !strings.Contains(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
	test := Package{ImportPath: Module + "/patchwork/labels", XTestImports: []string{Module + "/patchwork/classify"}}
	if len(CheckImports([]Package{test})) != 1 {
		t.Error("an upward import in a test was accepted")
	}
	test = Package{ImportPath: Module + "/widgets", TestImports: []string{"github.com/go-rod/rod", Module + "/internal/browsertest"}}
	if bad := CheckImports([]Package{test}); bad != nil {
		t.Errorf("a test may use another module and the test helpers: %q", bad)
	}
}

// The layers allow no cycle: if a may import b, b may not import a.
func TestTableHasNoCycle(t *testing.T) {
	var names []string
	for _, r := range Imports {
		for _, p := range r.Packages {
			names = append(names, strings.TrimSuffix(p, "/..."))
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	for _, a := range names {
		for _, b := range names {
			if a < b && matchAny(ruleFor(a).Imports, b) && matchAny(ruleFor(b).Imports, a) && !within(a, b) {
				t.Errorf("%s and %s may import each other", a, b)
			}
		}
	}
}

func TestCheckText(t *testing.T) {
	for _, tt := range []struct {
		line string
		want int
	}{
		{"see https://pkg.go.dev and https://go.dev/doc/install", 0},
		{"GOPROXY=https://proxy." + "golang.org", 1},
		{"npm --registry https://registry." + "npmjs.org/", 1},
		{"cd /work" + "/main", 1},
		{`"/root` + `/go/bin"`, 1},
		{"github.com/gopatchwork/patch" + "work/widgets and a/framework/b", 0},
		{"${repo}/work" + "/x is relative to something", 0},
	} {
		if got := CheckText("f", tt.line); len(got) != tt.want {
			t.Errorf("%q: got %q, want %d complaint(s)", tt.line, got, tt.want)
		}
	}
	if got := CheckText("f.md", "a\nb\n/work"+"/c\n"); len(got) != 1 || !strings.HasPrefix(got[0], "f.md:3: ") {
		t.Errorf("got %q, want one that begins f.md:3:", got)
	}
}

func TestCheckLength(t *testing.T) {
	long := strings.Repeat("x\n", MaxLines+1)
	for _, tt := range []struct {
		name, text string
		want       int
	}{
		{"a.go", long[2:], 0},
		{"a.go", long, 1},
		{"a.mjs", long, 1},
		{"a.md", long, 0},
		{"a.go", "// Code generated by gen.go; DO NOT EDIT.\n" + long, 0},
	} {
		if got := CheckLength(tt.name, tt.text); len(got) != tt.want {
			t.Errorf("%s of %d lines: got %q, want %d complaint(s)", tt.name, strings.Count(tt.text, "\n"), got, tt.want)
		}
	}
}
