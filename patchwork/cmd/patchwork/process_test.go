package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// process is the program running as a process of its own.
type process struct {
	*exec.Cmd
	args     []string
	out, err buffer
}

// buffer is a bytes.Buffer that may be read while a process writes to it.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// prepare makes a process that is not yet running.
func prepare(t testing.TB, args ...string) *process {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := &process{Cmd: exec.Command(self, args...), args: args}
	p.Env = append(os.Environ(), asProgram+"=1")
	p.Stdout, p.Stderr = &p.out, &p.err
	return p
}

func start(t testing.TB, args ...string) *process {
	t.Helper()
	p := prepare(t, args...)
	p.begin(t)
	return p
}

// begin starts p and makes sure that it ends with the test.
func (p *process) begin(t testing.TB) {
	t.Helper()
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if p.ProcessState == nil {
			p.Process.Kill()
			p.Wait()
		}
	})
}

// end waits for p and checks what it said.
func (p *process) end(t testing.TB) result {
	t.Helper()
	killer := time.AfterFunc(30*time.Second, func() { p.Process.Kill() })
	defer killer.Stop()
	err := p.Wait()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	r := result{p.ProcessState.ExitCode(), p.out.String(), p.err.String()}
	if r.code >= 0 { // it was not killed
		checkWords(t, p.args, r)
	}
	return r
}

// when waits until done is true.
func when(t testing.TB, what string, done func() bool) {
	t.Helper()
	for until := time.Now().Add(20 * time.Second); !done(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(until) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

func count(t testing.TB, pattern string) int {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	return len(files)
}

// large makes n large pictures in the folder photos, so that there is time to interrupt what reads them.
func large(t testing.TB, n int) {
	t.Helper()
	file := filepath.Join("photos", "a.png")
	bigPicture(t, file)
	text := read(t, file)
	for i := range n - 1 {
		write(t, filepath.Join("photos", string(rune('b'+i))+".png"), text+string(rune('b'+i))) // another content hash, the same picture
	}
}

const manyLarge = 20

func TestInitInterruptedAndKilled(t *testing.T) {
	place(t)
	large(t, manyLarge)
	for _, tt := range []struct {
		signal syscall.Signal
		code   int
	}{{syscall.SIGINT, exitInterrupted}, {syscall.SIGTERM, exitInterrupted}, {syscall.SIGKILL, -1}} {
		p := start(t, "init", "p", "--images", "photos", "--classes", "one")
		when(t, "thumbnails", func() bool { return count(t, "p/thumbs/*.jpg") >= 2 })
		p.Process.Signal(tt.signal)
		if r := p.end(t); r.code != tt.code || r.out != "" || tt.code > 0 && r.err != "patchwork: interrupted; what was done is kept\n" {
			t.Errorf("%v: code %d, printed %q, said %q", tt.signal, r.code, r.out, r.err)
		}
		if tt.code > 0 {
			if got := as[struct{ Images int }](t, do(t, "status", "p", "--json")); got.Images < 2 || got.Images >= manyLarge {
				t.Errorf("%v: %d images were kept, want some of %d", tt.signal, got.Images, manyLarge)
			}
		}
		got := do(t, "init", "p") // goes on with what the first was told
		if !strings.Contains(got, "p: 20 images;") || !strings.Contains(got, "one") || strings.Contains(got, "skipped") || tt.code > 0 && !strings.Contains(got, " known") {
			t.Errorf("%v: the next init prints\n%s", tt.signal, got)
		}
		if err := os.RemoveAll("p"); err != nil {
			t.Fatal(err)
		}
	}
}

func TestEmbedInterruptedAndKilled(t *testing.T) {
	place(t)
	large(t, manyLarge)
	do(t, "init", "p", "--images", "photos")
	do(t, "embed", "p", "--batch", "1")
	npy := filepath.Join("p", "features", id(t)+".npy")
	want := read(t, npy)
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGKILL} {
		if err := os.RemoveAll("p/features"); err != nil {
			t.Fatal(err)
		}
		p := start(t, "embed", "p", "--batch", "1")
		when(t, "the first features", func() bool {
			data, err := os.ReadFile(npy)
			return err == nil && len(data) == len(want) && holdsNumber(data[128:])
		})
		p.Process.Signal(signal)
		r := p.end(t)
		if signal == syscall.SIGINT && (r.code != exitInterrupted || r.out != "") {
			t.Errorf("interrupted: code %d, printed %q, said %q", r.code, r.out, r.err)
		}
		do(t, "status", "p")
		run := embedded(t, "--batch", "1")
		if run.Kept+run.Computed != manyLarge || signal == syscall.SIGINT && run.Kept == 0 {
			t.Errorf("%v: the next embed kept %d and computed %d of %d", signal, run.Kept, run.Computed, manyLarge)
		}
		if read(t, npy) != want {
			t.Errorf("%v: the features differ from those that were computed without a break", signal)
		}
	}
}

// holdsNumber says whether one of the float32 in data is a number; rows that are not computed yet are full of NaN.
func holdsNumber(data []byte) bool {
	for ; len(data) >= 4; data = data[4:] {
		if x := math.Float32frombits(binary.LittleEndian.Uint32(data)); x == x {
			return true
		}
	}
	return false
}

// id is the name of the features in use.
func id(t testing.TB) string {
	t.Helper()
	return as[struct{ Features struct{ ID string } }](t, do(t, "status", "p", "--json")).Features.ID
}

func TestTrainInterruptedAndKilled(t *testing.T) {
	trained(t, 12)
	before := do(t, "predict", "p")
	p := start(t, "train", "p", "--epochs", "10000", "--seed", "9")
	time.Sleep(700 * time.Millisecond)
	p.Process.Kill()
	p.end(t)
	if do(t, "predict", "p") != before {
		t.Error("a killed training changed the model that was there")
	}
	for wait := 500 * time.Millisecond; ; wait *= 2 { // until the first epoch is through, on a slow machine too
		p := start(t, "train", "p", "--epochs", "10000", "--seed", "9")
		time.Sleep(wait)
		p.Process.Signal(os.Interrupt)
		if r := p.end(t); r.code != exitInterrupted || r.err != "patchwork: interrupted; what was done is kept\n" {
			t.Fatalf("code %d, said %q", r.code, r.err)
		}
		if do(t, "predict", "p") != before {
			break
		}
		if wait > 8*time.Second {
			t.Fatal("the best weights of an interrupted training were not kept")
		}
	}
	do(t, "evaluate", "p")
}

// A file that may not grow stands for a full disk: what cannot be written is said, and nothing that was there is harmed.
func TestFullDisk(t *testing.T) {
	trained(t, 12)
	write(t, "l.csv", "filepath,green\nphotos/green/000.png,0\n")
	bigPicture(t, filepath.Join("photos", "new.png"))
	limited := func(args ...string) result {
		t.Helper()
		p := prepare(t, args...)
		p.Path, p.Args = "/bin/sh", append([]string{"sh", "-c", `ulimit -f 1 && exec "$0" "$@"`}, p.Cmd.Args...)
		p.begin(t)
		return p.end(t)
	}
	scores, labels, journal := do(t, "predict", "p"), do(t, "export-labels", "p", "-"), read(t, "p/journal/ann.jsonl")
	write(t, "s.csv", "old")
	for _, args := range [][]string{
		{"import-labels", "p", "l.csv"}, {"split", "p"}, {"init", "p"}, {"embed", "p", "--extractor", "default"}, {"train", "p", "--epochs", "1"},
		{"predict", "p", "--out", "s.csv"}, {"init", "q", "--images", "photos"},
	} {
		r := limited(args...)
		if r.code != exitFailed || !strings.Contains(r.err, "file too large") {
			t.Errorf("%q: code %d, printed %q, said %q", args, r.code, r.out, r.err)
		}
		if do(t, "predict", "p") != scores || do(t, "export-labels", "p", "-") != labels || read(t, "p/journal/ann.jsonl") != journal || read(t, "s.csv") != "old" {
			t.Fatalf("%q harmed what was there", args)
		}
	}
	if _, err := os.Stat("q"); err == nil {
		t.Error("a failed init left a folder behind")
	}
	do(t, "import-labels", "p", "l.csv")
	do(t, "embed", "p")
	do(t, "train", "p", "--epochs", "1")
	if n := count(t, "p/.tmp-*") + count(t, "p/*/.tmp-*"); n > 0 {
		t.Errorf("%d temporary files were left", n)
	}
}

// An interrupted search prints what it has tried.
func TestSearchInterrupted(t *testing.T) {
	trained(t, 16)
	p := start(t, "search", "p", "--trials", "2000")
	when(t, "some trials", func() bool { return count(t, "p/runs/*-search*") >= 4 })
	p.Process.Signal(syscall.SIGINT)
	r := p.end(t)
	if r.code != exitInterrupted || !strings.HasPrefix(r.out, "mean AUC") || strings.Count(r.out, "-search") < 2 || strings.Count(r.out, "-search") > 1000 || !strings.Contains(r.err, "interrupted; what was done is kept") {
		t.Errorf("code %d, printed\n%s\nsaid %q", r.code, r.out, r.err)
	}
}
