package e2e

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-rod/rod/lib/input"
)

// hostile are names of classes that are also markup, quotes, a choice of the studio, text from right to left with a sign that
// turns the direction, letters made of several, and ten kilobytes without a space.
var hostile = []string{
	`<img src=x onerror="window.hit=1">`,
	`"'><script>window.hit=1</script>&amp; \ ${window.hit=1}, contains: water`,
	"all",
	"مرحبا بالعالم \u202eabc",
	"👩‍👩‍👧‍👦 e\u0301 🙂",
	strings.Repeat("w", 10_000),
}

// TestStudioShowsHostileNamesAsText: such names, notes and reasons come out of every control as they went in, nothing of them
// runs or becomes an element, and the page is no wider for them.
func TestStudioShowsHostileNamesAsText(t *testing.T) {
	Slow(t)
	program := Program(t)
	project := filepath.Join(TempDir(t, "project"), "hostile")
	Patchwork(t, program, "init", project, "--images", filepath.Join(Root(t), "testdata", "scenes", "images"))
	for _, name := range hostile {
		Patchwork(t, program, "classes", "add", project, "--description", "about "+name, "--", name)
	}
	Patchwork(t, program, "embed", project)
	served, _ := Serve(t, program, project)
	s := OpenStudio(t, StartBrowser(t), served.Link)
	const limit = 10 * time.Second
	are := func(what, list string) { // a list of texts in the page is that of the names
		t.Helper()
		s.Until(what, limit, `(names, list) => { const got = eval(list); return got.length === names.length && got.every((text, i) => text === names[i]) }`, hostile, list)
	}
	calm := func(where string) {
		t.Helper()
		got := (&Notebook{Page: s.in, t: t}).eval(`() => JSON.stringify([typeof window.hit, document.querySelectorAll("body script:not([src])").length, document.querySelectorAll("img[src=x], [onerror]").length,
			Math.max(document.documentElement.scrollWidth, document.body.scrollWidth) > innerWidth ? "wider: " + [...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > innerWidth + 1).map(e => e.tagName + "." + e.className + "#" + e.id).slice(0, 8).join(" ") : "",
			[...document.querySelectorAll("header, nav, aside, footer")].filter(e => e.getBoundingClientRect().height > (e.tagName === "ASIDE" ? 3200 : 300)).map(e => e.tagName + " " + e.getBoundingClientRect().height).join()])`)
		if got != `["undefined",0,0,"",""]` {
			t.Errorf("%s: %s; want no script, no element, no width or height beyond the window's", where, got)
		}
		Screenshot(t, s.Page, "hostile-"+where)
	}
	texts := func(selector string) string {
		return fmt.Sprintf(`[...document.querySelectorAll(%q)].map(e => e.textContent)`, selector)
	}
	option := func(label string) string {
		return fmt.Sprintf(`[...[...document.querySelectorAll("select")].find(e => e.getAttribute("aria-label")?.startsWith(%q)).options]`, label)
	}
	choose := func(label, value string) {
		t.Helper()
		s.Until("it is chosen: "+label, limit, `(label, value) => { const e = [...document.querySelectorAll("select")].find(e => e.getAttribute("aria-label")?.startsWith(label));
			if (![...e.options].some(o => o.value === value)) return false; e.value = value; e.dispatchEvent(new Event("change")); return true }`, label, value)
		s.Saved()
	}
	are("the buttons have them", texts("#buttons .pw-name"))
	are("the table has them", texts("#classes tbody th bdi"))
	are("the tiles have them", `[...document.querySelector(".pw-tile").querySelectorAll(".pw-chip .pw-name")].map(e => e.textContent)`)
	are("one class can be asked about", option("ask about")+`.slice(1).map(o => o.textContent)`)
	for _, kind := range []string{"unlabeled: ", "contains: ", "doesn't contain: "} { // as labels.ParseFilter reads them
		are("images can be chosen by them: "+kind, option("by one class")+fmt.Sprintf(`.filter(o => o.value.startsWith(%q)).map(o => o.value.slice(%d))`, kind, len(kind)))
	}
	s.Until("each choice is one line that ends in a number, which nothing turns", limit, `() => `+option("by one class")+`.every(o => o.textContent.length < 100 && / · 300$|(with|without) .* · 0$/.test(o.textContent) && !/\u202e/.test(o.textContent))`)
	calm("fresh")

	for i := range 16 {
		s.Press([]input.Key{input.Digit1, input.Digit2, input.Digit3, input.Digit4, input.Digit5, input.Digit6}[i%6], input.Space)
	}
	s.Saved()
	s.Click("#train")
	s.Until("training is done", time.Minute, `() => /^Trained on/.test(document.getElementById("outcome").textContent)`)
	s.Until("the panels are open", limit, `() => { document.querySelectorAll("details").forEach(d => d.open = true); return true }`)
	are("their scores can be shown", option("class whose scores")+`.slice(1).map(o => o.textContent)`)
	s.openMap()
	for i, name := range hostile {
		choose("what colours mean", "label: "+name)
		choose("class whose scores", name)
		s.Until("the bars are its own", limit, `name => [...document.querySelectorAll("#histogram .bars button")].some(b => b.title.replace("\u2068", "").startsWith(name.slice(0, 3)) && / scored 0\.\d\d to /.test(b.title) && b.title.length < 200)`, name)
		s.Until("images come by entropy, whose reasons name classes", limit, `() => { const e = document.getElementById("strategy"); e.value = "entropy"; e.dispatchEvent(new Event("change")); return e.value === "entropy" }`)
		s.Until("suggestions are shown", limit, `() => /entropy [01]\.\d+: /.test(document.querySelector(".pw-tile .pw-why").textContent)`)
		choose("ask about", name)
		s.Until("it is asked about", limit, `name => document.querySelector(".pw-asked").textContent.replace("\u2068", "").startsWith(name.slice(0, 3)) && document.querySelector(".pw-asked").textContent.endsWith("yes · D no · X leave out")`, name)
		s.Until("strategies are named after it", limit, `name => [...document.getElementById("strategy").options].some(o => o.value === "highest: " + name && o.textContent.includes(name))`, name)
		calm(fmt.Sprint("asked-", i))
		choose("ask about", "")
		s.Until("all are asked about", limit, `() => document.querySelector(".pw-asked").textContent === ""`)
		choose("how much of an image", "labelled")
		choose("by one class", "contains: "+name)
		s.Until("images with it are shown", limit, `i => { const tiles = [...document.querySelectorAll(".pw-tile")]; return tiles.length > 1 && tiles.every(t => t.querySelectorAll(".pw-chip")[i].dataset.value === "present") }`, i)
		choose("by one class", "all")
		choose("how much of an image", "to label")
	}

	s.Click(".pw-tile .pw-picture")
	s.Press(input.KeyM)
	are("the menu has them", texts("[data-menu] .pw-menurow .pw-name"))
	calm("menu")
	s.Press(input.Escape, input.KeyZ)
	are("the full image has them", texts("[data-zoom] .pw-chip .pw-name"))
	calm("full")
	s.Press(input.Escape)

	note := strings.Repeat(hostile[1]+" "+hostile[3]+" ", 100)
	s.Press(input.KeyT)
	s.Until("a note is asked for", limit, `() => !document.querySelector("[data-ask]").hidden`)
	s.Page.MustInsertText(note[:strings.LastIndex(note[:9_000], " ")])
	s.Press(input.Enter)
	s.Saved()
	s.Press(input.KeyU)
	s.Until("the undone note is told", limit, `() => /^Undone: /.test(document.getElementById("message").textContent)`)
	calm("message")
	s.Until("a run has a note", limit, `note => { const e = document.querySelector("#model .runs input"); e.value = note; e.dispatchEvent(new Event("change")); return true }`, hostile[1])
	s.Saved()
	s.Until("it is kept as it was typed", limit, `note => document.querySelector("#model .runs input").value === note`, hostile[1])
	for i, name := range hostile { // each is changed in turn: the editor, the message
		s.Until("its editor is open", limit, `i => { const b = document.querySelectorAll("#classes .change")[i]; if (b.getAttribute("aria-expanded") !== "true") b.click(); return !!document.querySelector("#classes .editor input") }`, i)
		s.Until("it has the name and the description", limit, `name => { const e = document.querySelectorAll("#classes .editor input[type=text]"); return e[0].value === name && e[1].value === "about " + name }`, name)
		calm(fmt.Sprint("edited-", i))
	}
	s.Until("one is described", limit, `() => { document.querySelectorAll("#classes .editor input[type=text]")[1].value = "other"; document.querySelector("#classes .editor form button").click(); return true }`)
	s.Until("the message names it", limit, `() => /^Described w{20}/.test(document.getElementById("message").textContent)`)
	calm("described")
	reload(t, s.Page)
	s.ready()
	calm("reloaded")

	page := s.Page.Browser().MustPage(served.URL + "/summary?token=" + served.Token) // what a saved notebook shows
	s.in, s.Page = page, page
	s.Until("the summary has them, those that are long cut", limit, `names => { const got = [...document.querySelectorAll("table:last-of-type tr td:first-child")].slice(-6).map(e => e.textContent.replace(/[\u2068\u2069]/g, ""));
		return got.length === names.length && got.every((text, i) => { const name = [...names[i].replace("\u202e", "")]; return text === (name.length > 60 ? name.slice(0, 59).join("") + "…" : name.join("")) }) }`, hostile)
	calm("summary")
}
