package e2e

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/go-rod/rod/lib/input"
	"github.com/go-rod/rod/lib/proto"

	"github.com/gopatchwork/patchwork/internal/browsertest"
)

// dotOf is where the dot of a row is on the screen, while all of the map is in view: [x, y].
const dotOf = `async (row) => {
	const { extentOf, toCanvas } = await import("./assets/widgets/scatterspace.mjs");
	const { fit, pointsOf } = await import("./assets/widgets/scatterstate.mjs");
	const answer = await fetch("map/points?token=" + new URL(document.baseURI).searchParams.get("token"));
	const points = pointsOf(await answer.arrayBuffer());
	const stage = document.querySelector("#map .pw-stage");
	const box = stage.getBoundingClientRect();
	const [x, y] = toCanvas(fit(extentOf(points), stage.clientWidth, stage.clientHeight), points[2 * row], points[2 * row + 1]);
	return JSON.stringify([box.x + 1 + x, box.y + 1 + y]);
}`

// onMap finds the place of a dot on the screen.
func (s *Studio) onMap(row int) proto.Point {
	s.t.Helper()
	var at [2]float64
	if err := json.Unmarshal([]byte((&Notebook{Page: s.in, t: s.t}).eval(dotOf, row)), &at); err != nil {
		s.t.Fatal(err)
	}
	return proto.NewPoint(at[0], at[1])
}

// rowOf is the row of a tile of the grid.
func (s *Studio) rowOf(tile int) int {
	s.t.Helper()
	row, err := strconv.Atoi((&Notebook{Page: s.in, t: s.t}).eval(`i => document.querySelectorAll(".pw-tile")[i].dataset.row`, tile))
	if err != nil {
		s.t.Fatal(err)
	}
	return row
}

const stage = `document.querySelector("#map .pw-stage")`

// openMap shows the map and waits until it is there.
func (s *Studio) openMap() {
	s.t.Helper()
	s.Click("#showmap")
	s.Until("the map is there", time.Minute, `() => document.querySelectorAll("#map .pw-groups button").length > 0 && document.querySelector("#map .works").hidden && !document.querySelector("#map .body").hasAttribute("data-none")`)
}

// TestStudioMap: the map shows what the grid shows and the other way round, a selection becomes a batch or labels, labels
// change colours at once, and a bar of scores marks its images.
func TestStudioMap(t *testing.T) {
	Slow(t)
	program := Program(t)
	project := scenesProject(t, program)
	Patchwork(t, program, "import-labels", project, "../testdata/scenes/images/truth.csv")
	Patchwork(t, program, "train", project)
	Patchwork(t, program, "classes", "add", project, "other") // so that there are images to label when it opens
	served, _ := Serve(t, program, project)
	page := StartBrowser(t).MustPage(served.Link)
	s := &Studio{Page: page, in: page, t: t}
	page.MustSetViewport(1366, 768, 1, false)
	const limit = 20 * time.Second
	choose := func(label, value string) {
		t.Helper()
		s.Until("it is chosen: "+label, limit, `(label, value) => { const e = [...document.querySelectorAll("select")].find(e => e.getAttribute("aria-label")?.startsWith(label));
			if (![...(e?.options ?? [])].some(o => o.value === value)) return false; e.value = value; e.dispatchEvent(new Event("change")); return true }`, label, value)
		s.Saved()
	}
	click := func(p proto.Point) {
		t.Helper()
		page.Mouse.MustMoveTo(p.X, p.Y)
		page.Mouse.MustClick(proto.InputMouseButtonLeft)
	}
	s.Until("images come at random", limit, `() => { const e = document.getElementById("strategy"); if (![...(e?.options ?? [])].some(o => o.value === "random")) return false; e.value = "random"; e.dispatchEvent(new Event("change")); return true }`)
	s.ready()
	s.openMap()
	s.Until("what is on screen has rings", limit, `() => `+stage+`.dataset.ringed === "16" && `+stage+`.dataset.marked === "16"`)
	s.Click("#grid .pw-tile:nth-child(2) .pw-picture")
	second := s.rowOf(1)
	s.Until("the image under the cursor has one of its own", limit, `row => `+stage+`.dataset.current === String(row)`, second)

	last := s.onMap(s.rowOf(15))
	page.Mouse.MustMoveTo(last.X, last.Y)
	s.Until("the pointer over a dot shows its image", limit, `() => { const c = document.querySelector("#map .pw-card"), i = c.querySelector("img"); return !c.hidden && i.complete && i.naturalWidth > 0 && /scores/.test(c.textContent) }`)
	Screenshot(t, page, "studio-map")
	dots := func(row int) { // clicks the dot of a row, or one that lies on it
		click(s.onMap(row))
	}
	dots(s.rowOf(15))
	s.Until("a click on the dot of an image on screen brings the cursor to it, or opens what lies on it", limit, `(row) => `+stage+`.dataset.current === String(row) || /^on the map around/.test(document.getElementById("message").textContent)`, s.rowOf(15))

	// An image that is not on screen, and stands alone enough to be hit.
	other := 0
	on := map[int]bool{}
	for tile := range 16 {
		on[s.rowOf(tile)] = true
	}
	for on[other] {
		other++
	}
	dots(other)
	s.Until("a click on a dot shows its image in the grid, with those around it", limit, `() => /^on the map around scene_\d+.jpg: 1 to 16 of 200\.$/.test(document.getElementById("message").textContent)`)
	s.Until("all of these are marked", limit, `() => `+stage+`.dataset.marked === "200" && `+stage+`.dataset.ringed === "16"`)

	choose("what colours mean", "label: other")
	s.Until("nothing is labelled other", limit, `() => [...document.querySelectorAll("#map .pw-groups button b")].map(b => b.textContent).join() === "0,0,300"`)
	s.Click("#grid .pw-tile:nth-child(1) .pw-picture")
	s.Press(input.Digit7)
	s.Saved()
	s.Until("a label in the grid recolours its dot", limit, `() => [...document.querySelectorAll("#map .pw-groups button b")].map(b => b.textContent).join() === "1,0,299"`)

	s.Click(`#map button[title^="draw a rectangle"]`)
	var box [4]float64
	if err := json.Unmarshal([]byte((&Notebook{Page: s.in, t: t}).eval(`() => { const r = `+stage+`.getBoundingClientRect(); return JSON.stringify([r.x, r.y, r.right, r.bottom]) }`)), &box); err != nil {
		t.Fatal(err)
	}
	drag := func(ax, ay, bx, by float64) {
		page.Mouse.MustMoveTo(ax, ay)
		page.Mouse.MustDown(proto.InputMouseButtonLeft)
		page.Mouse.MustMoveTo((ax+bx)/2, (ay+by)/2)
		page.Mouse.MustMoveTo(bx, by)
		page.Mouse.MustUp(proto.InputMouseButtonLeft)
	}
	drag(box[0]+3, box[1]+3, (box[0]+box[2])/2, box[3]-16)
	s.Until("a rectangle selects", limit, `() => /^\d+ images selected$/.test(document.querySelector("#map .pw-selection .pw-count").textContent) && document.querySelectorAll("#map .pw-strip img").length > 4`)
	number := regexp.MustCompile(`\d+`)
	selected, _ := strconv.Atoi(number.FindString((&Notebook{Page: s.in, t: t}).eval(`() => document.querySelector("#map .pw-selection .pw-count").textContent`)))
	Screenshot(t, page, "studio-map-selected")
	s.Click(`#map .pw-classes tr:last-child button[data-value="present"]`)
	s.Saved()
	s.Until("the selection is labelled in one step, and its dots have the colour", limit, `n => /labelled on the map: other present/.test(document.getElementById("message").textContent) && Number(document.querySelector("#map .pw-groups button b").textContent) >= n`, selected)
	if got := present(t, program, project)["other"]; got < selected {
		t.Errorf("%d images are labelled on disk, %d are selected", got, selected)
	}
	s.Click("#undo")
	s.Until("one undo takes it back", limit, `() => [...document.querySelectorAll("#map .pw-groups button b")].map(b => b.textContent).join() === "1,0,299"`)
	s.Click("#map .pw-tools .pw-main")
	s.Until("the selection is opened as a batch", limit, `n => document.getElementById("message").textContent === "from the map: 1 to 16 of " + n + "."`, selected)

	choose("class whose scores", "water")
	s.Click("#histogram .bars button:not([disabled])")
	s.Until("a bar marks its images", limit, `() => { const m = / of (\d+)\.$/.exec(document.getElementById("message").textContent); return /^water scored/.test(document.getElementById("message").textContent) && `+stage+`.dataset.marked === m[1] }`)
	s.Until("the class is measured", limit, `() => { document.querySelector("#measure details").open = true; return document.querySelectorAll("#measure .pw-matrix td").length > 4 }`)
	s.Click("#measure .pw-matrix td button:not([disabled])")
	s.Until("and so does a cell of a table", limit, `() => { const m = / of (\d+)\.$/.exec(document.getElementById("message").textContent); return m && !/scored \d/.test(document.getElementById("message").textContent) && `+stage+`.dataset.marked === m[1] }`)
	choose("what colours mean", "mistake: water")
	Screenshot(t, page, "studio-map-marked")

	choose("how images are laid out", "som")
	s.Until("it is laid out otherwise", time.Minute, `() => document.querySelector("#map .works").hidden`)
	choose("what colours mean", "labels")
	s.Click(`#map button[title^="show the map in place"]`)
	s.Until("the map takes the place of the images", limit, `() => document.querySelector("#grid").getClientRects().length === 0 && `+stage+`.clientHeight > 400`)
	s.Click(`#map button[title^="show images in place"]`)
	s.Until("images take the place of dots", limit, `() => document.querySelector("#map button[title^='show images in place']").ariaPressed === "true"`)
	time.Sleep(time.Second) // the pictures
	Screenshot(t, page, "studio-map-images")
	s.Click("#next")
	s.Until("other images are seen", limit, `() => document.querySelector("#grid").getClientRects().length > 0`)
	browsertest.Axe(t, page)

	reload(t, page)
	s.ready()
	s.Until("the map is still there", limit, `() => document.querySelector("#map select").value === "som" && document.querySelectorAll("#map .pw-groups button").length > 0`)
	s.Click("#showmap")
	s.Until("and can be put away", limit, `() => document.querySelector("#map").hidden`)
	if t.Failed() {
		fmt.Println("see build/screenshots/studio-map*.png")
	}
}
