package e2e

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/go-rod/rod/lib/input"

	"github.com/gopatchwork/patchwork/internal/smalldisk"
)

// TestStudioOnAFullDisk: the disk that holds the project is full while a person labels. The page says so in words, why, and
// that it keeps the label; other pages, pictures and the server go on; when there is room again it is saved by itself, once.
func TestStudioOnAFullDisk(t *testing.T) {
	Slow(t)
	program := Program(t)
	disk := smalldisk.Mount(t, "24m")
	project := filepath.Join(disk, "scenes")
	Patchwork(t, program, "init", project, "--images", filepath.Join(Root(t), "testdata", "scenes", "images"), "--classes", classes)
	Patchwork(t, program, "embed", project)
	served, stop := Serve(t, program, project)
	browser := StartBrowser(t)
	s := OpenStudio(t, browser, served.Link)
	const limit = 10 * time.Second
	s.Press(input.Digit1, input.ArrowRight)
	s.Saved()

	filler := filepath.Join(disk, "filler")
	var safe []Journalled // what was in the journal before the first label that was refused
	untilFull := func() {
		t.Helper()
		smalldisk.Fill(t, filler)
		for i := 0; len(s.unsaved()) == 0; i++ { // the last block of the journal may have room for some
			if i == 60 {
				t.Fatal("60 labels of all images fit on a full disk")
			}
			safe = Journal(t, project)
			s.Press(input.KeyA, input.Digit2, input.Escape)
			s.Until("it is saved or refused", limit, `() => document.getElementById("saved").dataset.level !== "busy"`)
		}
	}
	untilFull()
	refused := func(n int) {
		t.Helper()
		s.Until("the page says what is not saved", limit, `n => document.getElementById("saved").dataset.level === "bad" &&
			new RegExp("^" + n + " not saved yet, kept in this tab and tried again: .*no space left on device.* Make room on the disk").test(document.getElementById("saved").textContent)`, n)
	}
	refused(1)
	s.Press(input.ArrowRight, input.Digit3)
	refused(2)
	s.Until("the label is shown and marked", limit, `() => document.querySelectorAll(".pw-saving:not([hidden])").length === 16`)
	Screenshot(t, s.Page, "studio-disk-full")
	kept := s.unsaved()
	second := OpenStudio(t, browser, served.Link) // it is shown, with its pictures
	second.Page.MustClose()
	s.Page.MustActivate()
	time.Sleep(3 * time.Second) // tries again each second
	refused(2)
	if got := Journal(t, project); len(got) != len(safe) {
		t.Errorf("%d actions are in the journal; want the %d from before, whole", len(got), len(safe))
	}
	if got := present(t, program, project); got["field"] != 1 {
		t.Errorf("on a full disk status finds %v; want the label from before", got)
	}

	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	s.Saved()
	Once(t, project, kept)
	if got := Journal(t, project); len(got) != len(safe)+2 {
		t.Errorf("%d actions are in the journal; want %d", len(got), len(safe)+2)
	}
	s.Until("nothing of it is left on the page", limit, `() => !/no space/.test(document.body.innerText) && document.querySelectorAll(".pw-saving:not([hidden])").length === 0`)
	s.Press(input.Enter)
	s.Until("labelling goes on", limit, `() => /by auto/.test(document.getElementById("message").textContent)`)
	s.Press(input.Digit4)
	s.Shows(0, 3, "present")
	s.Saved()

	untilFull()
	refused(1)
	stop()
	s.Until("the page says that the studio is closed and what is not saved", 20*time.Second, `() => /Studio closed/.test(document.getElementById("message").textContent) &&
		document.getElementById("saved").textContent === "closed: 1 not saved"`)
	if got := Journal(t, project); len(got) != len(safe) {
		t.Errorf("%d actions are in the journal after the end; want %d", len(got), len(safe))
	}
	if left, err := filepath.Glob(filepath.Join(project, "*", ".tmp-*")); err != nil || len(left) > 0 {
		t.Errorf("half files are left: %v, error %v", left, err)
	}
}
