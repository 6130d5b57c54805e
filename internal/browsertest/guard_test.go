package browsertest

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// helperMark makes this test binary start a program and die without cleaning up; see TestNothingSurvivesAKilledTest.
const helperMark = "PATCHWORK_E2E_HELPER"

func linuxOnly(t *testing.T) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("finds processes through /proc")
	}
}

// A program that leaves a child in a session of its own, as a detached server does, is ended with that child.
func TestStopEndsAlsoWhatWasDetached(t *testing.T) {
	linuxOnly(t)
	mark := t.TempDir()
	stop := Start(t, mark, filepath.Join(mark, "log"), nil, "/bin/sh", "-c", "setsid sleep 300 & echo started; sleep 300")
	within(t, "shell, its sleep and the detached one run", func() bool { return len(Marked(mark)) >= 4 }) // and the guard
	stop()
	stop() // harmless
	if left := Marked(mark); len(left) > 0 {
		t.Errorf("processes %v are still there", left)
	}
	if log, _ := os.ReadFile(filepath.Join(mark, "log")); !strings.Contains(string(log), "started") {
		t.Errorf("the output is not in the log: %q", log)
	}
}

// When a test is killed, nobody cleans up; the guard notices the closed pipe.
func TestNothingSurvivesAKilledTest(t *testing.T) {
	linuxOnly(t)
	if mark := os.Getenv(helperMark); mark != "" {
		Start(t, mark, filepath.Join(mark, "log"), nil, "sleep", "300")
		within(t, "sleep runs", func() bool { return len(Marked(mark)) >= 2 })
		os.Exit(3) // no clean-up runs
	}
	mark := t.TempDir()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, "-test.run=^TestNothingSurvivesAKilledTest$")
	cmd.Env = append(os.Environ(), helperMark+"="+mark)
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState.ExitCode() != 3 {
		t.Fatalf("the helper ended with %v:\n%s", err, out)
	}
	within(t, "the program has ended", func() bool { return len(Marked(mark)) == 0 })
}

func within(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain until %s", what)
		}
	}
}
