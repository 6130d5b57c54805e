package shards

import (
	"iter"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// killedDir tells TestKilled that it is the process that will be killed.
const killedDir = "PATCHWORK_TEST_KILLED_DIR"

// TestKilled kills a process that writes a set, at a moment that is left to chance, and goes on with what it left.
func TestKilled(t *testing.T) {
	o := options()
	if dir := os.Getenv(killedDir); dir != "" {
		t.Fatal("not killed: ", Write(t.Context(), dir, o, slowly))
	}
	dir := t.TempDir()
	child := exec.Command(os.Args[0], "-test.run=^TestKilled$")
	child.Env = append(os.Environ(), killedDir+"="+dir)
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	third := filepath.Join(dir, shardName(2))
	for end := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
		if _, err := os.Stat(third); err == nil {
			break
		}
		if time.Now().After(end) {
			child.Process.Kill()
			t.Fatal("three shards took more than a minute")
		}
	}
	child.Process.Kill()
	child.Wait()

	begun := filepath.Join(dir, ".tmp-"+shardName(3)+"-1") // as a kill between writing and renaming leaves it
	if err := os.WriteFile(begun, []byte("begun"), 0o644); err != nil {
		t.Fatal(err)
	}
	yielded := 0
	if err := Write(t.Context(), dir, o, pictures(30, &yielded)); err != nil {
		t.Fatal(err)
	}
	if yielded > 30-8 {
		t.Errorf("%d images were written again; want at most 22, for two shards were finished", yielded)
	}
	holds(t, dir, 30)
	if names, _ := os.ReadDir(dir); len(names) != 9 {
		t.Errorf("the folder has %d files; want 8 shards and the manifest", len(names))
	}
}

// slowly takes a millisecond for each of 1000 pictures.
func slowly([]Entry) iter.Seq2[Image, error] {
	return func(yield func(Image, error) bool) {
		for i := range 1000 {
			time.Sleep(time.Millisecond)
			if !yield(picture(i), nil) {
				return
			}
		}
	}
}
