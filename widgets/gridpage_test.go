package widgets

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/go-rod/rod"
	"github.com/go-rod/rod/lib/input"
	"github.com/go-rod/rod/lib/proto"
)

// figure evaluates an expression on the page that is a number.
func figure(t *testing.T, page *rod.Page, expression string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(js(page, expression), 64)
	if err != nil {
		t.Fatalf("%s: %v", expression, err)
	}
	return v
}

// middle is the middle of an element of the page.
func middle(page *rod.Page, selector string) proto.Point {
	box := page.MustElement(selector).MustWaitVisible().MustShape().Box()
	return proto.NewPoint(box.X+box.Width/2, box.Y+box.Height/2)
}

// clickWith clicks the middle of an element while a key is held.
func clickWith(page *rod.Page, selector string, keys ...input.Key) {
	for _, key := range keys {
		page.Keyboard.Press(key)
	}
	page.Mouse.MustMoveTo(middle(page, selector).X, middle(page, selector).Y).MustClick(proto.InputMouseButtonLeft)
	for _, key := range keys {
		page.Keyboard.Release(key)
	}
}

const selectedRows = "[...document.querySelectorAll('[data-selected]')].map((n) => n.dataset.row).join()"

func TestGridSelection(t *testing.T) {
	b, url := browser(t), fixture(t)
	page := open(t, b, url+"?blank", false)
	const last = "window.log.at(-1)"
	picture := func(row int) string { return fmt.Sprintf(`[data-row="%d"] img`, row) }

	clickWith(page, picture(101))
	clickWith(page, picture(103), input.ShiftLeft)
	soon(t, page, selectedRows, `"101,102,103"`, "shift and click select a range")
	clickWith(page, picture(102), input.ControlLeft)
	clickWith(page, picture(106), input.ControlLeft)
	soon(t, page, selectedRows, `"101,103,106"`, "control and click take out and put in")
	soon(t, page, "document.querySelector('.pw-line').textContent.includes('3 selected')", "true", "it is announced")
	soon(t, page, "document.querySelector('[data-row=\"103\"]').ariaSelected", `"true"`, "a screen reader is told")
	press(page, input.Digit1)
	soon(t, page, last+".changes", `[{"row":101,"class":0,"value":1},{"row":103,"class":0,"value":1},{"row":106,"class":0,"value":1}]`, "one event for all")
	soon(t, page, "window.log.length", "1", "one event, not three")
	press(page, input.KeyU)
	soon(t, page, "[101, 103, 106].map((r) => labelOf(r, 0))", "[-1,-1,-1]", "one undo takes it back")
	clickWith(page, `[data-row="103"] [data-class="1"]`)
	soon(t, page, last+".changes.length", "3", "a chip of a selected image labels all selected")
	press(page, input.KeyX)
	soon(t, page, last, `{"kind":"exclude","rows":[101,103,106],"value":true}`, "leave all out")
	shot(t, page, "selection")
	press(page, input.Escape)
	soon(t, page, selectedRows, `""`, "Escape unselects first")
	soon(t, page, "document.activeElement.className", `"pw-cells"`, "and keeps the keys")
	press(page, input.Escape)
	soon(t, page, "document.activeElement === document.body", "true", "then gives them back")

	// A box from the gap left of 100 to the middle of 105.
	box := page.MustElement(`[data-row="100"]`).MustShape().Box()
	to := middle(page, picture(105))
	page.Mouse.MustMoveTo(box.X-2, box.Y+4).MustDown(proto.InputMouseButtonLeft)
	page.Mouse.MustMoveTo(to.X-20, to.Y-20)
	page.Mouse.MustMoveTo(to.X, to.Y)
	soon(t, page, selectedRows, `"100,101,104,105"`, "the box selects while it is drawn")
	shot(t, page, "band")
	page.Mouse.MustUp(proto.InputMouseButtonLeft)
	soon(t, page, "document.querySelector('.pw-band').hidden", "true", "the box goes")
	soon(t, page, selectedRows, `"100,101,104,105"`, "and what it selected stays")
	soon(t, page, "models.grid.get('cursor')", "100", "the cursor is among them")
	page.KeyActions().Press(input.ControlLeft).Type(input.KeyA).Release(input.ControlLeft).MustDo()
	soon(t, page, "models.grid.get('selected')", "12", "control and A select all")
	press(page, input.KeyN)
	soon(t, page, last+".changes.length", "48", "all absent: 12 images in 4 classes")
	press(page, input.Escape, input.ArrowLeft)
	page.KeyActions().Press(input.ShiftLeft).Type(input.ArrowRight, input.ArrowDown).Release(input.ShiftLeft).MustDo()
	soon(t, page, "models.grid.get('selected')", "6", "shift and arrows select from here on")
}

func TestGridAsksAndMenus(t *testing.T) {
	b, url := browser(t), fixture(t)
	page := open(t, b, url+"?blank&looks", false)
	const last = "window.log.at(-1)"
	page.MustElement("[role=grid]").MustFocus()
	page.MustEval(`() => { window.tiles = [...document.querySelectorAll(".pw-tile")] }`)
	page.KeyActions().Press(input.ShiftLeft).Type(input.KeyX).Release(input.ShiftLeft).MustDo()
	soon(t, page, "document.activeElement.tagName", `"INPUT"`, "the question has the focus")
	shot(t, page, "ask")
	page.MustInsertText("1 cloud")
	press(page, input.Enter)
	soon(t, page, last, `{"kind":"exclude","row":100,"value":true,"text":"1 cloud"}`, "the reason goes along")
	soon(t, page, "document.activeElement.className", `"pw-cells"`, "the grid has the focus again")
	press(page, input.ArrowRight, input.KeyT)
	page.MustInsertText("ask <b>Ann</b>")
	press(page, input.Enter)
	soon(t, page, last, `{"kind":"note","rows":[101],"text":"ask <b>Ann</b>"}`, "a note")
	press(page, input.KeyQ)
	soon(t, page, last, `{"kind":"unsure","rows":[101],"class":null,"value":true}`, "unsure")
	soon(t, page, "document.querySelector('[data-row=\"101\"] .pw-unsure').textContent", `"unsure"`, "it is shown")
	press(page, input.KeyM)
	soon(t, page, "document.querySelector('[data-menu]').hidden", "false", "M opens the menu")
	shot(t, page, "menu")
	page.MustElement(`[data-menu] [data-class="2"][data-value="present"]`).MustClick()
	soon(t, page, last+".changes", `[{"row":101,"class":2,"value":1}]`, "the menu labels")
	press(page, input.Escape, input.ArrowRight, input.KeyS)
	soon(t, page, last+".changes", `[{"row":102,"class":2,"value":1}]`, "same as last")
	page.KeyActions().Press(input.ShiftLeft).Type(input.KeyC).Release(input.ShiftLeft).MustDo()
	soon(t, page, last+".changes.length", "10", "copy to all shown")
	soon(t, page, "[...document.querySelectorAll('.pw-tile')].every((n, i) => n === tiles[i])", "true", "nothing on the screen is moved or made anew")
	press(page, input.KeyH)
	soon(t, page, "document.querySelector('[data-help]').hidden", "false", "the sheet")
	shot(t, page, "keys")
	press(page, input.Escape, input.KeyW)
	soon(t, page, "getComputedStyle(document.querySelector('[data-row=\"104\"] .pw-why')).opacity", `"1"`, "why is seen without a pointer")
	shot(t, page, "why")
	press(page, input.KeyK)
	soon(t, page, "document.querySelector('.pw-line').textContent.includes('contrast: stretch')", "true", "K changes the contrast")
}

func TestGridKeysAreRemapped(t *testing.T) {
	b, url := browser(t), fixture(t)
	page := open(t, b, url+`?blank&keys={"exclude":"KeyJ","rest":["KeyR","Space"],"nonsense":"KeyY"}`, false)
	page.MustElement("[role=grid]").MustFocus()
	press(page, input.KeyX)
	soon(t, page, "window.log.length", "0", "the key that was")
	press(page, input.KeyJ)
	soon(t, page, "window.log.at(-1)", `{"kind":"exclude","row":100,"value":true}`, "the key that is")
	press(page, input.KeyR)
	soon(t, page, "window.log.at(-1).changes.length", "4", "two keys for one action")
	press(page, input.KeyH)
	soon(t, page, `[...document.querySelectorAll(".pw-keys tr")].find((r) => r.textContent.includes("leave out, or")).querySelector("kbd").textContent`, `"J"`, "the sheet shows what is in force")
	soon(t, page, `document.querySelector(".pw-problems").textContent.includes("nonsense")`, "true", "and what makes no sense")
}

func TestGridQuickMode(t *testing.T) {
	b, url := browser(t), fixture(t)
	page := open(t, b, url+"?blank&quick=1", true)
	page.MustElement("[role=grid]").MustFocus()
	press(page, input.KeyF, input.KeyD, input.KeyX)
	soon(t, page, "window.log.map((m) => m.changes ? m.changes.map((c) => [c.row, c.class, c.value]).flat() : [m.kind, m.row])", `[[100,1,1],[101,1,0],["exclude",102]]`, "accept, reject, leave out")
	soon(t, page, "models.grid.get('cursor')", "103", "each goes on")
	shot(t, page, "quick")
}

func TestGridZoomAndPan(t *testing.T) {
	b, url := browser(t), fixture(t)
	page := open(t, b, url+"?pages=500&looks", true)
	page.MustElement("[role=grid]").MustFocus()
	press(page, input.KeyZ)
	const scale = "document.querySelector('.pw-scale').textContent"
	soon(t, page, "document.querySelector('.pw-view img').naturalWidth", "1600", "the full image comes")
	fitted := js(page, scale)
	press(page, input.KeyO)
	soon(t, page, scale, `"100%"`, "pixel for pixel")
	at := middle(page, ".pw-view")
	const place = "document.querySelector('.pw-view img').style.transform"
	before := js(page, place)
	page.Mouse.MustMoveTo(at.X, at.Y).MustDown(proto.InputMouseButtonLeft)
	page.Mouse.MustMoveTo(at.X+60, at.Y+40).MustUp(proto.InputMouseButtonLeft)
	if after := js(page, place); after == before {
		t.Errorf("dragging left the image at %s", after)
	}
	page.Mouse.MustScroll(0, -300)
	soon(t, page, "parseInt("+scale+") > 120", "true", "the wheel enlarges")
	shot(t, page, "zoomed")
	press(page, input.Digit0)
	soon(t, page, scale, fitted, "0 fits it again")
	press(page, input.KeyI, input.KeyK, input.KeyB)
	soon(t, page, "document.querySelector('.pw-view img').getAttribute('src')", `"/picture/0?full=1&contrast=stretch&bands=4,3,2"`, "the address asks for contrast and bands")
	press(page, input.Digit2, input.ArrowRight)
	soon(t, page, "window.log.filter((m) => m.kind === 'set').map((m) => m.changes)[0]", `[{"row":0,"class":1,"value":1}]`, "labels go on")
	soon(t, page, "document.querySelector('.pw-view img').dataset.row", `"1"`, "and so do the arrows")
	soon(t, page, "document.querySelector('.pw-facts').textContent.includes('1600 × 1200')", "true", "what is known of it")
	shot(t, page, "zoom-facts")
}

func TestGridTouch(t *testing.T) {
	b, url := browser(t), fixture(t)
	page := open(t, b, url+"?blank", false)
	page.MustEmulate(touchScreen)
	page.MustNavigate(url + "?blank").MustElement("body[data-ready]")
	touch := func(kind proto.InputDispatchTouchEventType, points ...*proto.InputTouchPoint) {
		if err := (proto.InputDispatchTouchEvent{Type: kind, TouchPoints: append([]*proto.InputTouchPoint{}, points...)}).Call(page); err != nil {
			t.Fatal(err)
		}
	}
	at := middle(page, `[data-row="101"] img`)
	point := &proto.InputTouchPoint{X: at.X, Y: at.Y}
	touch(proto.InputDispatchTouchEventTypeTouchStart, point)
	touch(proto.InputDispatchTouchEventTypeTouchEnd)
	soon(t, page, "models.grid.get('cursor')", "101", "a tap selects")
	touch(proto.InputDispatchTouchEventTypeTouchStart, point)
	time.Sleep(700 * time.Millisecond)
	touch(proto.InputDispatchTouchEventTypeTouchEnd)
	soon(t, page, "document.querySelector('[data-menu]').hidden", "false", "a long press opens the menu")
	shot(t, page, "touch")
	page.MustElement(`[data-menu] [data-do="toggle"]`).MustClick()
	soon(t, page, selectedRows, `"101"`, "the menu begins a selection")
	at = middle(page, `[data-row="104"] img`)
	touch(proto.InputDispatchTouchEventTypeTouchStart, &proto.InputTouchPoint{X: at.X, Y: at.Y})
	touch(proto.InputDispatchTouchEventTypeTouchEnd)
	soon(t, page, selectedRows, `"101,104"`, "and a tap then adds to it")
}

func TestGridSizeIsRemembered(t *testing.T) {
	b, url := browser(t), fixture(t)
	page := open(t, b, url+"?pages=2000&classes=10", true)
	columns := "getComputedStyle(document.querySelector('.pw-cells')).getPropertyValue('--cols')"
	page.MustElement("[role=grid]").MustFocus()
	soon(t, page, columns, `"4"`, "as Go says")
	press(page, input.PageDown, input.PageDown)
	at := js(page, "models.grid.get('cursor')")
	page.MustElement(`[aria-label="smaller images"]`).MustClick()
	press(page, input.Minus, input.Minus)
	soon(t, page, columns, `"9"`, "three steps smaller")
	soon(t, page, "document.querySelectorAll('[data-coming]').length", "0", "the tiles come")
	soon(t, page, "document.querySelector('[data-cursor]')?.dataset.row", `"`+at+`"`, "the cursor is on its image, and on the screen")
	press(page, input.Digit2, input.ArrowLeft, input.Digit3, input.Digit3)
	shot(t, page, "small")
	page.MustReload().MustElement("body[data-ready]")
	soon(t, page, columns, `"9"`, "after a reload")
	page.MustElement("[role=grid]").MustFocus()
	page.MustEval(`() => document.querySelector(".pw-cells").dispatchEvent(new WheelEvent("wheel", { deltaY: -120, ctrlKey: true, bubbles: true, cancelable: true }))`)
	soon(t, page, columns, `"7"`, "control and wheel make it larger")
}
