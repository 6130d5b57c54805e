package atomicfile

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestWriteReplaces(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.txt")
	for _, d := range []Durability{Cached, Durable} {
		for _, text := range []string{"one", "the second, longer", ""} {
			if err := Write(file, []byte(text), 0o640, d); err != nil {
				t.Fatal(err)
			}
			got, err := os.ReadFile(file)
			if err != nil || string(got) != text {
				t.Errorf("the file holds %q, error %v; want %q", got, err, text)
			}
		}
	}
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("permissions %v, error %v; want -rw-r-----", info.Mode(), err)
	}
	leavesNothing(t, file)
}

func TestFailureLeavesTheFileAsItWas(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.txt")
	if err := Write(file, []byte("old"), 0o644, Durable); err != nil {
		t.Fatal(err)
	}
	broken := errors.New("no more")
	err := WriteFunc(file, 0o644, Durable, func(w io.Writer) error {
		io.WriteString(w, "half of the ne")
		return broken
	})
	if !errors.Is(err, broken) {
		t.Errorf("error %v, want that of fill", err)
	}
	if got, _ := os.ReadFile(file); string(got) != "old" {
		t.Errorf("the file holds %q, want the old content", got)
	}
	leavesNothing(t, file)
}

func TestErrorsDoNotNameTheTemporaryFile(t *testing.T) {
	dir := t.TempDir()
	for name, err := range map[string]error{
		"a folder that is missing": Write(filepath.Join(dir, "no", "a.txt"), nil, 0o644, Durable),
		"a folder in its place":    Write(dir, nil, 0o644, Durable),
		"a write that fails": WriteFunc(filepath.Join(dir, "a.txt"), 0o644, Cached, func(w io.Writer) error {
			w.(*os.File).Close()
			_, err := w.Write([]byte("x"))
			return err
		}),
	} {
		if err == nil || strings.Contains(err.Error(), "tmp") {
			t.Errorf("%s: error %v, want one without the temporary file", name, err)
		}
	}
}

func TestFolderIsMissing(t *testing.T) {
	if err := Write(filepath.Join(t.TempDir(), "no", "a.txt"), nil, 0o644, Durable); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("error %v, want one that is os.ErrNotExist", err)
	}
}

// leavesNothing fails when the folder holds more than the file.
func leavesNothing(t *testing.T, file string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(file))
	if err != nil || len(entries) != 1 {
		t.Errorf("the folder holds %v, error %v; want only %s", entries, err, filepath.Base(file))
	}
}
