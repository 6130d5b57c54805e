package widgets

import (
	"context"
	"fmt"
	"image/color"
	"slices"
	"strings"
	"testing"

	"github.com/go-rod/rod/lib/input"
	"github.com/gopatchwork/patchwork/internal/browsertest"
)

// The slider says what a threshold leads to, and a count opens its images.
func TestDecisionsPage(t *testing.T) {
	picture := pngOf(t, square(color.RGBA{80, 120, 200, 255}))
	d := Decisions{
		Classes: []Deciding{{Name: "water", Start: 0.5, Points: []Decision{{0.9, 2, 0, 3, 5}, {0.5, 4, 1, 1, 4}, {0.1, 5, 4, 0, 1}},
			Groups: []BarGroup{{"present", []int{0, 1, 4}}, {"absent", []int{3, 2, 0}}}}},
		Matrices: []Matrix{{Title: "together", Names: []string{"water", "road"}, Counts: [][]int{{5, 2}, {2, 3}}, Down: "with", Across: "and"}},
		Open: func(_ context.Context, o Opened, n int) (string, int, []GridImage, error) {
			return fmt.Sprintf("%s %s at %.1f", o.Kind, o.Cell, o.At), 30, slices.Repeat([]GridImage{{Src: picture, Caption: "image"}}, min(n, 30)), nil
		},
	}
	s := newDecisionsSession(t.Context(), d)
	page, _, _ := servedPage(t, s, d.shell())
	page.MustElement(".pw-decisions")
	shot(t, page, "decisions")
	slider := page.MustElement("input[type=range]")
	slider.MustFocus()
	press(page, input.ArrowRight)
	soonGo(t, "the threshold in Go follows the slider", func() bool { return s.chosen()[0] != 0.5 })
	page.MustElement(".pw-decisions button:not([disabled])").MustClick()
	const come = "[...document.querySelectorAll('.pw-images img')].filter((i) => i.complete).length" // and move nothing any more
	soon(t, page, come, "24", "a count opens its images")
	page.MustElementR(".pw-open button", "More").MustClick()
	soon(t, page, come, "30", "and more of them")
	shot(t, page, "decisions-open")
	if text := s.static(); !strings.Contains(text, ": 30 of 30</p>") || strings.Count(text, "<table><tr><td><img") != 1 {
		t.Errorf("the static form does not say which images were opened, or has the curves below each other:\n%.300s", text)
	}
	page.MustElement(".pw-decisions svg").MustClick()
	soon(t, page, "document.querySelector('.pw-open h3').textContent.startsWith('decision near')", "true", "a point of a curve opens its images")
	page.MustElement(".pw-bars button:not([disabled])").MustClick()
	soon(t, page, "document.querySelector('.pw-open h3').textContent.startsWith('bar')", "true", "a bar opens its images")
	soon(t, page, come, "24", "they come")
	page.MustElement(".pw-matrix td button:not([disabled])").MustClick()
	soon(t, page, "document.querySelector('.pw-open h3').textContent.startsWith('cell')", "true", "and so does a cell of a table")
	t.Run("accessible", func(t *testing.T) { browsertest.Axe(t, page) })
}

// A click is never lost: the room for images is there at once, nothing moves when they come, the last of several presses wins, and
// a connection that breaks leaves the page as it is.
func TestDecisionsKeepClicksWhileImagesLoad(t *testing.T) {
	picture := pngOf(t, speckled(60, 200))
	gate := make(chan struct{})
	class := func(name string) Deciding {
		return Deciding{Name: name, Start: 0.5, Points: []Decision{{0.9, 2, 0, 30, 5}, {0.5, 31, 4, 4, 4}, {0.1, 35, 8, 0, 1}},
			Groups: []BarGroup{{"present", []int{0, 60, 4}}, {"absent", []int{3, 2, 0}}}}
	}
	d := Decisions{
		Classes:  []Deciding{class("water"), class("road"), class("field"), class("sand"), class("ice")},
		Matrices: []Matrix{{Title: "together", Names: []string{"water", "road"}, Counts: [][]int{{5, 2}, {2, 3}}, Down: "with", Across: "and"}},
		Open: func(_ context.Context, o Opened, n int) (string, int, []GridImage, error) {
			<-gate
			total := map[string]int{"decision": 31, "bar": 62, "cell": 5}[o.Kind]
			return fmt.Sprintf("%s of %d", o.Kind, o.Class), total, slices.Repeat([]GridImage{{Src: picture, Caption: "image"}}, min(n, total)), nil
		},
	}
	s := newDecisionsSession(t.Context(), d)
	page, _, _ := servedPage(t, s, d.shell())
	page.MustEvalOnNewDocument("const W = WebSocket; window.sockets = []; window.WebSocket = class extends W { constructor(a) { super(a); sockets.push(this); } }")
	page.MustReload()
	const places = "document.querySelectorAll('.pw-images figure').length"
	const buttons = "JSON.stringify([...document.querySelectorAll('button')].filter((b) => b.offsetParent).map((b) => [b.textContent, b.getBoundingClientRect().x, b.getBoundingClientRect().y]))"
	const heading = "document.querySelector('.pw-open h3').textContent"
	click := func(selector string) { page.MustElement(selector).MustClick() }
	bar := func(class string) string { return "[data-class=" + class + "] .pw-bars button:nth-child(2)" }

	click("[data-class=water] button[data-cell=tp]")
	if got := js(page, places); got != "24" {
		t.Errorf("a press makes room for %s images; want 24 before any came", got)
	}
	click("[data-class=ice] button[data-cell=tp]") // below: the panel stays under the hand
	click(bar("road"))
	page.MustElementR(".pw-open button", "More").MustClick()
	page.MustElementR(".pw-open button", "More").MustClick()
	if got := js(page, places); got != "62" {
		t.Errorf("two presses of More make room for %s images; want all 62", got)
	}
	before := js(page, buttons)
	close(gate)
	soon(t, page, heading, `"bar of 1: 62 of 62"`, "the last press wins")
	page.MustEval("() => document.querySelectorAll('.pw-images img').forEach((i) => (i.loading = 'eager'))")
	soon(t, page, "[...document.querySelectorAll('.pw-images img')].filter((i) => i.complete && i.naturalWidth).length", "62", "all images come")
	if after := js(page, buttons); after != before {
		t.Errorf("buttons moved when the images came:\n%s\n%s", before, after)
	}
	shot(t, page, "decisions-many")

	click(bar("road"))
	soon(t, page, heading, `"bar of 1: 24 of 62"`, "a press begins anew")
	page.MustEval("() => document.querySelector('.pw-images img').setAttribute('data-same', '')")
	page.MustElementR(".pw-open button", "More").MustClick()
	soon(t, page, heading, `"bar of 1: 48 of 62"`, "More adds")
	if got := js(page, "document.querySelectorAll('.pw-images img[data-same]').length"); got != "1" {
		t.Error("More loads the images again that are there")
	}
	top := "Math.round(document.querySelector('[data-class=ice]').getBoundingClientRect().top)"
	page.MustElement(bar("ice")).MustScrollIntoView()
	was := js(page, top)
	click(bar("ice"))
	if now := js(page, top); now != was {
		t.Errorf("the panel that is pressed moves from %s to %s", was, now)
	}
	soon(t, page, heading, `"bar of 4: 24 of 62"`, "images below another panel")
	page.MustEval("() => document.querySelector('[data-class=ice] input').setAttribute('data-same', '')")
	page.MustEval("() => sockets.at(-1).close()")
	soon(t, page, "sockets.length", "2", "a new connection")
	click("[data-class=ice] button[data-cell=tp]")
	soon(t, page, heading, `"decision of 4: 24 of 31"`, "a click between two connections counts")
	if got := js(page, "document.querySelectorAll('input[data-same]').length"); got != "1" {
		t.Error("a new connection builds the page anew")
	}
	s.server.Push(openedView{Fault: "the disk is away"})
	soon(t, page, "document.querySelector('.pw-open .pw-fault').textContent", `"the disk is away"`, "a fault is said")
	click("[data-class=ice] button[data-cell=tp]")
	soon(t, page, heading, `"decision of 4: 24 of 31"`, "and the next press opens again")
}
