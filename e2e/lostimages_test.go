package e2e

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/go-rod/rod/lib/input"
)

// TestStudioWhoseImagesGo: while the studio is open, image files are deleted, cut short, emptied and replaced by others. Tiles
// and the full image say so in words; labelling, the next batch and training go on.
func TestStudioWhoseImagesGo(t *testing.T) {
	Slow(t)
	program := Program(t)
	folder := TempDir(t, "images")
	scenes, err := filepath.Glob(filepath.Join(Root(t), "testdata", "scenes", "images", "*.jpg"))
	if err != nil || len(scenes) < 48 {
		t.Fatalf("%d scenes, %v", len(scenes), err)
	}
	var data [][]byte
	for _, file := range scenes[:48] {
		text, err := os.ReadFile(file)
		if err == nil {
			err = os.WriteFile(filepath.Join(folder, filepath.Base(file)), text, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
		data = append(data, text)
	}
	project := filepath.Join(TempDir(t, "project"), "going")
	Patchwork(t, program, "init", project, "--images", folder, "--classes", classes)
	Patchwork(t, program, "embed", project)
	served, _ := Serve(t, program, project)
	s := OpenStudio(t, StartBrowser(t), served.Link)
	const limit = 10 * time.Second

	reason := map[string]string{} // by file name, why its picture cannot be shown
	for i, file := range scenes[:48] {
		name := filepath.Base(file)
		file = filepath.Join(folder, name)
		switch i % 6 {
		case 0:
			err, reason[name] = os.Remove(file), "file vanished"
		case 1:
			err, reason[name] = os.Truncate(file, int64(len(data[i])/2)), "file changed"
		case 2:
			err, reason[name] = os.Truncate(file, 0), "file changed"
		case 3:
			err, reason[name] = os.WriteFile(file, data[i+1], 0o644), "file changed"
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := os.RemoveAll(filepath.Join(project, "thumbs")); err != nil { // as where they were never made
		t.Fatal(err)
	}

	seen := map[string]bool{}
	for batch := range 3 {
		if batch > 0 {
			s.Press(input.Enter)
		} else {
			reload(t, s.Page)
		}
		s.Until("the next images are shown, or said not to be", limit, `seen => { const tiles = [...document.querySelectorAll(".pw-tile")];
			return tiles.length === 16 && tiles.every(t => !seen?.includes(t.querySelector(".pw-caption").textContent)) &&
				tiles.every(t => { const i = t.querySelector("img"); i.scrollIntoView(); return i.complete && (i.naturalWidth > 0) !== (t.querySelector(".pw-picture").dataset.broken === "image cannot be shown") }) }`,
			slices.Sorted(maps.Keys(seen)))
		s.Until("the first image is in sight", limit, `() => { document.querySelector(".pw-cells").focus(); scrollTo(0, 0); return true }`)
		Screenshot(t, s.Page, "studio-lost")
		s.Until("full images are open", limit, `() => document.querySelector(".pw-tile[data-cursor]") !== null`)
		s.Press(input.KeyZ)
		for tile := range 16 {
			name := (&Notebook{Page: s.in, t: t}).eval(`tile => document.querySelectorAll(".pw-caption")[tile].textContent`, tile)
			seen[name] = true
			s.Until("the full image of "+name+" is shown, or why it is not", limit, `(name, why) => {
				const box = document.querySelector(".pw-view"), image = box.querySelector("img"), said = box.querySelector(".pw-unshown");
				if (!document.querySelector("[data-zoom] .pw-file").textContent.endsWith("/" + name)) return false;
				return why ? getComputedStyle(image).display === "none" && said.innerText.startsWith("This image cannot be shown: ") && said.innerText.includes(name + ": " + why) && said.innerText.includes("scan the images again")
					: said.hidden && image.complete && image.naturalWidth === 96 }`, name, reason[name])
			if reason[name] == "file vanished" {
				Screenshot(t, s.Page, "studio-lost-full")
			}
			s.Press([]input.Key{input.Digit1, input.Digit2, input.Digit3}[tile%3], input.Space) // labels it and goes on
		}
		s.Press(input.Escape)
		s.Saved()
	}
	if len(seen) != 48 {
		t.Errorf("%d images were shown; want all 48", len(seen))
	}
	if got := present(t, program, project); got["field"] != 18 || got["forest"] != 15 || got["water"] != 15 {
		t.Errorf("on disk are %v, want 18 fields, 15 forests and 15 waters", got)
	}
	for i, file := range scenes[:48] { // thumbnails have the hash of the image as it was
		thumb := filepath.Join(project, "thumbs", fmt.Sprintf("%x", sha256.Sum256(data[i]))[:16]+".jpg")
		if _, err := os.Stat(thumb); err == nil && reason[filepath.Base(file)] != "" {
			t.Errorf("a thumbnail was made of what became of %s", file)
		}
	}
	s.Click("#train")
	s.Until("training goes on, from the features", time.Minute, `() => /^Trained on 48 images/.test(document.getElementById("outcome").textContent)`)

	for i, file := range scenes[:48] { // they come back
		if err := os.WriteFile(filepath.Join(folder, filepath.Base(file)), data[i], 0o644); err != nil {
			t.Fatal(err)
		}
	}
	reload(t, s.Page)
	s.Until("all are shown again", limit, `() => { const images = [...document.querySelectorAll(".pw-picture img")]; images.forEach(i => i.scrollIntoView()); return images.length === 16 && images.every(i => i.complete && i.naturalWidth > 0) }`)
}
