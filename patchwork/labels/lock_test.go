package labels

import (
	"bufio"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestOneWriterForEachJournal(t *testing.T) {
	dir := t.TempDir()
	cmd := child(t, "append", dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Process.Kill()
	if lines := bufio.NewScanner(out); !lines.Scan() || lines.Text() != "0" {
		t.Fatalf("the child says %q", lines.Text())
	}
	go func() { // so that the child does not wait for a reader
		for lines := bufio.NewScanner(out); lines.Scan(); {
		}
	}()

	_, err = Open(childOptions(dir))
	var locked *LockedError
	if !errors.As(err, &locked) {
		t.Fatalf("got %v; want *LockedError", err)
	}
	host, _ := os.Hostname()
	if locked.PID != cmd.Process.Pid || locked.Program != filepath.Base(cmd.Path) || locked.Host != host || time.Since(locked.Since) > time.Minute || locked.Annotator != "anna" {
		t.Errorf("LockedError is %+v", locked)
	}
	for _, want := range []string{`annotator "anna"`, locked.Program, "since", "another annotator name"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not say %q", err, want)
		}
	}
	o := childOptions(dir)
	o.ReadOnly = true
	if s := open(t, o); s.Version() < 1 {
		t.Error("a reader does not see what is acknowledged")
	}
	o.ReadOnly, o.Annotator = false, "bob"
	apply(t, open(t, o), label("water", Present, "1.jpg"))

	cmd.Process.Kill()
	cmd.Wait()
	s := open(t, childOptions(dir)) // a killed process leaves no lock behind
	if _, err := Open(childOptions(dir)); !errors.As(err, &locked) || locked.PID != os.Getpid() {
		t.Errorf("a second store in this process gives %v; want a *LockedError naming this process", err)
	}
	s.Close()
	if text, err := os.ReadFile(filepath.Join(dir, "journal", "anna.lock")); err != nil || len(text) > 0 {
		t.Errorf("the lock file says %q, %v after Close; want nothing", text, err)
	}
}
