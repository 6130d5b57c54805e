package host

import (
	"bytes"
	"context"
	"encoding/gob"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/janpfeifer/gonb/gonbui/protocol"
)

// kernel is GoNB's end of the two pipes of a cell: it collects what the cell shows and confirms each Sync, unless deaf.
type kernel struct {
	t     *testing.T
	cmd   *exec.Cmd
	shown chan protocol.DisplayData
	out   bytes.Buffer
	done  chan error
	begun time.Time
}

// startCell runs this test program again as a cell that calls Run (see TestRunAsCell).
func startCell(t *testing.T, kernelID string, deaf bool) *kernel {
	dir := t.TempDir()
	to, from := filepath.Join(dir, "to"), filepath.Join(dir, "from")
	for _, pipe := range []string{to, from} {
		if err := syscall.Mkfifo(pipe, 0o600); err != nil {
			t.Skip("no named pipes here:", err)
		}
	}
	k := &kernel{t: t, shown: make(chan protocol.DisplayData, 16), done: make(chan error, 1), begun: time.Now()}
	k.cmd = exec.Command(os.Args[0], "-test.run=^TestRunAsCell$", "-test.v")
	k.cmd.Env = append(os.Environ(), "HOST_TEST_RUN=1", "GONB_PIPE="+to, "GONB_PIPE_BACK="+from, "GONB_JUPYTER_KERNEL_ID="+kernelID)
	k.cmd.Stdout, k.cmd.Stderr = &k.out, &k.out
	if err := k.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	// Both ways, so that opening does not wait for the cell.
	in, err := os.OpenFile(to, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	back, err := os.OpenFile(from, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { k.cmd.Process.Kill(); in.Close(); back.Close() })
	go func() { k.done <- k.cmd.Wait() }()
	go func() {
		dec, enc := gob.NewDecoder(in), gob.NewEncoder(back)
		for {
			var d protocol.DisplayData
			if dec.Decode(&d) != nil {
				return
			}
			if ask, ok := d.Data[protocol.MIMECommValue].(protocol.CommValue); !ok {
				k.shown <- d
			} else if !deaf {
				enc.Encode(&protocol.CommValue{Address: protocol.GonbuiSyncAckAddress, Value: ask.Value})
			}
		}
	}()
	return k
}

func (k *kernel) next() (id, html string) {
	k.t.Helper()
	d := within(k.t, k.shown, 10*time.Second, "an output of the cell")
	return d.DisplayID, fmt.Sprint(d.Data[protocol.MIMETextHTML])
}

// ends waits for the cell and returns what Run returned.
func (k *kernel) ends() string {
	k.t.Helper()
	if err := within(k.t, k.done, 10*time.Second, "the end of the cell"); err != nil {
		k.t.Errorf("the cell: %v\n%s", err, &k.out)
	}
	_, after, _ := strings.Cut(k.out.String(), "Run gave ")
	line, _, _ := strings.Cut(after, "\n")
	return line
}

func TestRunAsCell(t *testing.T) {
	if os.Getenv("HOST_TEST_RUN") == "" {
		t.Skip("this is the cell of TestRun")
	}
	b := &book{}
	err := Run(context.Background(), b, RunOptions{Title: "book", Static: func() string {
		return fmt.Sprintf("<p>static of %d</p>", len(b.read()))
	}})
	fmt.Println("Run gave", err)
}

func TestRun(t *testing.T) {
	settings := regexp.MustCompile(`"token":"(\w+)".*"url":"(http://[^"]*)/"`)
	live := func(t *testing.T, k *kernel) (id string, p *tab) {
		id, html := k.next()
		m := settings.FindStringSubmatch(html)
		if m == nil || !strings.Contains(html, "<p>static of 0</p>") {
			t.Fatalf("the cell shows %s; want the static form and the settings of the script", html)
		}
		p = dial(t, m[2], m[1], "a")
		p.hear(1)
		return id, p
	}
	last := func(t *testing.T, k *kernel, id, want string) {
		if got, html := k.next(); got != id || html != want {
			t.Errorf("at the end shows %q as %s; want %q in place of the live form", html, got, want)
		}
		if gave := k.ends(); gave != "<nil>" {
			t.Errorf("Run gave %s", gave)
		}
	}
	t.Run("until the App ends it", func(t *testing.T) {
		t.Parallel()
		k := startCell(t, "k1", false)
		id, p := live(t, k)
		p.send(Event{Seq: 1, ID: "a"}, Event{Seq: 2, ID: "b", Kind: "end"})
		last(t, k, id, "<p>static of 2</p>")
	})
	t.Run("until it is interrupted", func(t *testing.T) {
		t.Parallel()
		k := startCell(t, "k1", false)
		id, p := live(t, k)
		p.send(Event{Seq: 1, ID: "a"})
		p.hear(1)
		k.cmd.Process.Signal(os.Interrupt)
		last(t, k, id, "<p>static of 1</p>")
	})
	t.Run("where nobody looks", func(t *testing.T) {
		t.Parallel()
		k := startCell(t, "", false)
		last(t, k, "", "<p>static of 0</p>")
	})
	t.Run("with a kernel that does not answer", func(t *testing.T) {
		t.Parallel()
		k := startCell(t, "k1", true)
		if gave := k.ends(); !strings.Contains(gave, "the kernel did not answer within 5s") {
			t.Errorf("Run gave %q", gave)
		}
	})
}

func TestRunOutsideNotebook(t *testing.T) {
	t.Setenv("GONB_PIPE", "")
	var out strings.Builder
	err := Run(t.Context(), &book{}, RunOptions{Out: &out, Static: func() string {
		return "<p>Two <b>labels</b> &amp; more</p>\n<table><tr><td>a</td><td>1</td></tr><tr><td>b</td><td><img src=\"data:x\" alt=\"b\"></td></tr></table>"
	}})
	if want := "Two labels & more\na 1\nb\n"; err != nil || out.String() != want {
		t.Errorf("printed %q, %v; want %q", out.String(), err, want)
	}
	if err := Run(t.Context(), &book{}, RunOptions{}); err == nil || !strings.Contains(err.Error(), "Static is nil") {
		t.Errorf("without Static: %v", err)
	}
	if Display("id", "x") == nil || DisplayOnce("x") == nil {
		t.Error("Display outside a notebook gives no error")
	}
	if InNotebook() || Live() || KernelPID() != 0 {
		t.Error("this is taken for a notebook")
	}
	t.Setenv("GONB_PIPE", "pipe")
	t.Setenv("GONB_JUPYTER_KERNEL_ID", "")
	if !InNotebook() || Live() || KernelPID() != os.Getppid() {
		t.Error("nbconvert is taken for a person, or not for a notebook")
	}
	t.Setenv("GONB_JUPYTER_KERNEL_ID", "k")
	if !Live() {
		t.Error("a notebook with a kernel id is not taken for live")
	}
}
