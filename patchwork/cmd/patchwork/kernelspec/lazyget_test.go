package kernelspec

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// cellFolder is a folder such as GoNB makes for a notebook, with the stand-in to build in it.
type cellFolder struct {
	t   *testing.T
	dir string
	r   Report
}

func newCellFolder(t *testing.T) cellFolder {
	t.Helper()
	bin, repo := machine(t), tree(t, facade)
	c := cellFolder{t, t.TempDir(), install(t, Options{Bin: bin, Repo: repo, Cold: true})}
	c.write("fmt")
	for _, args := range [][]string{{"mod", "init", "cell"}, {"work", "init"}, {"work", "use", repo, "."}} {
		if out, err := c.run(args...); err != nil {
			t.Fatalf("go %s: %s", strings.Join(args, " "), out)
		}
	}
	return c
}

func (c cellFolder) write(imports ...string) {
	put(c.t, filepath.Join(c.dir, "main.go"), cell("hello", imports), 0o644)
}

// run calls the stand-in as GoNB calls go.
func (c cellFolder) run(args ...string) (string, error) {
	cmd := exec.Command(filepath.Join(c.r.Dir, "bin", "go"), args...)
	cmd.Dir = c.dir
	cmd.Env = append(os.Environ(), "GOFLAGS="+c.r.GoFlags)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// build does what GoNB does for a cell: get, then build.
func (c cellFolder) build() (string, error) {
	if out, err := c.run("get"); err != nil || out != "" {
		c.t.Errorf("go get: %v %s", err, out)
	}
	return c.run("build", "-o", "program")
}

func (c cellFolder) goMod() string {
	data, err := os.ReadFile(filepath.Join(c.dir, "go.mod"))
	if err != nil {
		c.t.Fatal(err)
	}
	return string(data)
}

func TestStandInGetsNothingThatTheWorkspaceProvides(t *testing.T) {
	c := newCellFolder(t)
	t.Setenv("GOPROXY", "off")
	c.write(Module + "/patchwork")
	before := c.goMod()
	if out, err := c.build(); err != nil || out != "" {
		t.Errorf("build: %v %s", err, out)
	}
	if after := c.goMod(); after != before {
		t.Errorf("go.mod changed to:\n%s", after)
	}
	if out, err := exec.Command(filepath.Join(c.dir, "program")).Output(); err != nil || string(out) != "hello\n" {
		t.Errorf("the program says %q, %v", out, err)
	}
}

func TestStandInGetsWhatIsMissing(t *testing.T) {
	c := newCellFolder(t)
	proxy(t, "example.com/extra", "v1.4.0", "extra.go", "package extra\n")
	c.write("example.com/extra", Module+"/patchwork")
	if out, err := c.build(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if !strings.Contains(c.goMod(), "example.com/extra v1.4.0") {
		t.Errorf("go.mod does not require what was fetched:\n%s", c.goMod())
	}
	put(t, filepath.Join(c.dir, "main_test.go"), "package main\n\nimport _ \"example.com/extra\"\n", 0o644)
	if out, err := c.run("test", "-c", "-o", "tests"); err != nil {
		t.Errorf("a test cell: %v\n%s", err, out)
	}

	t.Setenv("GOPROXY", "off")
	c.write("example.com/nowhere")
	if out, err := c.build(); err == nil || !strings.Contains(out, "example.com/nowhere") {
		t.Errorf("a package that cannot be fetched: %v %s", err, out)
	}
}

func TestStandInPassesErrorsAndOtherCommands(t *testing.T) {
	c := newCellFolder(t)
	put(t, filepath.Join(c.dir, "main.go"), "package main\n\nfunc main() { undefinedName() }\n", 0o644)
	if out, err := c.build(); err == nil || !strings.Contains(out, "main.go:3:15: undefined: undefinedName") {
		t.Errorf("a compile error: %v %s", err, out)
	}
	if out, err := c.run("env", "GOVERSION"); err != nil || !strings.HasPrefix(out, "go") {
		t.Errorf("another command: %v %s", err, out)
	}
	t.Setenv("PATH", filepath.Join(c.r.Dir, "bin")+":"+os.Getenv("PATH"))
	if path, err := findGo(); err != nil || isStandIn(path) {
		t.Errorf("inside a kernel the real go is not found: %q, %v", path, err)
	}
}
