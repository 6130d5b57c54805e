package e2e

import (
	"testing"
	"time"

	"github.com/go-rod/rod"
)

// Lab is a notebook open in JupyterLab. Cells count from 0.
type Lab struct {
	*Notebook // only what does not ask the classic notebook: Until, Page
	name      string
}

// OpenLab shows a notebook of the server and waits until its kernel is connected.
func (j *Jupyter) OpenLab(t testing.TB, browser *rod.Browser, name string) *Lab {
	t.Helper()
	page := browser.MustPage(j.URL + "/lab?token=" + j.Token)
	l := &Lab{&Notebook{Page: page, t: t}, name}
	l.open()
	return l
}

func (l *Lab) open() {
	l.t.Helper()
	l.Until("JupyterLab has started", time.Minute, `() => !!window.labReady`)
	l.eval(`name => jupyterapp.commands.execute("docmanager:open", { path: name, factory: "Notebook" })
		.then(w => { window.nb = w; jupyterapp.shell.activateById(w.id); return "" })`, l.name)
	l.Until("the kernel is connected", time.Minute, `() => nb.sessionContext.isReady && nb.content.widgets.length > 0 &&
		nb.sessionContext.session?.kernel?.connectionStatus === "connected"`)
}

// Start executes a cell and does not wait.
func (l *Lab) Start(cell int) {
	l.t.Helper()
	l.eval(`i => { nb.content.activeCellIndex = i; nb.content.deselectAll(); jupyterapp.commands.execute("notebook:run-cell"); return "" }`, cell)
}

// Studio finds the studio in the notebook's only frame.
func (l *Lab) Studio() *Studio {
	l.t.Helper()
	l.Until("the studio is in its frame", 2*time.Minute, `() => !!document.querySelector(".jp-OutputArea iframe")`)
	frame, err := l.Page.Element(".jp-OutputArea iframe")
	if err != nil {
		l.t.Fatalf("e2e: no frame in the notebook: %v", err)
	}
	in, err := frame.Frame()
	if err != nil {
		l.t.Fatalf("e2e: the frame cannot be entered: %v", err)
	}
	s := &Studio{Page: l.Page, in: in, t: l.t}
	s.ready()
	return s
}

// Cells is the number of cells.
func (l *Lab) Cells() string { return l.eval(`() => String(nb.content.widgets.length)`) }

// SaveAndReload writes the notebook to its file and loads the page again.
func (l *Lab) SaveAndReload() {
	l.t.Helper()
	l.eval(`() => jupyterapp.commands.execute("docmanager:save").then(() => "")`)
	reload(l.t, l.Page)
	l.open()
}

// RestartKernel ends the kernel, and with it what hangs on it.
func (l *Lab) RestartKernel() {
	l.t.Helper()
	l.eval(`() => nb.sessionContext.restartKernel().then(() => "")`)
}
