package widgets

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/go-rod/rod"
	"github.com/go-rod/rod/lib/devices"
	"github.com/go-rod/rod/lib/input"
	"github.com/go-rod/rod/lib/proto"
)

// touchScreen is a small tablet.
var touchScreen = devices.Device{
	Title: "tablet", Capabilities: []string{"touch", "mobile"}, UserAgent: "test",
	Screen: devices.Screen{DevicePixelRatio: 1, Vertical: devices.ScreenSize{Width: 800, Height: 1000}, Horizontal: devices.ScreenSize{Width: 1000, Height: 800}},
}

// heap is how much JavaScript memory the page holds, in bytes, after the garbage is collected.
func heap(t *testing.T, page *rod.Page) float64 {
	t.Helper()
	if err := (proto.HeapProfilerCollectGarbage{}).Call(page); err != nil {
		t.Fatal(err)
	}
	use, err := proto.RuntimeGetHeapUsage{}.Call(page)
	if err != nil {
		t.Fatal(err)
	}
	return use.UsedSize
}

func TestGridOfManyPages(t *testing.T) {
	b, url := browser(t), fixture(t)
	page := open(t, b, url+"?pages=100000", false).CancelTimeout().Timeout(3 * time.Minute)
	page.MustEval(`() => { window.slow = 15 }`)
	page.MustElement("[role=grid]").MustFocus()
	const (
		nodes  = "document.querySelectorAll('#grid *').length"
		images = "document.querySelectorAll('#grid .pw-cells img').length"
		coming = "document.querySelectorAll('[data-coming]').length"
		seen   = `[...document.querySelectorAll(".pw-tile")].filter((n) => { const r = n.getBoundingClientRect(), s = document.querySelector(".pw-scroll").getBoundingClientRect(); return r.bottom > s.top && r.top < s.bottom })`
	)
	soon(t, page, coming, "0", "the first tiles are there")
	shot(t, page, "pages")
	begin, first := figure(t, page, nodes), heap(t, page)
	page.MustEval(`async () => {
		const cells = document.querySelector(".pw-cells");
		const waits = () => ` + seen + `.some((n) => n.hasAttribute("data-coming"));
		for (let i = 0; i < 200; i++) {
			cells.dispatchEvent(new KeyboardEvent("keydown", { key: "PageDown", code: "PageDown", bubbles: true, cancelable: true }));
			do await new Promise((later) => setTimeout(later, 4)); while (waits());
		}
	}`)
	soon(t, page, "models.grid.get('cursor') > 1500", "true", "200 pages down")
	end, last := figure(t, page, nodes), heap(t, page)
	t.Logf("200 pages: %v to %v elements, %v images, heap %.1f to %.1f MB, %s events", begin, end, js(page, images), first/1e6, last/1e6, js(page, "window.log.length"))
	if end > 3*begin || figure(t, page, images) > 120 {
		t.Errorf("after 200 pages there are %v elements and %v images; %v elements before", end, js(page, images), begin)
	}
	if last > first+20e6 {
		t.Errorf("after 200 pages the page holds %.1f MB; %.1f MB before", last/1e6, first/1e6)
	}

	press(page, input.End)
	soon(t, page, "models.grid.get('cursor')", "99999", "End is the last of all")
	soon(t, page, seen+".filter((n) => n.hasAttribute('data-coming')).length", "0", "and it is shown")
	shot(t, page, "pages-end")
	page.MustEval(`() => { document.querySelector(".pw-scroll").scrollTop = 0 }`)
	soon(t, page, seen+"[0]?.dataset.row", `"0"`, "the scroll bar leads back")
	soon(t, page, "models.grid.get('cursor')", "null", "the cursor stays where it was, out of sight")
	press(page, input.Digit1)
	soon(t, page, "models.grid.get('cursor')", "99999", "a key shows the image that it meant")
	if got := js(page, "window.log.filter((m) => m.kind === 'set').length"); got != "0" {
		t.Error("a key labelled an image out of sight")
	}

	press(page, input.Home)
	soon(t, page, seen+".filter((n) => n.hasAttribute('data-coming')).length", "0", "the first page is back")
	press(page, input.KeyA, input.Digit1)
	soon(t, page, "window.log.filter((m) => m.kind === 'set').map((m) => [m.changes.length + m.spans.reduce((n, [a, b]) => n + b - a, 0), m.batch, m.fill])", `[[100000,"b1",[{"class":0,"value":1}]]]`, "all 100,000 in one event")
	soon(t, page, "labelOf(77777, 0)", "1", "Go labels what the page has not seen")
	press(page, input.KeyU)
	soon(t, page, "[labelOf(0, 0), labelOf(77777, 0)]", "[-1,-1]", "one undo takes all back")
}

func TestGridOfPagesIsDraggedAndScrolled(t *testing.T) {
	b, url := browser(t), fixture(t)
	page := open(t, b, url+"?pages=5000", false)
	at := middle(page, `[data-row="1"] img`)
	page.Mouse.MustMoveTo(at.X, at.Y).MustDown(proto.InputMouseButtonLeft)
	page.Mouse.MustMoveTo(at.X+20, at.Y+20)
	page.Mouse.MustMoveTo(at.X+240, at.Y+900) // below the grid, which then scrolls
	soon(t, page, "models.grid.get('selected') >= 20", "true", "a box that is drawn beyond the edge goes on")
	page.Mouse.MustUp(proto.InputMouseButtonLeft)
	n := js(page, "models.grid.get('selected')")
	press(page, input.Digit1)
	soon(t, page, "window.log.filter((m) => m.kind === 'set').map((m) => m.changes.length + (m.spans ?? []).reduce((n, [a, b]) => n + b - a, 0))", "["+n+"]", "one event for what is seen and what is not")
	press(page, input.KeyU)

	page.MustEmulate(touchScreen)
	page.MustNavigate(url + "?pages=5000").MustElement("body[data-ready]")
	at = middle(page, `[data-row="1"] img`)
	for i := range 12 {
		touch := proto.InputDispatchTouchEvent{Type: proto.InputDispatchTouchEventTypeTouchMove, TouchPoints: []*proto.InputTouchPoint{{X: at.X, Y: at.Y + 300 - 30*float64(i)}}}
		if i == 0 {
			touch.Type = proto.InputDispatchTouchEventTypeTouchStart
		}
		if i == 11 {
			touch.Type, touch.TouchPoints = proto.InputDispatchTouchEventTypeTouchEnd, []*proto.InputTouchPoint{}
		}
		if err := touch.Call(page); err != nil {
			t.Fatal(err)
		}
	}
	soon(t, page, "document.querySelector('.pw-scroll').scrollTop > 200", "true", "a finger scrolls")
	soon(t, page, "models.grid.get('selected')", "0", "and selects nothing")
}

// TestGridKeyToTile measures how long a key takes until its tile has changed on the page.
func TestGridKeyToTile(t *testing.T) {
	b, url := browser(t), fixture(t)
	page := open(t, b, url+"?pages=100000", false)
	page.MustElement("[role=grid]").MustFocus()
	page.MustEval(`() => {
		document.querySelector("aside").remove(); // its moving bars are drawn all the time
		window.times = [];
		const cells = document.querySelector(".pw-cells");
		let at = 0;
		addEventListener("keydown", (e) => { at = e.key >= "1" && e.key <= "9" ? e.timeStamp : 0; }, true);
		new MutationObserver((list) => { if (at && list.some((m) => m.attributeName === "data-value")) {
			const from = at; at = 0;
			requestAnimationFrame(() => { const c = new MessageChannel(); c.port1.onmessage = () => window.times.push(performance.now() - from); c.port2.postMessage(0); });
		} }).observe(cells, { subtree: true, attributes: true, attributeFilter: ["data-value"] });
	}`)
	for range 40 {
		press(page, input.Digit1)
		time.Sleep(60 * time.Millisecond) // nobody is faster
		press(page, input.ArrowRight)
		time.Sleep(60 * time.Millisecond)
	}
	time.Sleep(200 * time.Millisecond)
	var times []float64
	if err := json.Unmarshal([]byte(js(page, "window.times")), &times); err != nil {
		t.Fatal(err)
	}
	if len(times) < 30 {
		t.Fatalf("%d of 40 keys changed a tile", len(times))
	}
	slices.Sort(times)
	t.Logf("key to changed tile: median %.1f ms, 95th percentile %.1f ms, of %d", times[len(times)/2], times[len(times)*95/100], len(times))
}

// TestCellLabelsManyImages runs the grid of a cell over more images than are sent at once.
func TestCellLabelsManyImages(t *testing.T) {
	s := &session{mode: "grid", title: "label images", columns: 5, classes: Classes("forest", "water")}
	small := pngOf(t, speckled(60, 60))
	for i := range 300 {
		s.images = append(s.images, GridImage{Src: small, Caption: fmt.Sprintf("image %d", i), Why: "all of them"})
	}
	page, _, _ := cellPage(t, s)
	count := "document.querySelector('.pw-cellcount').textContent"
	soon(t, page, "document.querySelectorAll('.pw-tile:not([data-coming])').length > 10", "true", "the first window")
	press(page, input.End)
	soon(t, page, `document.querySelector('[data-row="299"] [data-class="0"]')?.dataset.value`, `"unknown"`, "the last window")
	press(page, input.Digit2, input.KeyA, input.Space)
	soon(t, page, count, `"300 of 300 labelled"`, "all in one step")
	shot(t, page, "cell-many")
	press(page, input.KeyU)
	soon(t, page, count, `"0 of 300 labelled"`, "one undo")
	soon(t, page, `document.querySelector('[data-row="299"] [data-class="1"]').dataset.value`, `"present"`, "what was labelled before stays")
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.values[299][1] != present || s.values[0][0] != unknown {
		t.Errorf("labels are %v and %v", s.values[299], s.values[0])
	}
}
