package labels

import (
	"bufio"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gopatchwork/patchwork/patchwork/imageset"
	"golang.org/x/sys/unix"
)

// The test binary runs itself again as another process; PATCHWORK_LABELS_CHILD says what that one does in the project
// folder PATCHWORK_LABELS_DIR.
func TestMain(m *testing.M) {
	switch what := os.Getenv("PATCHWORK_LABELS_CHILD"); what {
	case "":
		os.Exit(m.Run())
	case "append":
		appendUntilKilled(os.Getenv("PATCHWORK_LABELS_DIR"))
	default:
		if err := oneAttempt(what, os.Getenv("PATCHWORK_LABELS_DIR")); err != nil {
			fmt.Println(err)
		}
	}
}

func childOptions(dir string) Options {
	images := make([]imageset.Image, 50)
	for i := range images {
		images[i] = imageset.Image{ID: fmt.Sprintf("%d.jpg", i), Hash: fmt.Sprintf("%016x", 1<<40+i)}
	}
	ix, err := imageset.NewIndex(images)
	if err != nil {
		panic(err)
	}
	return Options{Dir: dir, Annotator: "anna", Classes: []string{"water", "forest"}, Images: ix}
}

// appendUntilKilled prints the number of each action once it is acknowledged.
func appendUntilKilled(dir string) {
	s, err := Open(childOptions(dir))
	if err != nil {
		fmt.Println("cannot open:", err)
		return
	}
	for n := s.Version(); ; n++ {
		if _, err := s.Apply(action(int(n))); err != nil {
			fmt.Println("cannot apply:", err)
			return
		}
		fmt.Println(n)
	}
}

// action is what the child does as its n-th: small events, bulk ones of all images, changes of classes, and now and then an
// undo.
func action(n int) Event {
	e := label([]string{"water", "forest"}[n%2], Tri(n%3-1), fmt.Sprintf("%d.jpg", n%50))
	switch {
	case n%10 == 7:
		e = Event{Kind: KindUndo}
	case n%10 == 3:
		e = OrderClasses([]string{"water", "forest"}[n/10%2])
	case n%10 == 6:
		e = DescribeClass("water", fmt.Sprint("action ", n))
	case n%100 == 9:
		e = Event{Kind: KindClassRename, Classes: []string{"forest", fmt.Sprint("forest ", n)}}
	case n%10 == 5:
		for i := range 50 {
			e.Set[0].Images = append(e.Set[0].Images, fmt.Sprintf("%d.jpg", i))
		}
	}
	e.ID = fmt.Sprint("action-", n)
	return e
}

func child(t *testing.T, what, dir string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), "PATCHWORK_LABELS_CHILD="+what, "PATCHWORK_LABELS_DIR="+dir)
	cmd.Stderr = os.Stderr
	return cmd
}

// A process that labels is killed at random moments, again and again over one journal. Whatever it had acknowledged is
// there, the table is the one those actions give, and the next process can write at once. PATCHWORK_CRASH_TRIALS sets
// the number of kills; 30 if it is not set.
func TestKillLosesNothingAcknowledged(t *testing.T) {
	trials, err := strconv.Atoi(os.Getenv("PATCHWORK_CRASH_TRIALS"))
	if err != nil {
		trials = 30
	}
	random := rand.New(rand.NewPCG(7, 7))
	dir, torn, total := t.TempDir(), 0, 0
	for trial := range trials {
		cmd := child(t, "append", dir)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.AfterFunc(time.Duration(5+random.IntN(60))*time.Millisecond, func() { cmd.Process.Signal(syscall.SIGKILL) })
		acknowledged := total
		for lines := bufio.NewScanner(out); lines.Scan(); {
			n, err := strconv.Atoi(lines.Text())
			if err != nil || n != acknowledged {
				t.Fatalf("trial %d: the child says %q; want action %d", trial, lines.Text(), acknowledged)
			}
			acknowledged++
		}
		cmd.Wait()

		o := childOptions(dir)
		o.ReadOnly = true
		s := open(t, o)
		if len(s.Warnings()) > 0 {
			torn++
		}
		total = int(s.Version())
		if total < acknowledged || total > acknowledged+1 {
			t.Fatalf("trial %d: %d actions are in the journal; %d were acknowledged and at most one more was begun", trial, total, acknowledged)
		}
		var seen []Event
		for e, err := range s.Events() {
			if err != nil {
				t.Fatal(err)
			}
			if want := fmt.Sprint("action-", len(seen)); e.ID != want {
				t.Fatalf("trial %d: the journal holds %q where %q belongs", trial, e.ID, want)
			}
			seen = append(seen, e)
		}
		if err := fold(o.Classes, seen).compare(s.Table(), o.Images.(*imageset.Index)); err != nil {
			t.Fatalf("trial %d: %v", trial, err)
		}
	}
	if total == 0 {
		t.Error("no child lived long enough to write anything")
	}
	t.Logf("%d kills, %d actions, %d torn ends", trials, total, torn)
}

// oneAttempt opens the project, or applies one action after the disk has become too small for it, and closes it.
func oneAttempt(what, dir string) error {
	s, err := Open(childOptions(dir))
	if err != nil {
		return err
	}
	defer s.Close()
	if what == "full" {
		signal.Ignore(syscall.SIGXFSZ)
		size := uint64(s.h.journals[s.own].covered) + 100
		if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: size, Max: size}); err != nil {
			return err
		}
		_, err := s.Apply(action(5))
		return errors.Join(err, sameAs(s, dir))
	}
	return nil
}

func sameAs(s *Store, dir string) error {
	info, err := os.Stat(filepath.Join(dir, "journal", "anna.jsonl"))
	if err != nil {
		return err
	}
	if s.Version() != 3 || info.Size() != s.h.journals[0].covered {
		return fmt.Errorf("CHANGED: version %d, %d bytes, %d known", s.Version(), info.Size(), s.h.journals[0].covered)
	}
	return nil
}

// With the disk full an action is refused, and the journal is as before.
func TestAFullDisk(t *testing.T) {
	dir := t.TempDir()
	s := open(t, childOptions(dir))
	for n := range 3 {
		apply(t, s, action(n))
	}
	s.Close()
	before := journalOf(t, dir)
	out, err := child(t, "full", dir).Output()
	if err != nil || !strings.Contains(string(out), "file too large") || !strings.Contains(string(out), "everything before it is safe") || strings.Contains(string(out), "CHANGED") {
		t.Errorf("the child says %q, %v", out, err)
	}
	if string(journalOf(t, dir)) != string(before) {
		t.Error("the journal changed")
	}
}

// In a folder that cannot be written, reading works, and writing says what to do. The folder is given to another user
// where the test runs as root, who may write anywhere.
func TestAReadOnlyFolder(t *testing.T) {
	dir := t.TempDir()
	s := open(t, childOptions(dir))
	apply(t, s, action(0))
	s.Close()
	for _, d := range []string{dir, filepath.Join(dir, "journal")} {
		if err := os.Chmod(d, 0o555); err != nil {
			t.Fatal(err)
		}
		defer os.Chmod(d, 0o755)
	}
	os.Chmod(filepath.Join(dir, "journal", "anna.lock"), 0o444)

	o := childOptions(dir)
	o.ReadOnly = true
	if s := open(t, o); s.Version() != 1 {
		t.Errorf("version %d; want 1", s.Version())
	} else if _, err := s.Apply(action(1)); !errors.Is(err, ErrReadOnly) {
		t.Errorf("Apply gives %v; want ErrReadOnly", err)
	} else if err := s.Close(); err != nil {
		t.Error(err)
	}

	var text string
	if os.Getuid() != 0 {
		_, err := Open(childOptions(dir))
		text = fmt.Sprint(err)
	} else {
		text = asNobody(t, dir)
	}
	if !strings.Contains(text, "permission denied") || !strings.Contains(text, "Options.ReadOnly") {
		t.Errorf("writing gives %q; want what is wrong and what to do", text)
	}
}

// asNobody opens the project in a process of an ordinary user and returns what that says.
func asNobody(t *testing.T, dir string) string {
	cmd := child(t, "open", dir)
	self, err := os.ReadFile(cmd.Path)
	if err != nil {
		t.Fatal(err)
	}
	place, err := os.MkdirTemp("", "labels")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(place)
	cmd.Path, cmd.Dir = filepath.Join(place, "labels.test"), "/"
	if err := errors.Join(os.Chmod(place, 0o755), os.WriteFile(cmd.Path, self, 0o755)); err != nil {
		t.Fatal(err)
	}
	for d := filepath.Dir(dir); d != os.TempDir() && len(d) > 1; d = filepath.Dir(d) {
		os.Chmod(d, 0o755)
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	out, err := cmd.Output()
	if err != nil {
		t.Skipf("cannot run a process as another user here: %v", err)
	}
	return string(out)
}
