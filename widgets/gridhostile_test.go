package widgets

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/go-rod/rod/lib/input"
)

// TestGridShowsHostileTextAsText types markup, quotes, text from right to left and ten kilobytes into the questions. It
// must come out as it went in, run nothing, and leave room for the picture.
func TestGridShowsHostileTextAsText(t *testing.T) {
	b, url := browser(t), fixture(t)
	page := open(t, b, url+"?blank&looks", false)
	reason := "\"><img src=x onerror=\"window.hit=1\"><script>window.hit=1</script>' \u202eمرحبا 🙂 &amp; \\"
	note := strings.ToValidUTF8(strings.Repeat(reason+" ", 110)[:9_900], "") + "the end"
	quoted := func(text string) string {
		data, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	ask := func(key input.Key, shift bool) {
		if shift {
			page.KeyActions().Press(input.ShiftLeft).Type(key).Release(input.ShiftLeft).MustDo()
		} else {
			press(page, key)
		}
		soon(t, page, "document.activeElement.tagName", `"INPUT"`, "the question has the focus")
	}
	same := func(expression, text, why string) {
		t.Helper()
		soon(t, page, expression+" === "+quoted(text), "true", why)
	}
	const last = "window.log.at(-1)"

	page.MustElement("[role=grid]").MustFocus()
	ask(input.KeyX, true)
	page.MustInsertText(reason)
	press(page, input.Enter)
	same(last+".text", reason, "the reason is sent as it was typed")
	same(`document.querySelector('[data-row="100"] .pw-out').textContent`, "left out: "+reason, "and stands on the picture as text")
	press(page, input.ArrowRight)
	ask(input.KeyX, true)
	same("document.querySelector('[data-ask] .pw-before button').textContent", reason, "it is offered the next time")
	shot(t, page, "hostile-ask")
	page.MustElement("[data-ask] .pw-before button").MustClick()
	same(last+".text", reason, "and taken as it is")
	soon(t, page, last+".row", "101", "for the next image")

	ask(input.KeyT, false)
	page.MustInsertText(note)
	press(page, input.Enter)
	same(last+".text", note, "ten kilobytes are sent")
	soon(t, page, `document.querySelector('[data-row="101"]').getAttribute("aria-description").includes("note")`, "true", "a screen reader hears of the note")
	press(page, input.KeyZ)
	soon(t, page, "document.querySelector('[data-zoom] .pw-said').textContent.endsWith('the end')", "true", "the note is in the full image")
	soon(t, page, "document.querySelector('.pw-view').clientHeight > 500", "true", "and leaves room for the picture")
	same("document.querySelector('[data-zoom] .pw-said bdi:nth-of-type(2)').textContent", reason, "each part stands apart, so that none turns the next")
	shot(t, page, "hostile-note")
	ask(input.KeyT, false)
	same("document.querySelector('[data-ask] input').value", note, "it can be changed")
	press(page, input.Escape, input.Escape)

	press(page, input.KeyU)
	soon(t, page, `document.querySelectorAll('[data-row="101"] .pw-note').length`, "0", "one undo takes the note back")
	soon(t, page, "[typeof window.hit, document.querySelectorAll('#grid script').length, document.querySelectorAll('#grid img[src=x]').length]", `["undefined",0,0]`, "nothing of it became an element")
}
