package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gopatchwork/patchwork/patchwork"
)

// studio starts `serve` and returns where it is.
func studio(t *testing.T, args ...string) (*process, patchwork.Served) {
	t.Helper()
	p := start(t, append([]string{"serve", "p", "--json"}, args...)...)
	var served patchwork.Served
	when(t, "the studio", func() bool {
		text, err := os.ReadFile("p/server.json")
		return err == nil && strings.Contains(string(text), strconv.Itoa(p.Process.Pid))
	})
	when(t, "its address", func() bool { return strings.HasSuffix(p.out.String(), "}\n") })
	served = as[patchwork.Served](t, p.out.String())
	return p, served
}

// shown is what the studio shows, as text.
func shown(t *testing.T, s patchwork.Served) string {
	t.Helper()
	r, err := http.Get(s.URL + "/summary?token=" + s.Token)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	if err != nil || r.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s, error %v", s.URL, r.Status, err)
	}
	return string(text)
}

func TestStudioAndCommandsAtOnce(t *testing.T) {
	dir := project(t, 6)
	p, s := studio(t)
	if s.Project != "p" || s.PID != p.Process.Pid || !strings.HasPrefix(s.Link, s.URL) || !strings.Contains(s.Link, s.Token) {
		t.Errorf("serve --json printed %+v", s)
	}
	fails(t, exitFailed, []string{"open already", s.Link}, "serve", "p")
	t.Setenv("PATCHWORK_ANNOTATOR", "eve")
	fails(t, exitFailed, []string{"open already", s.Link}, "serve", "p") // one record of a server in a folder
	t.Setenv("PATCHWORK_ANNOTATOR", "ann")
	record := read(t, "p/server.json") // without it, as for two that start at once, the journal's lock names the first
	if err := os.Remove("p/server.json"); err != nil {
		t.Fatal(err)
	}
	fails(t, exitFailed, []string{`the journal of annotator "ann" is being written by`, fmt.Sprintf("(process %d on ", s.PID), "Close that one"}, "serve", "p")
	if err := os.WriteFile("p/server.json", []byte(record), 0o600); err != nil {
		t.Fatal(err)
	}

	write(t, "l.csv", "filepath,green,red\nphotos/green/000.png,1,0\nphotos/red/001.png,0,1\n")
	do(t, "import-labels", "p", "l.csv")
	if got := shown(t, s); !strings.Contains(got, "2 of 6 images labelled") {
		t.Errorf("the studio does not show the import:\n%.300s", got)
	}
	if got := do(t, "status", "p"); !strings.Contains(got, "2 fully labelled") {
		t.Errorf("status prints\n%s", got)
	}
	do(t, "split", "p", "--validation", "0.5")
	do(t, "embed", "p")
	do(t, "train", "p", "--epochs", "1")
	do(t, "evaluate", "p")

	// What came after the studio opened is unknown to it. That must be said, and must not be taken for saved.
	journal := read(t, "p/journal/ann.jsonl")
	picture(t, filepath.Join(dir, "photos", "new.png"), colours["red"], 77)
	do(t, "init", "p", "--classes", "blue")
	for name, text := range map[string]string{"class.csv": "filepath,blue\nphotos/green/000.png,1\n", "image.csv": "filepath,red\nphotos/new.png,1\n"} {
		fails(t, exitFailed, []string{"nothing was changed", "the studio that is open refused", "press Done"}, "import-labels", "p", write(t, name, text))
	}
	if got := read(t, "p/journal/ann.jsonl"); got != journal {
		t.Errorf("something was written:\n%s", got)
	}

	// Another annotator has a journal of their own, which the studio shows.
	t.Setenv("PATCHWORK_ANNOTATOR", "eve")
	write(t, "eve.csv", "filepath,green,red\nphotos/green/002.png,1,0\n")
	do(t, "import-labels", "p", "eve.csv")
	if got := read(t, "p/journal/eve.jsonl"); !strings.Contains(got, "002.png") {
		t.Errorf("the journal of eve holds\n%s", got)
	}
	when(t, "the studio to show eve's labels", func() bool { return strings.Contains(shown(t, s), "3 of 6 images labelled") })

	p.Process.Signal(os.Interrupt)
	if r := p.end(t); r.code != exitDone || !strings.Contains(r.err, "all labels are saved") {
		t.Errorf("serve ended with %d and said %q", r.code, r.err)
	}
	if _, err := os.Stat("p/server.json"); err == nil {
		t.Error("the record of the studio is still there")
	}
	t.Setenv("PATCHWORK_ANNOTATOR", "ann")
	do(t, "import-labels", "p", "class.csv")
	do(t, "import-labels", "p", "image.csv")
}

func TestKilledStudioLosesNothing(t *testing.T) {
	project(t, 4)
	p, s := studio(t)
	write(t, "l.csv", "filepath,green,red\nphotos/green/000.png,1,0\n")
	do(t, "import-labels", "p", "l.csv")
	p.Process.Signal(syscall.SIGKILL)
	p.end(t)
	if got := do(t, "status", "p"); !strings.Contains(got, "1 fully labelled") || strings.Contains(got, "warning") {
		t.Errorf("status prints\n%s", got)
	}
	write(t, "more.csv", "filepath,green,red\nphotos/red/001.png,0,1\n")
	do(t, "import-labels", "p", "more.csv") // the lock went with the process
	again, s2 := studio(t)
	if s2.Link != s.Link {
		t.Errorf("after a kill the studio is at %s and not at %s again, where pages wait", s2.Link, s.Link)
	}
	if got := shown(t, s2); !strings.Contains(got, "2 of 4 images labelled") {
		t.Errorf("the studio shows\n%.300s", got)
	}
	again.Process.Signal(syscall.SIGTERM)
	if r := again.end(t); r.code != exitDone {
		t.Errorf("serve ended with %d and said %q", r.code, r.err)
	}
}

// Two real processes: one holds the journal for long, the other is told which; many at once wait for each other.
func TestSecondProcessOnTheJournal(t *testing.T) {
	project(t, 6)
	write(t, "l.csv", "filepath,green,red\nphotos/green/000.png,1,0\n")
	holder, _ := studio(t)
	if err := os.Remove("p/server.json"); err != nil { // as on another machine that shares the disk
		t.Fatal(err)
	}
	begun := time.Now()
	fails(t, exitFailed, []string{`annotator "ann"`, strconv.Itoa(holder.Process.Pid), "one program writes at a time"}, "import-labels", "p", "l.csv")
	if took := time.Since(begun); took > 5*time.Second {
		t.Errorf("it took %v to find out", took)
	}
	fails(t, exitFailed, []string{strconv.Itoa(holder.Process.Pid)}, "serve", "p")
	do(t, "status", "p") // reading is free
	holder.Process.Kill()
	holder.end(t)

	var all []*process
	for i, name := range []string{"green/000", "red/001", "green/002", "red/003", "green/004", "red/005"} {
		file := write(t, strconv.Itoa(i)+".csv", "filepath,green,red\nphotos/"+name+".png,1,0\n")
		all = append(all, start(t, "import-labels", "p", file))
	}
	for _, p := range all {
		if r := p.end(t); r.code != exitDone {
			t.Errorf("%q: code %d, said %s", p.args, r.code, r.err)
		}
	}
	if got := do(t, "status", "p"); !strings.Contains(got, "6 fully labelled") {
		t.Errorf("after six imports at once status prints\n%s", got)
	}
}

// nobody is the user that a test run by root becomes.
const nobody = 65534

func TestReadOnlyProject(t *testing.T) {
	dir := trained(t, 8)
	write(t, "l.csv", "filepath,green\nphotos/green/000.png,0\n")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	become := func(p *process) {}
	if os.Geteuid() == 0 {
		for path := dir; path != os.TempDir() && path != "/"; path = filepath.Dir(path) { // so that others can reach it
			if err := os.Chmod(path, 0o755); err != nil {
				t.Skipf("another user cannot reach the project: %v", err)
			}
		}
		program, err := os.ReadFile(self) // the folder of the test binary is closed to others
		if err == nil {
			self = filepath.Join(dir, "program")
			err = os.WriteFile(self, program, 0o755)
		}
		if err != nil {
			t.Fatal(err)
		}
		become = func(p *process) {
			p.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
		}
	} else if err := os.Chmod("p", 0o555); err != nil {
		t.Fatal(err)
	}
	defer os.Chmod("p", 0o755)
	as := func(args ...string) result {
		t.Helper()
		p := prepare(t, args...)
		p.Path, p.Env = self, append(p.Env, "HOME=/nonexistent", "USER=nobody")
		become(p)
		p.begin(t)
		return p.end(t)
	}
	for _, args := range [][]string{{"status", "p"}, {"status", "p", "--json"}, {"suggest", "p"}, {"evaluate", "p"}, {"thresholds", "p"}, {"confusion", "p"}, {"prevalence", "p"},
		{"learning-curve", "p", "--folds", "2", "--epochs", "1"}, {"replay", "p", "--strategy", "random", "--rounds", "1", "--seeds", "1", "--epochs", "1"},
		{"audit", "p"}, {"predict", "p"}, {"export-labels", "p", "-"}} {
		if r := as(args...); r.code != exitDone || r.out != do(t, args...) {
			t.Errorf("%q only reads: code %d, printed %q, said %s", args, r.code, r.out, r.err)
		}
	}
	before := do(t, "export-labels", "p", "-")
	for _, args := range [][]string{{"init", "p"}, {"init", "p", "--classes", "blue"}, {"import-labels", "p", "l.csv"}, {"split", "p"}, {"embed", "p"},
		{"train", "p"}, {"serve", "p"}} {
		if r := as(args...); r.code != exitFailed || !strings.Contains(r.err, "the project folder p cannot be written: permission denied; change its permissions, or copy") || r.out != "" {
			t.Errorf("%q: code %d, printed %q, said %s", args, r.code, r.out, r.err)
		}
	}
	if os.Geteuid() == 0 {
		if r := as("init", "new", "--images", "photos"); r.code != exitFailed || !strings.Contains(r.err, "the project folder new cannot be made: permission denied") {
			t.Errorf("init in a folder that cannot be written: code %d, said %s", r.code, r.err)
		}
		for _, name := range []string{"p/journal", "p/journal/ann.jsonl", "p/images.tsv", "p/project.yaml", "p/features"} {
			info, err := os.Stat(name)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(name, 0); err != nil {
				t.Fatal(err)
			}
			args := []string{"suggest", "p"}
			if name == "p/features" {
				args[0] = "predict"
			}
			if r := as(args...); r.code != exitFailed || !strings.Contains(r.err, name) || !strings.Contains(r.err, "permission denied") {
				t.Errorf("%s cannot be read: code %d, printed %q, said %s", name, r.code, r.out, r.err)
			}
			if err := os.Chmod(name, info.Mode().Perm()); err != nil {
				t.Fatal(err)
			}
		}
	}
	if do(t, "export-labels", "p", "-") != before {
		t.Error("the labels changed")
	}
}
