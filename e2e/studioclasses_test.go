package e2e

import (
	"fmt"
	"testing"
	"time"

	"github.com/go-rod/rod/lib/input"

	"github.com/gopatchwork/patchwork/internal/browsertest"
)

// TestStudioChangesClasses: a class is added, labelled by the key it gets, renamed, split, merged and brought back, all on
// the page, and every undo takes one of these back.
func TestStudioChangesClasses(t *testing.T) {
	Slow(t)
	program := Program(t)
	project := scenesProject(t, program)
	served, _ := Serve(t, program, project)
	s := OpenStudio(t, StartBrowser(t), served.Link)
	const limit = 10 * time.Second
	classes := func(what, want string) {
		t.Helper()
		s.Until(what, limit, `want => [...document.querySelectorAll("#buttons .pw-name")].map(n => n.textContent).join() === want`, want)
	}
	edit := func(class string) {
		t.Helper()
		s.Click(fmt.Sprintf(`#classes .change[aria-label="change %s"]`, class))
		s.Until("its editor is open", limit, `() => !!document.querySelector("#classes .editor input")`)
	}
	press := func(text string) {
		t.Helper()
		s.Until("the button "+text+" is there", limit, `text => { const b = [...document.querySelectorAll("#classes .editor button")].find(b => b.textContent === text && !b.hidden); b?.click(); return !!b }`, text)
	}
	write := func(selector, text string) {
		t.Helper()
		s.Until("there is room for "+text, limit, `(at, text) => { const e = document.querySelector(at); if (e) e.value = text; return !!e }`, selector, text)
	}

	write("#classes .add input", `<b>pond</b> "x"`)
	s.Click("#classes .add button")
	classes("the class is there", `field,forest,water,road,building,vehicle,<b>pond</b> "x"`)
	s.Click(".pw-tile .pw-picture")
	s.Press(input.Digit7, input.Digit3)
	s.Shows(0, 6, "present")
	s.Shows(0, 2, "present")

	edit("water")
	write("#classes .editor input", "sea")
	s.Click("#classes .editor form button")
	classes("it is renamed", `field,forest,sea,road,building,vehicle,<b>pond</b> "x"`)
	s.Shows(0, 2, "present")

	edit("sea")
	write("#classes .editor textarea", "lake\nriver, wide")
	press("Split")
	classes("it is split", `field,forest,road,building,vehicle,<b>pond</b> "x",lake,river, wide`)
	s.Until("its image is shown again", limit, `() => document.querySelectorAll(".pw-tile").length === 1 && /it was sea: is it lake or river, wide\?/.test(document.querySelector(".pw-why").textContent)`)
	Screenshot(t, s.Page, "studio-split")

	edit("lake")
	s.Until("the merge is planned", limit, `() => { const all = document.querySelector('[aria-label="merge into"]'); all.value = "road"; all.dispatchEvent(new Event("change")); return true }`)
	s.Until("and explained", limit, `() => /^road would be present in 0, absent in 0/.test(document.querySelector("#classes .plan").textContent)`)
	s.Until("all is open", limit, `() => { document.querySelectorAll("details").forEach(d => d.open = true); return true }`)
	s.Until("agreement is measured", limit, `() => /0 open disagreements/.test(document.querySelector("#people").textContent)`)
	browsertest.Axe(t, s.Page)
	Screenshot(t, s.Page, "studio-classes")
	press("Merge")
	classes("it is part of road", `field,forest,road,building,vehicle,<b>pond</b> "x",river, wide`)

	for _, want := range []string{
		`field,forest,road,building,vehicle,<b>pond</b> "x",lake,river, wide`, `field,forest,sea,road,building,vehicle,<b>pond</b> "x"`,
		`field,forest,water,road,building,vehicle,<b>pond</b> "x"`,
	} {
		s.Click("#undo")
		classes("undo goes back", want)
	}
	s.Saved()
	s.Click("#undo") // of the label of water
	s.Click("#undo") // of that of the pond
	s.Click("#undo")
	classes("and to the beginning", "field,forest,water,road,building,vehicle")
	if got := present(t, program, project)["water"]; got != 0 {
		t.Errorf("water is present in %d images; want none after all was undone", got)
	}
}

// TestStudioInPages: all images in one grid to scroll through, labelled in one step without having been seen, the same in
// another tab, and there again after the studio was closed.
func TestStudioInPages(t *testing.T) {
	Slow(t)
	program := Program(t)
	project := scenesProject(t, program)
	served, stop := Serve(t, program, project)
	browser := StartBrowser(t)
	s := OpenStudio(t, browser, served.Link)
	const limit = 10 * time.Second
	s.Click("#pages")
	s.Until("all images are in pages", limit, `() => document.querySelector(".pw-scroll").dataset.pages === "" && document.querySelectorAll(".pw-tile").length > 4`)
	other := OpenStudio(t, browser, served.Link)
	s.Page.MustActivate()
	s.Until("the grid has the keys", limit, `() => { document.querySelector(".pw-cells").focus(); return true }`)
	s.Press(input.KeyA, input.Digit2)
	s.Shows(0, 1, "present")
	s.Saved()
	total := present(t, program, project)["forest"]
	if total < 60 {
		t.Errorf("one key on all images labels %d, want all of them", total)
	}
	s.Press(input.Escape, input.End)
	s.Until("the last image is shown, and labelled", limit, `total => { const tiles = [...document.querySelectorAll(".pw-tile")];
		const last = tiles.at(-1); return document.querySelector(".pw-cells").getAttribute("aria-activedescendant") === last.id && last.dataset.row !== undefined &&
			last.querySelectorAll(".pw-chip")[1].dataset.value === "present" && last.querySelector("img").naturalWidth > 0 }`, total)
	Screenshot(t, s.Page, "studio-pages")
	other.Page.MustActivate()
	other.Shows(0, 1, "present")

	s.Page.MustActivate()
	s.Press(input.Digit1)
	s.Saved()
	stop()
	served, _ = Serve(t, program, project)
	again := OpenStudio(t, browser, served.Link)
	again.Until("it goes on where it was", limit, `() => document.getElementById("message").textContent === "Going on where you were." &&
		[...document.querySelectorAll(".pw-tile")].some(tile => tile.querySelectorAll(".pw-chip")[0]?.dataset.value === "present")`)
	again.Press(input.KeyU, input.KeyU)
	again.Saved()
	if got := present(t, program, project)["forest"]; got != 0 {
		t.Errorf("after two undos %d images are forest, want none", got)
	}
}

// TestStudioShowsLookAlikes: images like the one under the cursor, and images that look like each other.
func TestStudioShowsLookAlikes(t *testing.T) {
	Slow(t)
	program := Program(t)
	project := scenesProject(t, program)
	served, _ := Serve(t, program, project)
	s := OpenStudio(t, StartBrowser(t), served.Link)
	const limit = 10 * time.Second
	s.Press(input.KeyL)
	s.Until("images like it are shown, the likest first", limit, `() => { const whys = [...document.querySelectorAll(".pw-why")].map(w => Number(/\(cosine (\d\.\d+)\)/.exec(w.textContent)?.[1]));
		return whys.length === 16 && whys.every((c, i) => c > 0 && (i === 0 || c <= whys[i - 1])) }`)
	s.Until("a cluster is asked for", limit, `() => { const all = document.getElementById("strategy"); all.value = "look-alikes"; all.dispatchEvent(new Event("change")); return all.value === "look-alikes" }`)
	s.Until("and shown", limit, `() => /by look-alikes/.test(document.getElementById("message").textContent) && document.querySelectorAll(".pw-tile").length === 16`)
	Screenshot(t, s.Page, "studio-alike")
}
