package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/go-rod/rod/lib/input"
	"github.com/go-rod/rod/lib/proto"
	"github.com/gopatchwork/patchwork/widgets/host"
)

// The network between page and Jupyter goes away for longer than the page waits for an answer, and later the studio
// itself: what was labelled meanwhile is on disk in the end, and the page says what is the case.
func TestStudioThroughTheKernelWithFaults(t *testing.T) {
	Slow(t)
	program := Program(t)
	j := StartJupyter(t, JupyterOptions{Host: Hub})
	cable := NewCable(t, j.URL)
	j.URL = cable.URL
	project := scenesProject(t, program)
	j.Write(t, "studio.ipynb",
		fmt.Sprintf("import \"github.com/gopatchwork/patchwork/patchwork\"\nvar p = patchwork.MustOpen(%q)\n%%%%\np.Studio()", project))
	n := j.Open(t, StartBrowser(t, ToHub, Together), "studio.ipynb")
	go n.Page.EachEvent(func(*proto.PageJavascriptDialogOpening) { // a page with unsaved labels asks before it goes
		proto.PageHandleJavaScriptDialog{Accept: true}.Call(n.Page)
	})()
	n.Run(0, 3*time.Minute)
	s := n.Studio(0)

	s.Click(".pw-tile:nth-child(2) .pw-picture")
	t.Logf("ms from key to saved: %s", s.timed(input.Digit6, 20))
	s.Until("many pictures at once come", time.Minute, `async () => { const src = [...document.querySelectorAll(".pw-picture img")].map((i) => i.getAttribute("src"));
		window.many = performance.now();
		const got = await Promise.all(Array.from({ length: 400 }, (_, i) => fetch(src[i % src.length] + "&again=" + i).then((r) => r.arrayBuffer())));
		window.many = [performance.now() - window.many, got.reduce((sum, b) => sum + b.byteLength, 0)];
		return got.every((b) => b.byteLength > 100) }`)
	t.Logf("400 pictures: %s", (&Notebook{Page: s.in, t: t}).eval(`() => window.many.map(Math.round).join(" ms, ") + " bytes"`))
	began := time.Now()
	s.Click(".pw-tile:nth-child(1) .pw-chip:nth-child(1)")
	s.Saved()
	t.Logf("a label after that is saved after %v", time.Since(began).Round(time.Millisecond))

	before := present(t, program, project)
	cable.Cut()
	s.Click(".pw-tile:nth-child(2) .pw-chip:nth-child(2)")
	s.Shows(1, 1, "present")
	time.Sleep(20 * time.Second) // longer than the page's patience
	s.Until("the page says that it is not saved", time.Second, `() => /1 not saved yet/.test(document.getElementById("saved").textContent)`)
	cable.Mend()
	began = time.Now()
	s.Saved()
	t.Logf("saved %v after the network came back", time.Since(began).Round(time.Millisecond))
	if got := present(t, program, project); got["forest"] != before["forest"]+1 {
		t.Errorf("on disk are %v, before %v; want one forest more", got, before)
	}

	cable.Cut()
	s.tap(".pw-tile:nth-child(3) .pw-chip:nth-child(2)")
	s.Shows(2, 1, "present")
	cable.Mend()
	n.Save()
	n.Reload() // the label may be only in the page's storage
	s = n.Studio(0)
	if s.Label(2, 1) != "present" {
		t.Error("a label that was not saved is gone after a reload")
	}
	s.Saved()
	if got := present(t, program, project); got["forest"] != before["forest"]+2 {
		t.Errorf("on disk are %v, before %v; want two forests more", got, before)
	}

	record, alive, err := host.Find(project)
	if err != nil || !alive {
		t.Fatalf("no server: %v", err)
	}
	if err := syscall.Kill(record.PID, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	n.Until("the cell shows its static form", time.Minute, `() => !document.querySelector(".output_area iframe") && /Not connected/.test(document.querySelector(".output_area").innerText)`)
	n.Run(0, time.Minute)
	s = n.Studio(0)
	s.tap(".pw-tile:nth-child(4) .pw-chip:nth-child(2)")
	s.Saved()
	if got := present(t, program, project); got["forest"] != before["forest"]+3 {
		t.Errorf("on disk are %v, before %v; want three forests more", got, before)
	}
	if log, err := os.ReadFile(filepath.Join(project, "server.log")); err == nil && len(log) > 0 {
		t.Logf("the server's log: %s", log)
	}
}

// timed presses a key n times and returns how long each took until all was saved, in milliseconds, shortest first.
func (s *Studio) timed(key input.Key, times int) string {
	s.t.Helper()
	n := &Notebook{Page: s.in, t: s.t}
	n.eval(`() => { window.times = [];
		let at = 0;
		addEventListener("keydown", () => (at = performance.now()), true);
		new MutationObserver(() => { if (at && document.getElementById("saved").textContent === "all saved") { window.times.push(performance.now() - at); at = 0 } })
			.observe(document.getElementById("saved"), { childList: true, characterData: true, subtree: true });
		return "" }`)
	for i := range times {
		s.Press(key)
		s.Until("it is saved", 10*time.Second, `i => window.times.length > i`, i)
	}
	return n.eval(`() => window.times.sort((a, b) => a - b).map((ms) => ms.toFixed()).join(" ")`)
}

// tap clicks an element from within the page, whatever Jupyter shows in front of it, such as its word that the
// connection is broken.
func (s *Studio) tap(selector string) {
	s.t.Helper()
	(&Notebook{Page: s.in, t: s.t}).eval(`selector => { document.querySelector(selector).click(); return "" }`, selector)
}
