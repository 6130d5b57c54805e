package main

import (
	_ "embed"
	"encoding/json"
	"time"

	"github.com/gopatchwork/patchwork/e2e"
)

//go:embed probe.js
var probe string

// presses is how often a key is pressed.
const presses = 50

// measurePage presses keys in the page of the large project's studio, and then reads how much memory such a page takes.
func measurePage(t *trial) {
	p := t.largeProject()
	served, _ := e2e.Serve(t, e2e.Program(t), p.dir)
	s := e2e.OpenStudio(t, e2e.StartBrowser(t), served.Link)
	s.Until("images come by entropy", 30*time.Second, `() => { const e = document.querySelector("#strategy"); e.value = "entropy"; e.dispatchEvent(new Event("change")); return e.value === "entropy" }`)
	s.Saved()
	if _, err := s.Page.Eval(probe); err != nil {
		t.Fatal(err)
	}
	const open = '6' // the key of a class that the import left open: unknown, present, absent, and again
	for i := range presses {
		s.Press(open)
		t.await(s, "shown", i+1)
		s.Saved()
		t.await(s, "saved", i+1)
		time.Sleep(time.Duration(20+i%7*5) * time.Millisecond) // out of step with the screen
	}
	shown, saved := t.probed(s, "shown"), t.probed(s, "saved")
	t.report(byP95("page/tile", "key press to changed tile", 50*time.Millisecond, shown,
		"headless Chromium, from the key's time stamp until the frame with the change is drawn"))
	t.report(times("page/saved", "key press to \"all saved\"", 0, saved, "the same presses; the label is on disk"))

	for i := range presses / 2 {
		time.Sleep(time.Second) // nobody asks for the next images before having looked at these
		s.Press('\r')
		t.await(s, "batch", i+1)
		s.Saved()
	}
	t.report(byP95("page/batch", "Enter to 16 new images drawn", 150*time.Millisecond, t.probed(s, "batch"), "the same page, strategy entropy, a second after the batch before; thumbnails loaded"))
	measureMemory(t, served)
}

// await waits until the probe has n times of a kind.
func (t *trial) await(s *e2e.Studio, kind string, n int) {
	t.Helper()
	s.Until("the page has measured "+kind, 10*time.Second, `(kind, n) => benchProbe[kind].length >= n`, kind, n)
}

// probed reads the times of a kind, which the page counts in milliseconds.
func (t *trial) probed(s *e2e.Studio, kind string) (ds []time.Duration) {
	t.Helper()
	res, err := s.Page.Eval(`kind => JSON.stringify(benchProbe[kind])`, kind)
	t.must(err)
	var ms []float64
	t.must(json.Unmarshal([]byte(res.Value.Str()), &ms))
	for _, v := range ms {
		ds = append(ds, time.Duration(v*float64(time.Millisecond)))
	}
	return ds
}
