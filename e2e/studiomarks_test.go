package e2e

import (
	"testing"
	"time"

	"github.com/go-rod/rod/lib/input"
)

// TestStudioMarksAndLooks: a reason that is offered again after a reload, a doubt that is taken back in the one-class mode, all
// images labelled in one step and that undone, and pictures with another contrast, small and in full.
func TestStudioMarksAndLooks(t *testing.T) {
	Slow(t)
	program := Program(t)
	project := scenesProject(t, program)
	served, _ := Serve(t, program, project)
	s := OpenStudio(t, StartBrowser(t), served.Link)
	shift := func(key input.Key) {
		s.Page.KeyActions().Press(input.ShiftLeft).Type(key).Release(input.ShiftLeft).MustDo()
	}
	const (
		first = `document.querySelector(".pw-tile")`
		asked = `() => !document.querySelector("[data-ask]").hidden`
		limit = 10 * time.Second
	)

	s.Press(input.ArrowRight)
	shift(input.KeyX)
	s.Until("the reason is asked for", limit, asked)
	s.Page.MustInsertText(`<b onclick="x">cloud</b>`)
	s.Press(input.Enter)
	s.Until("the reason stands on the image", limit, `() => document.querySelectorAll(".pw-tile")[1].querySelector(".pw-out")?.textContent === 'left out: <b onclick="x">cloud</b>'`)
	s.Saved()
	reload(t, s.Page)
	s.ready()
	s.Click(".pw-tile:nth-child(3) .pw-picture")
	shift(input.KeyX)
	s.Until("the reason is offered after a reload", limit, `() => document.querySelector("[data-ask] .pw-before button")?.textContent === '<b onclick="x">cloud</b>'`)
	s.Press(input.Escape)

	s.Press(input.KeyA, input.Digit2)
	s.Until("all on the screen are present", limit, `() => [...document.querySelectorAll(".pw-tile")].every((tile) => tile.querySelectorAll(".pw-chip")[1].dataset.value === "present")`)
	s.Saved()
	if got := present(t, program, project)["forest"]; got < 15 {
		t.Errorf("one key on all images labels %d on disk; want 15 or 16", got)
	}
	s.Press(input.KeyU)
	s.Until("one undo takes all back", limit, `() => [...document.querySelectorAll(".pw-tile")].every((tile) => tile.querySelectorAll(".pw-chip")[1].dataset.value === "unknown")`)
	s.Saved()
	if got := present(t, program, project)["forest"]; got != 0 {
		t.Errorf("after the undo %d are on disk; want none", got)
	}
	s.Press(input.Escape)

	s.Until("one class is asked about", limit, `() => { const all = document.querySelector('select[aria-label^="ask about"]'); all.value = "water"; all.dispatchEvent(new Event("change")); return true }`)
	s.Until("the grid asks about it", limit, `() => /^water\?/.test(document.querySelector(".pw-asked").textContent)`)
	s.Click(".pw-tile .pw-picture")
	s.Press(input.KeyQ)
	s.Until("a doubt is shown", limit, `() => `+first+`.querySelector(".pw-unsure")?.textContent === "unsure"`)
	s.Saved()
	s.Press(input.KeyQ)
	s.Until("and taken back", limit, `() => !`+first+`.querySelector(".pw-unsure")`)
	s.Saved()
	s.Until("nothing brings it back", limit, `() => !`+first+`.querySelector(".pw-unsure")`)

	s.Press(input.KeyK, input.KeyK)
	s.Until("the grid shows CLAHE", limit, `() => { const i = `+first+`.querySelector("img"); return i.src.includes("contrast=clahe") && i.complete && i.naturalWidth > 0 }`)
	s.Press(input.KeyZ, input.KeyI)
	s.Until("and so does the full image", limit, `() => { const i = document.querySelector(".pw-view img"); return i.src.includes("contrast=clahe") && i.complete && i.naturalWidth > 0 }`)
	s.Until("with what is known of it", limit, `() => /path[\s\S]+size[\s\S]+\d+ × \d+ pixels[\s\S]*file[\s\S]+kB/.test(document.querySelector(".pw-facts").textContent)`)
	s.Until("and its classes by name", limit, `() => [...document.querySelectorAll("[data-zoom] .pw-chip .pw-name")].every((name) => name.getClientRects().length > 0)`)
	Screenshot(t, s.Page, "studio-clahe")
}
