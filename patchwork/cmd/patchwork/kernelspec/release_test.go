package kernelspec

import (
	"archive/zip"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// proxy makes a module proxy in a folder that knows one version of one module with one package, and points Go at it.
func proxy(t *testing.T, module, version, file, text string) {
	t.Helper()
	dir := t.TempDir()
	goMod := "module " + module + "\n\ngo 1.24\n"
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	for name, text := range map[string]string{"go.mod": goMod, file: text} {
		w, err := z.Create(module + "@" + version + "/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	at := filepath.Join(dir, module, "@v")
	put(t, filepath.Join(at, "list"), version+"\n", 0o644)
	put(t, filepath.Join(at, version+".info"), `{"Version":"`+version+`"}`, 0o644)
	put(t, filepath.Join(at, version+".mod"), goMod, 0o644)
	put(t, filepath.Join(at, version+".zip"), buf.String(), 0o644)
	t.Setenv("GOPROXY", "file://"+dir)
	t.Setenv("GONOSUMDB", "*")
	t.Setenv("GOMODCACHE", t.TempDir())
	t.Cleanup(func() {
		out, err := exec.Command("go", "clean", "-modcache").CombinedOutput() // its files are read-only
		if err != nil {
			t.Errorf("%s: %s", err, out)
		}
	})
}

func TestInstallReleasedVersion(t *testing.T) {
	bin := machine(t)
	proxy(t, Module, "v1.2.3", "patchwork/patchwork.go", facade)
	t.Chdir(t.TempDir())
	r := install(t, Options{Bin: bin, Version: "v1.2.3"})
	if r.Prewarm == nil || r.Prewarm.Problem != "" {
		t.Fatalf("the first cell does not build: %+v", r.Prewarm)
	}
	s, err := readSpec(r.Dir)
	if err != nil {
		t.Fatal(err)
	}
	if want := "-go_work=" + filepath.Join(r.Dir, "module"); !slices.Contains(s.Argv, want) {
		t.Errorf("argv %q lacks %q", s.Argv, want)
	}
	if st, err := Status(t.Context(), Options{}); err != nil || !st.OK() || st.Source.Version != "v1.2.3" {
		t.Errorf("status: %+v, %v", st, err)
	}

	// A second install of the same version needs no proxy; a version that is not there says so and keeps the kernel.
	t.Setenv("GOPROXY", "off")
	install(t, Options{Bin: bin, Version: "v1.2.3"})
	_, err = Install(t.Context(), Options{Bin: bin, Version: "v9.9.9"})
	if err == nil || !strings.HasPrefix(err.Error(), "kernelspec: cannot fetch "+Module+" v9.9.9: ") {
		t.Errorf("a version that does not exist: %v", err)
	}
	if st, err := Status(t.Context(), Options{}); err != nil || !st.OK() {
		t.Errorf("status after a failed change of version: %q, %v", st.Problems, err)
	}

	// Back to a working tree: the module folder goes.
	r = install(t, Options{Bin: bin, Repo: tree(t, facade), Cold: true})
	if _, err := os.Stat(filepath.Join(r.Dir, "module")); !os.IsNotExist(err) {
		t.Error("the module folder of the release is still there")
	}
}
