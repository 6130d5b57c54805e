package browsertest

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// guardScript runs a program and ends it when its own standard input closes. That happens when the test says so, and
// also when the test process dies in any way, because the system closes its end of the pipe.
const guardScript = `"$@" </dev/null & pid=$!
read -r _
kill -TERM $pid 2>/dev/null
wait $pid`

// markName is the environment variable by which a test knows the processes that it and its children started.
const markName = "PATCHWORK_E2E"

// Start runs a program in the background until the test ends, with its output in a file. mark is a string that no
// other test uses, such as a temporary folder; what the program starts in turn inherits it, however detached, and is
// ended too. The returned function ends the program now and may be called more than once.
func Start(t testing.TB, mark, logFile string, env []string, argv ...string) (stop func()) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(logFile), 0o755); err != nil {
		t.Fatal(err)
	}
	log, err := os.Create(logFile)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	cmd := exec.Command("/bin/sh", append([]string{"-c", guardScript, "guard"}, argv...)...)
	cmd.Env = append(append(os.Environ(), markName+"="+mark), env...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // Ctrl-C is for the test, which then ends the program in order
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatalf("browsertest: cannot start %s: %v", argv[0], err)
	}
	stopped := false
	stop = func() {
		if !stopped {
			stopped = true
			end(t, cmd, stdin, mark)
		}
	}
	t.Cleanup(stop)
	return stop
}

// end asks the program to end, waits ten seconds, and then ends what is left of it by force.
func end(t testing.TB, cmd *exec.Cmd, stdin io.Closer, mark string) {
	t.Helper()
	_ = stdin.Close()
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	select {
	case <-done:
	case <-time.After(10 * time.Second):
		t.Logf("browsertest: %s did not end in 10 s and is killed", cmd.Args[4])
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		<-done
	}
	for _, pid := range gone(mark, 5*time.Second) {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
	if left := gone(mark, 5*time.Second); len(left) > 0 {
		t.Errorf("browsertest: processes %v of %s cannot be ended", left, cmd.Args[4])
	}
}

// gone waits until no process has the mark any more and returns those that are left when the time is over.
func gone(mark string, limit time.Duration) []int {
	for deadline := time.Now().Add(limit); ; time.Sleep(50 * time.Millisecond) {
		left := Marked(mark)
		if len(left) == 0 || time.Now().After(deadline) {
			return left
		}
	}
}

// Marked lists the running processes that were started, at whatever distance, by a program with that mark. It reads
// /proc, so elsewhere than on Linux it finds none.
func Marked(mark string) []int {
	var pids []int
	files, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil || !strings.Contains("\x00"+string(data)+"\x00", "\x00"+markName+"="+mark+"\x00") {
			continue
		}
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		if err == nil && !isZombie(pid) {
			pids = append(pids, pid)
		}
	}
	return pids
}

// isZombie tells whether a process has ended and only waits for its parent to notice.
func isZombie(pid int) bool {
	data, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		return true
	}
	_, after, _ := strings.Cut(string(data), ") ")
	return strings.HasPrefix(after, "Z") || strings.HasPrefix(after, "X")
}
