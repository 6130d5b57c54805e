package e2e

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-rod/rod"
	"github.com/go-rod/rod/lib/input"
)

// Program builds the command line once for each test binary and returns its path.
func Program(t testing.TB) string {
	t.Helper()
	file := filepath.Join(Root(t), "build", "e2e", "patchwork")
	cmd := exec.Command("go", "build", "-ldflags=-s", "-o", file, "./patchwork/cmd/patchwork")
	cmd.Dir = Root(t)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("e2e: the command does not build: %v\n%s", err, out)
	}
	return file
}

// Patchwork runs one command and returns what it printed; the test fails if the command does.
func Patchwork(t testing.TB, program string, args ...string) string {
	t.Helper()
	cmd := exec.Command(program, args...)
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errOut
	if err := cmd.Run(); err != nil {
		t.Fatalf("e2e: patchwork %s: %v\n%s%s", strings.Join(args, " "), err, &out, &errOut)
	}
	return out.String()
}

// Served is where a studio is, as `patchwork serve --json` prints it.
type Served struct {
	URL, Token, Link string
	PID              int
}

// Serve runs the studio of a project until the test ends and returns where it is.
func Serve(t testing.TB, program, project string) (s Served, stop func()) {
	t.Helper()
	log := filepath.Join(Root(t), "build", "e2e", strings.ReplaceAll(t.Name(), "/", "-")+"-serve.log")
	stop = Start(t, project, log, nil, program, "serve", project, "--json")
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		text, _ := os.ReadFile(log)
		if err := json.NewDecoder(bytes.NewReader(text)).Decode(&s); err == nil && s.Link != "" {
			return s, stop
		}
	}
	text, _ := os.ReadFile(log)
	t.Fatalf("e2e: the studio did not start; it printed:\n%s", text)
	return s, stop
}

// Studio is the studio's page, alone in a tab or in the frame of a notebook cell.
type Studio struct {
	Page *rod.Page // the tab, which has the keyboard
	in   *rod.Page // the document of the studio
	cell *Notebook // the notebook of the frame; nil in a tab
	t    testing.TB
}

// OpenStudio opens the page in a tab of its own.
func OpenStudio(t testing.TB, browser *rod.Browser, link string) *Studio {
	t.Helper()
	page := browser.MustPage(link)
	s := &Studio{Page: page, in: page, t: t}
	s.ready()
	return s
}

// Studio finds the studio in the output of a cell.
func (n *Notebook) Studio(cell int) *Studio {
	n.t.Helper()
	s := n.Frame(cell)
	s.ready()
	return s
}

// Frame finds the frame of any widget in the output of a cell.
func (n *Notebook) Frame(cell int) *Studio {
	n.t.Helper()
	n.Until("the widget is in its frame", time.Minute, `i => !!Jupyter.notebook.get_cell(i).output_area.element[0].querySelector("iframe")`, cell)
	s := &Studio{Page: n.Page, cell: n, t: n.t}
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(30 * time.Millisecond) {
		err := s.enter()
		if err == nil {
			return s
		}
		if time.Now().After(deadline) {
			n.t.Fatalf("e2e: the frame cannot be entered: %v", err)
		}
	}
}

// enter goes into the last frame of the notebook. A cell that loses its connection takes its frame away and shows
// another when it is back, so a frame that was found may have no document any more.
func (s *Studio) enter() error {
	frames, err := s.Page.Timeout(time.Minute).Elements(".output_area iframe")
	if err != nil {
		return err
	}
	if len(frames) == 0 {
		return errors.New("no frame in the notebook")
	}
	if err := frames.Last().ScrollIntoView(); err != nil {
		return err
	}
	in, err := frames.Last().Frame()
	if err != nil {
		return err
	}
	if _, err := evaluate(in, `() => document.readyState`); err != nil {
		return err
	}
	s.in = in
	return nil
}

// ready waits until the images are there and the connection is live.
func (s *Studio) ready() {
	s.t.Helper()
	s.Until("the images are shown", 30*time.Second, `() => { const all = [...document.querySelectorAll(".pw-picture img")];
		return all.length > 0 && all.slice(0, 4).every(i => i.complete && i.naturalWidth > 0) }`) // those below come when seen
	s.Saved()
}

// Until waits until a JavaScript function of the studio's document returns true.
func (s *Studio) Until(what string, limit time.Duration, js string, args ...any) {
	s.t.Helper()
	until(s.t, what, limit, s.Page, func() (bool, error) {
		res, err := evaluate(s.in, js, args...)
		if err != nil && s.cell != nil {
			return false, errors.Join(err, s.enter())
		}
		return err == nil && res.Value.Bool(), err
	})
}

// Saved waits until the page says that everything is on disk.
func (s *Studio) Saved() {
	s.t.Helper()
	s.Until("all is saved", 20*time.Second, `() => document.getElementById("saved").textContent === "all saved"`)
}

// Text is the text of an element, by its id.
func (s *Studio) Text(id string) string {
	s.t.Helper()
	n := Notebook{Page: s.in, t: s.t}
	return n.eval(`id => document.getElementById(id).innerText`, id)
}

// Press presses keys one after the other.
func (s *Studio) Press(keys ...input.Key) {
	s.t.Helper()
	for _, key := range keys {
		if err := s.Page.Keyboard.Type(key); err != nil {
			s.t.Fatalf("e2e: key %v: %v", key, err)
		}
	}
}

// Click clicks the first element that a CSS selector finds.
func (s *Studio) Click(selector string) {
	s.t.Helper()
	element, err := s.in.Timeout(20 * time.Second).Element(selector)
	if err == nil {
		err = element.Click("left", 1)
	}
	if err != nil {
		Screenshot(s.t, s.Page, "failed-"+s.t.Name())
		s.t.Fatalf("e2e: cannot click %s: %v", selector, err)
	}
}

// Label is what a tile shows for a class: "present", "absent" or "unknown".
func (s *Studio) Label(tile, class int) string {
	s.t.Helper()
	n := Notebook{Page: s.in, t: s.t}
	return n.eval(labelOf, tile, class)
}

// labelOf reads a class chip of a tile.
const labelOf = `(tile, cls) => document.querySelectorAll(".pw-tile")[tile].querySelectorAll(".pw-chip")[cls].dataset.value`

// Shows waits until a tile shows that label for a class.
func (s *Studio) Shows(tile, class int, want string) {
	s.t.Helper()
	s.Until("a tile shows "+want, 10*time.Second, `(tile, cls, want) => (`+labelOf+`)(tile, cls) === want`, tile, class, want)
}
