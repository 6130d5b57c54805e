package host

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"time"
)

// Handshake is what a detached server tells the process that started it.
type Handshake struct {
	URL   string `json:"url"`
	Token string `json:"token"`
	PID   int    `json:"pid"` // filled in by Main when 0
}

// Link opens the page of the server in a browser on this machine.
func (h Handshake) Link() string { return h.URL + "/?token=" + h.Token }

// Client talks to the server.
func (h Handshake) Client() *Client { return NewClient(h.URL, h.Token) }

// DetachOptions configures Detach. The zero value waits 20 s and keeps the log only until the handshake.
type DetachOptions struct {
	Timeout time.Duration // for the handshake; 0 means 20 s
	LogFile string        // where the server's stdout and stderr are appended, mode 0600; "" means nowhere
}

// daemonEnv names the role of a program that was started again. It is no secret; the configuration goes by pipe.
const daemonEnv = "PATCHWORK_DAEMON"

// maxLog is the size in bytes at which a log file is begun anew.
const maxLog = 1 << 20

// started is the line that goes back over the pipe.
type started struct {
	Handshake
	Error string `json:"error,omitempty"`
}

// Detach starts the running program again, as a server of its own session that outlives it, and returns once the server
// says that it is ready. The new process runs the function that the program gave to Main for role, with config as JSON,
// before any variable of package main exists. It keeps the working directory and the environment, less the pipes of a
// notebook cell. The program's file may be changed or deleted at any time.
//
// Errors: config is not JSON; the log cannot be opened; no Main in this program has that role; the server failed or
// died before it was ready, with the last lines of its log; Timeout; ctx. After an error no process is left.
func Detach(ctx context.Context, role string, config any, o DetachOptions) (Handshake, error) {
	fail := func(err error) (Handshake, error) {
		return Handshake{}, fmt.Errorf("host: cannot start the %s server: %w", role, err)
	}
	if _, ok := roles.Load(role); !ok {
		return fail(errors.New("no init function of this program calls host.Main with that role"))
	}
	raw, err := json.Marshal(config)
	if err != nil {
		return fail(err)
	}
	log, from, err := openLog(o.LogFile)
	if err != nil {
		return fail(err)
	}
	defer log.Close()
	back, theirs, err := os.Pipe()
	if err != nil {
		return fail(err)
	}
	defer back.Close()

	cmd := again()
	cmd.Env = daemonEnviron(os.Environ(), role)
	cmd.Stdin = bytes.NewReader(raw)
	cmd.Stdout, cmd.Stderr = log, log // a cell runs on as long as anyone holds its own stdout
	cmd.ExtraFiles = []*os.File{theirs}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	err = cmd.Start()
	theirs.Close()
	if err != nil {
		return fail(err)
	}
	exited := make(chan error, 1)
	go func() { exited <- cmd.Wait() }() // also reaps it should it end before this process

	h, err := readHandshake(ctx, back, or(o.Timeout, 20*time.Second))
	if err == nil {
		return h, nil
	}
	select {
	case <-exited:
	case <-time.After(time.Second):
		cmd.Process.Kill()
		<-exited
	}
	var told toldError
	if tail := logTail(log, from); tail != "" && !errors.As(err, &told) {
		err = fmt.Errorf("%w (%v); its log ends with:\n%s", err, cmd.ProcessState, tail)
	}
	return fail(err)
}

// again is the command that runs this program once more. /proc/self/exe is the running file itself, even when its name
// by now means another file or none.
func again() *exec.Cmd {
	const self = "/proc/self/exe"
	if _, err := os.Stat(self); err == nil {
		return &exec.Cmd{Path: self, Args: []string{os.Args[0]}}
	}
	path, err := os.Executable()
	return &exec.Cmd{Path: path, Args: []string{os.Args[0]}, Err: err}
}

func daemonEnviron(env []string, role string) []string {
	env = slices.DeleteFunc(slices.Clone(env), func(kv string) bool {
		name, _, _ := strings.Cut(kv, "=")
		return name == daemonEnv || name == "GONB_PIPE" || name == "GONB_PIPE_BACK"
	})
	return append(env, daemonEnv+"="+role)
}

// openLog opens the log for appending and returns where this start's part of it begins. A long log begins anew.
func openLog(file string) (*os.File, int64, error) {
	if file == "" {
		f, err := os.CreateTemp("", "patchwork-server-*.log")
		if err == nil {
			err = os.Remove(f.Name()) // it lives as long as someone has it open
		}
		return f, 0, err
	}
	f, err := os.OpenFile(file, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, 0, err
	}
	at, err := f.Seek(0, io.SeekEnd)
	if err == nil && at > maxLog {
		at, err = 0, f.Truncate(0)
	}
	return f, at, err
}

func readHandshake(ctx context.Context, r *os.File, limit time.Duration) (Handshake, error) {
	deadline := time.Now().Add(limit)
	r.SetReadDeadline(deadline)
	stop := context.AfterFunc(ctx, func() { r.SetReadDeadline(time.Unix(1, 0)) })
	defer stop()
	line, err := bufio.NewReader(r).ReadBytes('\n')
	switch {
	case ctx.Err() != nil:
		return Handshake{}, ctx.Err()
	case errors.Is(err, os.ErrDeadlineExceeded):
		return Handshake{}, fmt.Errorf("it was not ready within %v", limit)
	case err != nil:
		return Handshake{}, errors.New("it ended before it was ready")
	}
	var s started
	if err := json.Unmarshal(line, &s); err != nil {
		return Handshake{}, fmt.Errorf("its first words make no sense: %w", err)
	}
	if s.Error != "" {
		return Handshake{}, toldError(s.Error)
	}
	return s.Handshake, nil
}

// logTail is the last 12 lines, at most 2,000 bytes, of what was logged since offset from.
func logTail(f *os.File, from int64) string {
	end, err := f.Seek(0, io.SeekEnd)
	if err != nil || end <= from {
		return ""
	}
	from = max(from, end-2000)
	data := make([]byte, end-from)
	n, _ := f.ReadAt(data, from)
	lines := strings.Split(strings.TrimSpace(string(data[:n])), "\n")
	return strings.Join(lines[max(0, len(lines)-12):], "\n")
}

func or[T comparable](v, def T) T {
	var zero T
	if v == zero {
		return def
	}
	return v
}

// toldError is what the new process itself says went wrong.
type toldError string

func (e toldError) Error() string { return string(e) }
