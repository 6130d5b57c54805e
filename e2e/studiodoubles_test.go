package e2e

import (
	"encoding/csv"
	"encoding/json"
	"image/jpeg"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-rod/rod/lib/input"
	"github.com/go-rod/rod/lib/proto"

	"github.com/gopatchwork/patchwork/internal/browsertest"
)

// doublesProject is 40 scenes, and of three of them doubles: a leak, one labelled differently, and two not labelled at all.
func doublesProject(t *testing.T, program string) string {
	t.Helper()
	dir := TempDir(t, "doubles")
	folder := filepath.Join(dir, "images")
	if err := os.Mkdir(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	read := func(name string) []byte {
		data, err := os.ReadFile(filepath.Join(Root(t), "testdata", "scenes", "images", name))
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	write := func(name string, data []byte) {
		if err := os.WriteFile(filepath.Join(folder, name), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	lines := strings.Split(string(read("truth.csv")), "\n")
	table := []string{lines[0] + ",validation"}
	for _, line := range lines[1:41] {
		name, values, _ := strings.Cut(line, ",")
		write(name, read(name))
		validation := "False"
		switch name {
		case "scene_0003.jpg":
			write("again_0003.jpg", read(name))
			table = append(table, "again_0003.jpg,"+values+",True")
		case "scene_0005.jpg": // the same picture in another quality, with the first class turned round
			f, err := os.Open(filepath.Join(folder, name))
			if err != nil {
				t.Fatal(err)
			}
			m, err := jpeg.Decode(f)
			if f.Close(); err != nil {
				t.Fatal(err)
			}
			out, err := os.Create(filepath.Join(folder, "again_0005.jpg"))
			if err != nil {
				t.Fatal(err)
			}
			if err := jpeg.Encode(out, m, &jpeg.Options{Quality: 60}); err != nil {
				t.Fatal(err)
			}
			if err := out.Close(); err != nil {
				t.Fatal(err)
			}
			table = append(table, "again_0005.jpg,"+string('0'+'1'-values[0])+values[1:]+",False")
		case "scene_0007.jpg":
			write("again_0007.jpg", read(name))
			write("more_0007.jpg", read(name))
			write("later_0007.jpg", read(name))
		}
		table = append(table, line+","+validation)
	}
	file := filepath.Join(dir, "labels.csv")
	if err := os.WriteFile(file, []byte(strings.Join(table, "\n")+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	project := filepath.Join(dir, "scenes")
	Patchwork(t, program, "init", project, "--images", folder, "--classes", classes)
	Patchwork(t, program, "embed", project)
	Patchwork(t, program, "import-labels", project, file)
	return project
}

// doublesNow is what `patchwork doubles` says of a project.
func doublesNow(t *testing.T, program, project string) (report struct {
	Groups, Leaks, Contradictions []any
	CanLabel                      int `json:"can_label"`
}) {
	t.Helper()
	if err := json.Unmarshal([]byte(Patchwork(t, program, "doubles", project, "--json")), &report); err != nil {
		t.Fatal(err)
	}
	return report
}

// inGroup is a script that says something of the group whose first image has this in its name.
func inGroup(name, js string) string {
	return `() => { const g = [...document.querySelectorAll("#doubles .group")].find(g => g.querySelector(".name").textContent.includes("` + name + `")); if (!g) return false; ` + js + ` }`
}

// TestStudioDoubles: a leak is repaired, a group is labelled once, images are left out and doubles said to be none, all by keys, and undo
// takes each back.
func TestStudioDoubles(t *testing.T) {
	Slow(t)
	program := Program(t)
	project := doublesProject(t, program)
	served, stop := Serve(t, program, project)
	s := OpenStudio(t, StartBrowser(t), served.Link)
	const limit = 60 * time.Second
	message := func(says string) {
		t.Helper()
		s.Until("the page says "+says, limit, `says => document.getElementById("message").textContent.includes(says)`, says)
	}
	totals := func(says string) {
		t.Helper()
		s.Until("the header says "+says, limit, `says => document.getElementById("totals").textContent.includes(says)`, says)
	}
	at := func(name string) {
		t.Helper()
		s.Until("the cursor is on "+name, limit, `name => document.activeElement.matches("#doubles .tile") && document.activeElement.querySelector(".name").textContent === name`, name)
	}

	s.Click("#showdoubles")
	message("3 groups of doubles: 1 leak, 1 labelled differently.")
	s.Until("the leak comes first, then the other labels, and the grid is gone", limit, `() => [...document.querySelectorAll("#doubles .badge")].map(b => b.dataset.kind).join() === "leak,differ"
		&& document.querySelectorAll("#doubles .group").length === 3 && document.querySelector("#grid").getClientRects().length === 0 && document.querySelector("#buttons").hidden`)
	s.Until("their images are shown", limit, `() => [...document.querySelectorAll("#doubles img")].every(i => i.complete && i.naturalWidth > 0)`)
	s.Until("with what makes them doubles", limit, inGroup("_0003", `return [...g.querySelectorAll(".why")].map(w => w.textContent).join() === "same file as scene_0003.jpg,same file as again_0003.jpg"`))
	s.Until("also of one that is not the same file", limit, inGroup("_0005", `return /^(hash differs in \d of 64 bits from|same hash as) scene_0005/.test(g.querySelector(".why").textContent)`))
	s.Until("and the sides", limit, inGroup("_0003", `return [...g.querySelectorAll(".side")].map(w => w.textContent).join() === "held out,training"`))
	at("again_0003.jpg")
	for _, width := range []int{1366, 1024} {
		s.Page.MustSetViewport(width, 900, 1, false)
		for _, look := range []string{"light", "dark"} {
			media := proto.EmulationSetEmulatedMedia{Features: []*proto.EmulationMediaFeature{{Name: "prefers-color-scheme", Value: look}}}
			if err := media.Call(s.Page); err != nil {
				t.Fatal(err)
			}
			Screenshot(t, s.Page, "studio-doubles-"+look+"-"+map[int]string{1366: "wide", 1024: "1024"}[width])
		}
		s.Until("nothing is wider than the page", limit, `() => document.documentElement.scrollWidth <= innerWidth`)
	}

	s.Press(input.KeyT)
	message("1 image now to learn from. Undo takes that back.")
	s.Until("the leak is repaired, and the group stays where it is", limit, inGroup("_0003", `return g === g.parentElement.firstElementChild && !g.querySelector(".badge")`))
	s.Until("it is counted", limit, `() => document.querySelector("#doubles option[value=leaks]").textContent === "leaks · 0"`)
	s.Saved()
	if now := doublesNow(t, program, project); len(now.Leaks) != 0 || len(now.Groups) != 3 {
		t.Errorf("%d leaks on disk after one was repaired, %d groups", len(now.Leaks), len(now.Groups))
	}
	s.Press(input.KeyU)
	s.Until("undo brings it back", limit, inGroup("_0003", `return g.querySelector(".badge")?.dataset.kind === "leak"`))
	totals("1 held out")
	s.Press(input.KeyV)
	totals("2 held out")
	at("again_0003.jpg")

	s.Press(input.ArrowDown)
	at("again_0005.jpg")
	s.Press(input.ArrowRight)
	at("scene_0005.jpg")
	s.Press(input.KeyC)
	message("1 label given. Undo takes that back.")
	s.Until("they are labelled alike", limit, inGroup("_0005", `return !g.querySelector(".badge") && new Set([...g.querySelectorAll(".chips")].map(c => c.textContent)).size === 1`))
	at("scene_0005.jpg")
	s.Press(input.KeyU)
	s.Until("undo takes the labels back", limit, inGroup("_0005", `return g.querySelector(".badge")?.dataset.kind === "differ"`))
	s.Press(input.KeyN)
	message("Not doubles; they are not shown as such again.")
	s.Until("they are said to be none", limit, inGroup("_0005", `return g.querySelector(".badge").dataset.kind === "apart" && /none for everybody/.test(document.querySelector("#doubles .note").textContent)`))

	s.Press(input.ArrowDown)
	at("scene_0007.jpg")
	s.Press(input.KeyC)
	message("18 labels given.")
	if err := os.Remove(filepath.Join(filepath.Dir(project), "images", "later_0007.jpg")); err != nil {
		t.Fatal(err)
	}
	s.Press(input.KeyZ)
	s.Until("the images of the group are large", limit, inGroup("_0007", `const i = g.querySelector("img"); return i.complete && i.clientHeight > 200`))
	s.Until("what is done is said where the person is, and the cursor is in sight", limit, `() => { const r = document.activeElement.getBoundingClientRect(), said = document.querySelector("#doubles .said");
		return document.activeElement.matches(".tile") && r.top > 0 && r.top < innerHeight && said.textContent.includes("18 labels given") && said.getBoundingClientRect().top >= 0 }`)
	s.Until("a file that is gone is said to be", limit, inGroup("_0007", `g.querySelector(".tile:last-child").scrollIntoView({ block: "nearest" }); return [...g.querySelectorAll(".unshown")].map(u => u.closest(".tile").querySelector(".name").textContent).join() === "later_0007.jpg"`))
	Screenshot(t, s.Page, "studio-doubles-large")
	s.Press(input.KeyK)
	message("3 images left out.")
	totals("3 excluded")
	s.Until("one is left", limit, inGroup("_0007", `return g.querySelector(".badge").dataset.kind === "settled" && g.querySelectorAll(".tile[data-excluded]").length === 3`))
	s.Press(input.KeyH)
	s.Until("all keys are listed", limit, `() => document.querySelectorAll("#doubles .keys tr").length === 15`)
	Screenshot(t, s.Page, "studio-doubles-keys")
	s.Saved()
	browsertest.Axe(t, s.Page)

	s.Until("in the frame of a cell, where the head does not stay in sight, it is said at the group", limit, `() => { document.body.setAttribute("data-framed", ""); return true }`)
	s.Press(input.ArrowUp, input.KeyN)
	s.Until("doubles after all, it says there", limit, inGroup("_0005", `return g.querySelector(".about .said")?.textContent === "Doubles after all. Undo takes that back."`))
	Screenshot(t, s.Page, "studio-doubles-framed")
	s.Press(input.KeyU)
	s.Until("undo", limit, inGroup("_0005", `return /^Undone: doubles after all/.test(g.querySelector(".about .said")?.textContent)`))
	s.Until("out of the frame again", limit, `() => { document.body.removeAttribute("data-framed"); return true }`)

	s.Press(input.Escape)
	s.Until("the images are back, with the keys", limit, `() => document.querySelector("#grid").contains(document.activeElement) && document.querySelector("#grid").getClientRects().length > 0 && !document.querySelector("#buttons").hidden`)
	s.Press(input.KeyU)
	s.Until("undo works from there too", limit, `() => !/excluded/.test(document.getElementById("totals").textContent)`)
	s.Click("#showdoubles")
	s.Until("what is open is listed, what is no double is not", limit, `() => [...document.querySelectorAll("#doubles .group .tile:first-child .name")].map(n => n.textContent).join() === "scene_0007.jpg,again_0003.jpg"`)
	s.Press(input.Enter)
	s.Until("a group opens as a batch", limit, `() => document.querySelector("#doubles").hidden && document.querySelectorAll("#grid .pw-tile").length === 4`)
	s.Saved()
	stop()

	served, _ = Serve(t, program, project)
	s = OpenStudio(t, StartBrowser(t), served.Link)
	s.Click("#showdoubles")
	message("2 groups of doubles: 0 leaks, 0 labelled differently.")
	s.Until("no doubles are kept as such", limit, `() => document.querySelector("#doubles option[value=apart]").textContent === "not doubles · 1"`)
}

// TestStudioDoublesOfHostileNames: classes that are markup, turn the direction of text or have ten kilobytes are shown as text, and the
// page is no wider or much higher for them.
func TestStudioDoublesOfHostileNames(t *testing.T) {
	Slow(t)
	program := Program(t)
	dir := TempDir(t, "doubles")
	folder := filepath.Join(dir, "images")
	if err := os.Mkdir(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(Root(t), "testdata", "scenes", "images", "scene_0001.jpg"))
	if err != nil {
		t.Fatal(err)
	}
	names := []string{`<img src=x onerror="window.hit=1">.jpg`, "b" + strings.Repeat("w", 200) + ".jpg"}
	table := [][]string{append([]string{"filepath"}, hostile...)}
	for i, name := range names {
		if err := os.WriteFile(filepath.Join(folder, name), data, 0o644); err != nil {
			t.Fatal(err)
		}
		line := []string{filepath.Join(folder, name)}
		for range hostile {
			line = append(line, string('0'+rune(i)))
		}
		table = append(table, line)
	}
	project := filepath.Join(dir, "hostile")
	Patchwork(t, program, "init", project, "--images", folder)
	for _, name := range append([]string{"to be labelled"}, hostile...) {
		Patchwork(t, program, "classes", "add", project, "--", name)
	}
	var text strings.Builder
	if err := csv.NewWriter(&text).WriteAll(table); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "labels.csv")
	if err := os.WriteFile(file, []byte(text.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	Patchwork(t, program, "import-labels", project, file)
	served, _ := Serve(t, program, project)
	s := OpenStudio(t, StartBrowser(t), served.Link)
	s.Click("#showdoubles")
	s.Until("they are text", time.Minute, `names => [...document.querySelectorAll("#doubles .name")].map(n => n.textContent).join() === names.join()
		&& document.querySelectorAll("#doubles .chip[data-differs]").length === 12 && document.querySelectorAll("#doubles .badge").length === 1`, names)
	got := (&Notebook{Page: s.in, t: t}).eval(`() => JSON.stringify([typeof window.hit, document.querySelectorAll("img[src=x], [onerror]").length, document.documentElement.scrollWidth > innerWidth,
		document.querySelector("#doubles .group").getBoundingClientRect().height < 900, [...document.querySelectorAll("#doubles .chip, #doubles .badge")].some(e => e.textContent.length > 400 || /\u202e/.test(e.textContent))])`)
	if got != `["undefined",0,false,true,false]` {
		t.Errorf("%s; want no script, no element, no width beyond the window's, a group that fits it, no name that is not cut", got)
	}
	Screenshot(t, s.Page, "studio-doubles-hostile")
}
