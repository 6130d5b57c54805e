package widgets

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/go-rod/rod"
	"github.com/go-rod/rod/lib/input"
	"github.com/gopatchwork/patchwork/widgets/host"
)

// js evaluates an expression on the page and returns it as JSON text.
func js(page *rod.Page, expression string) string {
	return page.MustEval("() => JSON.stringify(" + expression + ") ?? 'undefined'").Str()
}

// soon waits until an expression on the page is as wanted.
func soon(t *testing.T, page *rod.Page, expression, want, why string) {
	t.Helper()
	var got string
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(30 * time.Millisecond) { // a machine may be busy
		if got = js(page, expression); got == want {
			return
		}
	}
	t.Errorf("%s: %s is %s; want %s", why, expression, got, want)
}

func press(page *rod.Page, keys ...input.Key) {
	for _, key := range keys {
		page.Keyboard.MustType(key)
	}
}

func TestPageKeysAndClicks(t *testing.T) {
	b, url := browser(t), fixture(t)
	page := open(t, b, url+"?echarts&noscores", false)
	const at = "document.querySelector('[data-cursor]').dataset.row"
	const last = "window.log.at(-1)"
	page.MustEval(`() => { window.stray = []; document.addEventListener("keydown", (e) => window.stray.push(e.key)); }`)

	press(page, input.Digit1)
	if got := js(page, "window.log"); got != "[]" {
		t.Errorf("without the focus a key labelled: %s", got)
	}
	page.MustElement("[role=grid]").MustFocus()
	press(page, input.ArrowRight, input.ArrowDown)
	soon(t, page, at, `"105"`, "right and down")
	press(page, input.Digit2)
	soon(t, page, last+".changes", `[{"row":105,"class":1,"value":-1}]`, "2 on an absent class")
	soon(t, page, "document.querySelector('[data-cursor] [data-class=\"1\"]').getAttribute('aria-pressed')", `"mixed"`, "it is painted")
	press(page, input.Space)
	soon(t, page, at, `"106"`, "space goes on")
	press(page, input.KeyX)
	soon(t, page, last, `{"kind":"exclude","row":106,"value":true}`, "x")
	press(page, input.KeyU)
	soon(t, page, last, `{"kind":"undo"}`, "u")
	soon(t, page, "document.querySelector('[data-row=\"106\"]').hasAttribute('data-excluded')", "false", "undo brings it back")
	press(page, input.KeyG, input.KeyG, input.KeyJ)
	if got := js(page, "window.stray"); got != `["1"]` {
		t.Errorf("the notebook got the keys %s; want only the one before the focus", got)
	}

	page.MustEval(`() => { window.slow = 300 }`)
	page.MustElement(`[data-row="100"] [data-class="2"]`).MustClick()
	soon(t, page, at, `"100"`, "a click on a chip brings the cursor")
	soon(t, page, `document.querySelector('[data-row="100"] .pw-saving').hidden`, "false", "not saved yet")
	soon(t, page, `document.querySelector('[data-row="100"] .pw-saving').hidden`, "true", "saved")
	soon(t, page, `models.grid.get("current").values[2]`, "1", "Go's view holds it")
	soon(t, page, `document.querySelectorAll('.pw-buttons [data-class="2"][aria-checked=true]')[0].dataset.value`, `"present"`, "the buttons follow")
	page.MustElement(`.pw-buttons [data-class="3"][data-value="absent"]`).MustClick()
	soon(t, page, last+".changes", `[{"row":100,"class":3,"value":0}]`, "a button labels the tile under the cursor")

	page.MustElement(`[data-row="102"] img`).MustClick()
	press(page, input.KeyZ)
	soon(t, page, "document.querySelector('[data-zoom]').hidden", "false", "z opens the image")
	shot(t, page, "zoom")
	press(page, input.ArrowRight)
	soon(t, page, "document.querySelector('[data-zoom] p').textContent", `"region-1/tiles/scene_1003.jpg"`, "the image follows the cursor")
	press(page, input.Escape)
	soon(t, page, "document.querySelector('[data-zoom]').hidden", "true", "Escape closes it")
	press(page, input.Enter)
	soon(t, page, at, `"200"`, "Enter brings the next batch, cursor first")
	press(page, input.Escape)
	soon(t, page, "document.activeElement === document.body", "true", "Escape gives the keys back")
	page.MustElement(".pw-cancel").MustClick()
	soon(t, page, last, `{"kind":"cancel"}`, "cancel")
	if _, ok := EChartsJS(); ok {
		soon(t, page, "document.querySelectorAll('.pw-chart canvas').length", "1", "the curves are live")
	}
	page.MustEval(`() => window.closers.forEach((close) => close())`)
	soon(t, page, "document.querySelectorAll('.pw').length", "0", "the widgets clean up")
}

func TestPageLooks(t *testing.T) {
	b, url := browser(t), fixture(t)
	for _, look := range []struct {
		name, query string
		dark        bool
	}{{"light", "", false}, {"dark", "?echarts", true}, {"light-many", "?echarts&classes=10&n=16", false}, {"dark-many", "?echarts&classes=10&n=16", true}} {
		page := open(t, b, url+look.query, look.dark)
		page.MustElement("[role=grid]").MustFocus()
		shot(t, page, look.name)
		// Nothing may be wider than the page, and a caption with a tag in it is text.
		if wide := js(page, "document.documentElement.scrollWidth > innerWidth"); wide != "false" {
			t.Errorf("%s: the page is wider than its window", look.name)
		}
		if look.query != "" && strings.Contains(look.query, "classes=10") {
			if got := js(page, "document.querySelectorAll('main b').length"); got != "0" {
				t.Errorf("%s: a class name became %s elements", look.name, got)
			}
		}
		page.MustClose()
	}
}

// cellPage opens the page of a session that is served by a real server.
func cellPage(t *testing.T, s *session) (*rod.Page, *host.Server, context.CancelFunc) {
	t.Helper()
	s.begin()
	page, server, cancel := servedPage(t, s, s.shell())
	page.MustElement(".pw-cell[data-mode]")
	return page, server, cancel
}

// servedPage opens the page of an app that a real server serves.
func servedPage(t *testing.T, app host.App, shell host.Shell) (*rod.Page, *host.Server, context.CancelFunc) {
	t.Helper()
	b := browser(t)
	server, err := host.New(app, host.Options{Assets: Assets, Page: shell.HTML})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	go server.Serve(ctx)
	page := b.MustPage(server.Link()).Timeout(40 * time.Second)
	page.MustSetViewport(1100, 760, 1, false)
	return page, server, cancel
}

func TestCellLabelsThroughARealServer(t *testing.T) {
	s := &session{mode: "grid", title: "label images", columns: 4, classes: Classes("forest", "water")}
	for i := range 8 {
		s.images = append(s.images, GridImage{Src: pngOf(t, speckled(60+i, 60)), Caption: fmt.Sprintf("image %d", i), Scores: []float32{0.9, 0.2}})
	}
	page, _, _ := cellPage(t, s)
	value := func(row, class int) int8 {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.values[row][class]
	}
	page.MustElement("[role=grid]").MustFocus()
	press(page, input.Digit1, input.Space)
	soon(t, page, "document.querySelector('.pw-cellcount').textContent", `"1 of 8 labelled"`, "the view comes back")
	if value(0, 0) != present || value(0, 1) != absent {
		t.Errorf("labels are %v; want present and absent", s.values[0])
	}
	page.MustElementR("button", "Undo").MustClick()
	soon(t, page, "document.querySelector('.pw-cellcount').textContent", `"0 of 8 labelled"`, "undo")
	press(page, input.KeyX) // belongs to a project, not to this grid
	soon(t, page, "document.querySelector('.pw-cellstate').textContent.includes('no meaning here')", "true", "a refusal is said")
	soon(t, page, "document.querySelectorAll('[data-excluded]').length", "0", "and what was refused is not shown")
	shot(t, page, "cell")

	page.MustReload()
	page.MustElement(".pw-cell[data-mode]")
	soon(t, page, `document.querySelector('[data-row="0"] [data-class="0"]').dataset.value`, `"present"`, "a reload shows the labels")
	page.MustElementR("button", "Done").MustClick()
	soon(t, page, "document.querySelector('.pw-cellstate').textContent", `"ended: done"`, "the page says that it has ended")
}

func TestCellAsksForOneImage(t *testing.T) {
	s := &session{mode: "buttons", title: "label", columns: 1, classes: Classes("forest", "water", "road"),
		images: []GridImage{{Src: pngOf(t, speckled(200, 200)), Caption: "one", Scores: []float32{0.9, 0.2, 0.5}}}}
	page, _, cancel := cellPage(t, s)
	page.MustElement(`.pw-buttons [data-class="2"][data-value="present"]`).MustClick()
	soon(t, page, "document.querySelector('.pw-cellstate').textContent", `""`, "saved")
	shot(t, page, "cell-buttons")
	cancel()
	soon(t, page, "document.querySelector('.pw-cellstate').textContent", `"ended: stopped"`, "an interrupt ends it")
	if s.values[0][2] != present {
		t.Errorf("labels are %v; want the third present", s.values[0])
	}
}
