package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/go-rod/rod/lib/input"
)

// unsaved lists the ids of the actions that the page keeps because they are not on disk.
func (s *Studio) unsaved() (ids []string) {
	s.t.Helper()
	text := (&Notebook{Page: s.in, t: s.t}).eval(`() => JSON.stringify(Object.keys(sessionStorage).filter(k => k.startsWith("patchwork-open:")).flatMap(k => JSON.parse(sessionStorage[k]).map(e => e.id)))`)
	if err := json.Unmarshal([]byte(text), &ids); err != nil {
		s.t.Fatal(err)
	}
	return ids
}

// The connection of a page on its own goes away while a person labels, twice: first what the server says is lost, so that it
// has labels of which the page does not know it, then nothing gets through at all. The page says what is not saved, keeps
// it, and in the end each label is once in the journal, under the id that it got when the key was pressed.
// PATCHWORK_CUT_SECONDS says for how long it is cut; without it, four seconds.
func TestStudioWithACutConnection(t *testing.T) {
	Slow(t)
	program := Program(t)
	project := scenesProject(t, program)
	served, _ := Serve(t, program, project)
	cable := NewCable(t, served.Link)
	s := OpenStudio(t, StartBrowser(t), cable.URL)
	seconds, err := strconv.Atoi(os.Getenv("PATCHWORK_CUT_SECONDS"))
	if err != nil {
		seconds = 4
	}
	const limit = 10 * time.Second
	says := func(n int) {
		t.Helper()
		s.Until("the page says how much is not saved", limit, `n => document.getElementById("saved").dataset.level === "bad" &&
			new RegExp(": " + n + " not saved yet, kept in this tab$").test(document.getElementById("saved").textContent)`, n)
	}
	s.Press(input.Digit1, input.ArrowRight)
	s.Saved()

	cable.Mute()
	s.Press(input.Digit2, input.ArrowRight, input.Digit2, input.ArrowRight)
	s.Shows(2, 1, "present")
	heard := s.unsaved()
	for deadline := time.Now().Add(limit); len(Journal(t, project)) < 3 && time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
	}
	Once(t, project, heard) // the server has them; the answers are lost
	cable.Cut()
	says(2)
	s.Press(input.Digit3, input.ArrowRight, input.Digit3, input.KeyU, input.ArrowRight, input.KeyX)
	s.Shows(3, 2, "present")
	says(6)
	s.Until("the images are marked", limit, `() => document.querySelectorAll(".pw-saving:not([hidden])").length === 5`)
	kept := s.unsaved()
	if len(heard) != 2 || len(kept) != 6 || fmt.Sprint(kept[:2]) != fmt.Sprint(heard) {
		t.Errorf("the page keeps %v, before %v; want the two from before and four more", kept, heard)
	}
	time.Sleep(time.Duration(seconds) * time.Second)
	says(6)
	Screenshot(t, s.Page, "studio-cut")
	if got := len(Journal(t, project)); got != 3 {
		t.Errorf("%d actions are in the journal while nothing gets through; want 3", got)
	}

	cable.Mend()
	began := time.Now()
	s.Saved()
	t.Logf("cut for %d s; all saved %v after the connection came back", seconds, time.Since(began).Round(time.Millisecond))
	Once(t, project, kept)
	if got := len(Journal(t, project)); got != 7 {
		t.Errorf("%d actions are in the journal; want 7: %v", got, Journal(t, project))
	}
	s.Until("no image is marked any more", limit, `() => document.querySelectorAll(".pw-saving:not([hidden])").length === 0`)
	if left := s.unsaved(); len(left) > 0 {
		t.Errorf("the page still keeps %v", left)
	}
	s.Shows(3, 2, "present")
	s.Shows(4, 2, "unknown") // undone
	if got := present(t, program, project); got["field"] != 1 || got["forest"] != 2 || got["water"] != 1 {
		t.Errorf("on disk are %v, want one field, two forests and one water", got)
	}
}
