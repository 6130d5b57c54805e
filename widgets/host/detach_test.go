package host

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// trial is what the tests ask of the server that this test program becomes when it is started again.
type trial struct {
	Dir   string
	Fail  string // "early": an error; "panic"; "silent": never ready; "quiet": returns without being ready
	Watch int
}

func init() {
	Main("host-test", func(ctx context.Context, config json.RawMessage, ready func(Handshake)) error {
		var c trial
		if err := json.Unmarshal(config, &c); err != nil {
			return err
		}
		switch c.Fail {
		case "early":
			return errors.New("the journal is locked by process 42")
		case "panic":
			panic("not ready at all")
		case "silent":
			<-ctx.Done()
			select {}
		case "quiet":
			return nil
		}
		b := &book{}
		s, err := New(b, Options{WatchPID: c.Watch, OnEnd: func(reason string) {
			os.WriteFile(filepath.Join(c.Dir, "saved"), []byte(reason+" "+strings.Join(b.read(), " ")), 0o600)
		}})
		if err != nil {
			return err
		}
		b.hello = func() error {
			cwd, _ := os.Getwd()
			sid, _ := unix.Getsid(0)
			return fmt.Errorf("cwd=%s leader=%v env=[%s|%s|%s]", cwd, sid == os.Getpid(),
				os.Getenv("GONB_PIPE"), os.Getenv("PATCHWORK_DAEMON"), os.Getenv("HOST_TEST_KEEP"))
		}
		if err := WriteRecord(c.Dir, s.Record("host test", "1")); err != nil {
			return err
		}
		defer RemoveRecord(c.Dir, s.Token())
		ready(Handshake{URL: s.URL(), Token: s.Token()})
		fmt.Println("this goes to the log")
		_, err = s.Serve(ctx)
		return err
	})
}

func waitGone(t *testing.T, pid int) {
	t.Helper()
	for range 500 {
		if birth(pid) == "" {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("process %d is still there after 5 s", pid)
}

func TestDetach(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("GONB_PIPE", "pipe")
	t.Setenv("HOST_TEST_KEEP", "kept")
	logFile := filepath.Join(dir, "server.log")
	h, err := Detach(t.Context(), "host-test", trial{Dir: dir}, DetachOptions{LogFile: logFile})
	if err != nil {
		t.Fatal(err)
	}
	if h.PID == os.Getpid() || h.PID == 0 {
		t.Errorf("the server has process id %d; want one of its own", h.PID)
	}
	c := h.Client()
	if _, err := c.Post(t.Context(), Event{ID: "a"}); err != nil {
		t.Error(err)
	}
	r, alive, err := Find(dir)
	if err != nil || !alive || r.PID != h.PID || r.Link() != h.Link() {
		t.Errorf("Find: %+v, alive %v, %v; want the server that was started", r, alive, err)
	}
	args, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", h.PID))
	env, _ := os.ReadFile(fmt.Sprintf("/proc/%d/environ", h.PID))
	if strings.Contains(string(args)+string(env), dir+`"`) || strings.Contains(string(args)+string(env), h.Token) {
		t.Error("the configuration or the token can be seen from outside the process")
	}
	cwd, _ := os.Getwd()
	if got, want := helloOf(t, h), fmt.Sprintf("cwd=%s leader=true env=[||kept]", cwd); got != want {
		t.Errorf("the server runs with %s; want %s", got, want)
	}
	// A kernel that goes away takes its terminal and pipes along.
	for _, sig := range []syscall.Signal{syscall.SIGHUP, syscall.SIGPIPE} {
		syscall.Kill(h.PID, sig)
	}
	time.Sleep(50 * time.Millisecond)
	if err := c.Ping(t.Context()); err != nil {
		t.Errorf("after SIGHUP and SIGPIPE: %v", err)
	}
	syscall.Kill(h.PID, syscall.SIGTERM)
	waitGone(t, h.PID)
	if saved, err := os.ReadFile(filepath.Join(dir, "saved")); string(saved) != "stopped a" {
		t.Errorf("at SIGTERM it saved %q, %v; want everything that was acknowledged", saved, err)
	}
	if _, alive, err := Find(dir); alive || err != nil {
		t.Errorf("after the end: alive %v, %v", alive, err)
	}
	log, _ := os.ReadFile(logFile)
	info, _ := os.Stat(logFile)
	if !strings.Contains(string(log), "this goes to the log") || info.Mode().Perm() != 0o600 {
		t.Errorf("log holds %q with mode %v", log, info.Mode())
	}
}

// helloOf connects as a page and returns the error that trial's App says instead of a view.
func helloOf(t *testing.T, h Handshake) string {
	t.Helper()
	var m message
	if err := json.Unmarshal([]byte(dial(t, h.URL, h.Token, "x").hear(1)[0]), &m); err != nil {
		t.Fatal(err)
	}
	return m.Error
}

func TestDetachedServerIsKilled(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	h, err := Detach(t.Context(), "host-test", trial{Dir: dir}, DetachOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if _, alive, _ := Find(dir); !alive {
		t.Error("Find says dead while it runs")
	}
	syscall.Kill(h.PID, syscall.SIGKILL)
	waitGone(t, h.PID)
	r, alive, err := Find(dir)
	if alive || err != nil || r.PID != h.PID {
		t.Errorf("Find after kill -9: %+v, alive %v, %v; want the old record, dead", r, alive, err)
	}
}

func TestDetachFails(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	tests := []struct {
		name, role string
		config     any
		o          DetachOptions
		want       []string
	}{
		{"an error of its own", "host-test", trial{Fail: "early"}, DetachOptions{}, []string{"the journal is locked by process 42"}},
		{"a panic", "host-test", trial{Fail: "panic"}, DetachOptions{}, []string{"ended before it was ready", "exit status 2", "its log ends with", "detach_test.go"}},
		{"silence", "host-test", trial{Fail: "silent"}, DetachOptions{Timeout: 300 * time.Millisecond}, []string{"not ready within 300ms"}},
		{"nothing to serve", "host-test", trial{Fail: "quiet"}, DetachOptions{}, []string{"ended without becoming ready"}},
		{"a role that is not there", "nobody", nil, DetachOptions{}, []string{"no init function", "host.Main"}},
		{"a log that cannot be", "host-test", trial{}, DetachOptions{LogFile: filepath.Join(dir, "no", "log")}, []string{"no such file"}},
		{"a configuration that is no JSON", "host-test", func() {}, DetachOptions{}, []string{"unsupported type"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Detach(t.Context(), tt.role, tt.config, tt.o)
			if err == nil {
				t.Fatal("no error")
			}
			for _, want := range append(tt.want, "host: cannot start the "+tt.role+" server: ") {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error %q lacks %q", err, want)
				}
			}
		})
	}
	ctx, stop := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer stop()
	if _, err := Detach(ctx, "host-test", trial{Fail: "silent"}, DetachOptions{}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a context that ends gives %v", err)
	}
}

func TestMainOutsideDetach(t *testing.T) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), daemonEnv+"=host-test")
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState.ExitCode() != 2 || !strings.Contains(string(out), "was not started by host.Detach") {
		t.Errorf("with the variable set by hand: %v, %q; want exit status 2 and why", err, out)
	}
}

// The cell's program is overwritten by the next build and its process ends; the server goes on and can itself start
// again. Here a copy of the test program plays the cell.
func TestProgramFileMayGo(t *testing.T) {
	t.Parallel()
	if os.Getenv("HOST_TEST_CELL") != "" {
		file, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Remove(file); err != nil { // before Detach, even
			t.Fatal(err)
		}
		h, err := Detach(t.Context(), "host-test", trial{Dir: os.Getenv("HOST_TEST_CELL")}, DetachOptions{})
		if err != nil {
			t.Fatal(err)
		}
		fmt.Println("started", h.PID)
		return
	}
	if _, err := os.Stat("/proc/self/exe"); err != nil {
		t.Skip("no /proc: a program whose file is gone cannot be started again")
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "cell")
	copyFile(t, file, os.Args[0])
	cmd := exec.Command(file, "-test.run=^TestProgramFileMayGo$")
	cmd.Env = append(os.Environ(), "HOST_TEST_CELL="+dir)
	start := time.Now()
	out, err := cmd.CombinedOutput() // returns only when nobody holds the cell's stdout any more
	if err != nil || !strings.Contains(string(out), "started") {
		t.Fatalf("%v: %s", err, out)
	}
	if d := time.Since(start); d > 10*time.Second {
		t.Errorf("the cell took %v; want it to return while its server runs", d)
	}
	r, alive, err := Find(dir)
	if err != nil || !alive {
		t.Fatalf("after its cell ended the server is alive %v, %v", alive, err)
	}
	if err := r.Client().End(t.Context(), "over"); err != nil {
		t.Error(err)
	}
	waitGone(t, r.PID)
}

func copyFile(t *testing.T, to, from string) {
	t.Helper()
	in, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY, 0o755)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(out, in); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestLogBeginsAnew(t *testing.T) {
	file := filepath.Join(t.TempDir(), "log")
	os.WriteFile(file, []byte("old\n"), 0o600)
	f, from, err := openLog(file)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 30 {
		fmt.Fprintln(f, "line", i)
	}
	tail := logTail(f, from)
	if !strings.HasPrefix(tail, "line 18\n") || !strings.HasSuffix(tail, "line 29") {
		t.Errorf("tail is %q; want the last 12 lines", tail)
	}
	f.Write(make([]byte, maxLog))
	f.Close()
	f, from, err = openLog(file)
	if info, _ := f.Stat(); err != nil || from != 0 || info.Size() != 0 {
		t.Errorf("a log above %d bytes is opened at %d with %d bytes, %v; want it empty", maxLog, from, info.Size(), err)
	}
	f.Close()
}
