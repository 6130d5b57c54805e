package e2e

import (
	"errors"
	"testing"
	"time"

	"github.com/go-rod/rod"
	"github.com/go-rod/rod/lib/proto"
)

// Notebook is a notebook open in the browser, with its kernel connected. Cells count from 0.
type Notebook struct {
	Page *rod.Page
	t    testing.TB
}

// Open shows a notebook of the server and waits until its kernel is connected.
func (j *Jupyter) Open(t testing.TB, browser *rod.Browser, name string) *Notebook {
	t.Helper()
	page := browser.MustPage(j.URL + "/notebooks/" + name + "?token=" + j.Token)
	n := &Notebook{Page: page, t: t}
	n.connected()
	return n
}

// connected waits for the page and its kernel.
func (n *Notebook) connected() {
	n.t.Helper()
	n.Until("the kernel is connected", time.Minute, `() => !!(window.Jupyter && Jupyter.notebook && Jupyter.notebook._fully_loaded &&
		Jupyter.notebook.kernel && Jupyter.notebook.kernel.is_connected())`)
}

// Until waits until a JavaScript function of the page returns true. When the time is over the test fails, and a
// screenshot of that moment is kept.
func (n *Notebook) Until(what string, limit time.Duration, js string, args ...any) {
	n.t.Helper()
	until(n.t, what, limit, n.Page, func() (bool, error) {
		res, err := evaluate(n.Page, js, args...)
		return err == nil && res.Value.Bool(), err
	})
}

// until asks again and again until the answer is yes.
func until(t testing.TB, what string, limit time.Duration, page *rod.Page, ask func() (bool, error)) {
	t.Helper()
	for deadline := time.Now().Add(limit); ; time.Sleep(30 * time.Millisecond) {
		yes, err := ask()
		if yes {
			return
		}
		if time.Now().After(deadline) {
			Screenshot(t, page, "failed-"+t.Name())
			t.Fatalf("e2e: waited %v in vain until %s (%v)", limit, what, err)
		}
	}
}

// evaluate runs JavaScript in a document, for 10 seconds at most: an answer that is lost while another document takes
// its place would be waited for without end. The driver dereferences nil where a frame has lost its document; here that
// is an error like any other.
func evaluate(page *rod.Page, js string, args ...any) (res *proto.RuntimeRemoteObject, err error) {
	defer func() {
		if recover() != nil {
			err = errors.New("the frame has no document")
		}
	}()
	page = page.Timeout(10 * time.Second)
	defer page.CancelTimeout()
	return page.Eval(js, args...)
}

// reload loads a page again, as F5 does, and waits until another document is in its place.
func reload(t testing.TB, page *rod.Page) {
	t.Helper()
	page = page.Timeout(time.Minute)
	defer page.CancelTimeout()
	if err := page.Reload(); err != nil {
		t.Fatalf("e2e: reload: %v", err)
	}
}

// Start executes a cell and does not wait.
func (n *Notebook) Start(cell int) {
	n.t.Helper()
	n.eval(`i => { Jupyter.notebook.select(i); Jupyter.notebook.get_cell(i).execute(); return true }`, cell)
}

// Wait waits until a cell that was started has ended and returns the text of its output.
func (n *Notebook) Wait(cell int, limit time.Duration) string {
	n.t.Helper()
	n.Until("the cell has ended", limit, `i => /^[0-9]+$/.test(String(Jupyter.notebook.get_cell(i).input_prompt_number))`, cell)
	// The answer comes on one channel and the output on another; the kernel says that it is idle behind the output.
	n.Until("the kernel is idle", limit, `() => document.getElementById("kernel_indicator_icon").classList.contains("kernel_idle_icon")`)
	return n.Text(cell)
}

// Run executes a cell, waits until it has ended and returns the text of its output.
func (n *Notebook) Run(cell int, limit time.Duration) string {
	n.t.Helper()
	n.Start(cell)
	return n.Wait(cell, limit)
}

// Text is what the output of a cell shows at the moment.
func (n *Notebook) Text(cell int) string {
	n.t.Helper()
	return n.eval(`i => Jupyter.notebook.get_cell(i).output_area.element[0].innerText`, cell)
}

// Save writes the notebook to its file.
func (n *Notebook) Save() {
	n.t.Helper()
	n.eval(`() => Jupyter.notebook.save_notebook().then(() => "saved")`)
}

// Reload loads the page again, as F5 does, and waits until the kernel is connected.
func (n *Notebook) Reload() {
	n.t.Helper()
	n.eval(`() => { window.onbeforeunload = null; window.Jupyter.notebook.set_dirty(false); return "" }`)
	reload(n.t, n.Page)
	n.connected()
}

// RestartKernel ends the kernel, and with it what hangs on it, and waits for the new one.
func (n *Notebook) RestartKernel() {
	n.t.Helper()
	n.eval(`() => new Promise((ok, fail) => Jupyter.notebook.kernel.restart(() => ok("restarted"), () => fail(Error("restart failed"))))`)
	n.connected()
}

// Interrupt stops the running cell.
func (n *Notebook) Interrupt() {
	n.t.Helper()
	n.eval(`() => { Jupyter.notebook.kernel.interrupt(); return "" }`)
}

// eval runs JavaScript in the page and returns its result as text; the test fails if it throws.
func (n *Notebook) eval(js string, args ...any) string {
	n.t.Helper()
	res, err := n.Page.Timeout(time.Minute).Eval(js, args...)
	if err != nil {
		n.t.Fatalf("e2e: %v", err)
	}
	return res.Value.Str()
}
