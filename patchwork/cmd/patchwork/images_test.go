package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestInitRefusesWhatHoldsNoImages(t *testing.T) {
	dir := place(t)
	photos(t, dir, 2)
	write(t, "texts/readme.md", "no picture")
	write(t, "broken/a.jpg", "not a picture")
	write(t, "broken/b.png", "\x89PNG\r\n\x1a\n cut off")
	write(t, "empty.txt", "# no path\n")
	write(t, "wrong.csv", "name,size\na.jpg,3\n")
	for _, tt := range []struct {
		args []string
		says []string
	}{
		{[]string{}, []string{"no images named", "folder, a glob or a list"}},
		{[]string{"--images", "nowhere"}, []string{`"nowhere"`, "no such file or folder"}},
		{[]string{"--images", "nowhere/*.jpg"}, []string{"nowhere"}},
		{[]string{"--images", "texts"}, []string{"no images found", "../texts"}},
		{[]string{"--images", "photos/*.bmp"}, []string{"no images found", "*.bmp"}},
		{[]string{"--images", "empty.txt"}, []string{"no images found", "empty.txt"}},
		{[]string{"--images", "wrong.csv"}, []string{"wrong.csv"}},
		{[]string{"--images", "broken"}, []string{"no image can be read", "broken/a.jpg", "broken/b.png"}},
		{[]string{"--images", "texts/readme.md"}, []string{"readme.md"}},
		{[]string{"--images", "photos", "--images", "nowhere"}, []string{`"nowhere"`}},
		{[]string{"--images", "photos", "--extractor", "nowhere.onnx"}, []string{`"nowhere.onnx"`, "default"}},
		{[]string{"--images", "photos", "--classes", "water,road,water"}, []string{`"water"`, "named twice"}},
		{[]string{"--images", "photos", "--classes", "Filepath,EMPTY,subset,ok"}, []string{`"Filepath"`, `"EMPTY"`, `"subset"`, "reserved"}},
		{[]string{"--images", "photos", "--classes", "a,,b"}, []string{"no name"}},
		{[]string{"--images", "photos", "--classes", "a\tb"}, []string{"control character"}},
	} {
		fails(t, exitFailed, tt.says, append([]string{"init", "p"}, tt.args...)...)
		if _, err := os.Lstat("p"); err == nil {
			t.Fatalf("%q left a folder behind", tt.args)
		}
		if err := os.Mkdir("q", 0o755); err != nil { // a folder that was there stays, and stays empty
			t.Fatal(err)
		}
		invoke(t, append([]string{"init", "q"}, tt.args...)...)
		if err := os.Remove("q"); err != nil {
			t.Errorf("%q left something in a folder that was there: %v", tt.args, err)
		}
	}
}

func TestFailedInitLeavesNoFoldersAbove(t *testing.T) {
	place(t)
	fails(t, exitFailed, nil, "init", "deep/er/p", "--images", write(t, "texts/a.txt", "# nothing\n"))
	if _, err := os.Lstat("deep"); err == nil {
		t.Error("a failed init left the folders above the project")
	}
}

func TestAdviceCanBeTyped(t *testing.T) {
	place(t)
	fails(t, exitFailed, []string{"`patchwork init 'my project' --images FOLDER`"}, "status", "my project")
	fails(t, exitFailed, []string{"`patchwork init 'it'\\''s' --images FOLDER`"}, "status", "it's")
}

func TestOddFileNames(t *testing.T) {
	dir := place(t)
	names := []string{"tab\there.png", "new\nline.png", `comma, "quote".png`, "#hash.png", "-dash.png", "ünï.png", " space .png", "latin\xe9.png"}
	for i, name := range names {
		picture(t, filepath.Join(dir, "photos", name), colours["red"], uint64(i))
	}
	if got := do(t, "init", "p", "--images", "photos", "--classes", "a: b,\"c,d\",ü"); !strings.Contains(got, "8 images (1 cannot be used)") {
		t.Errorf("init prints\n%s", got)
	}
	table := do(t, "export-labels", "p", "-")
	if !utf8.ValidString(table) {
		t.Errorf("the table is not UTF-8, so nothing can read it:\n%q", table)
	}
	labelled := strings.ReplaceAll(table, ",False,False,,,,\n", ",False,False,,1,0,\n")
	do(t, "import-labels", "p", write(t, "l.csv", labelled))
	if got := do(t, "export-labels", "p", "-"); got != labelled || strings.Count(got, ",1,0,\n") != len(names) {
		t.Errorf("imported\n%s\nexported\n%s", labelled, got)
	}
	do(t, "embed", "p")
	if got := do(t, "suggest", "p", "-n", "1", "--subset", "contains: a: b", "--strategy", "random"); !strings.Contains(got, ".png") {
		t.Errorf("suggest prints\n%s", got)
	}
	fails(t, exitFailed, []string{"no model"}, "suggest", "p", "--strategy", "highest: a: b")
}

func TestInitTwiceAddsAndKeeps(t *testing.T) {
	dir := project(t, 4)
	write(t, "l.csv", "filepath,green\nphotos/green/000.png,1\n")
	do(t, "import-labels", "p", "l.csv")
	settings := read(t, "p/project.yaml")
	do(t, "init", "p")
	do(t, "init", "p", "--images", "photos", "--classes", "red,green")
	if got := read(t, "p/project.yaml"); got != settings {
		t.Errorf("an init that adds nothing changed project.yaml from\n%sto\n%s", settings, got)
	}
	for _, args := range [][]string{{"--classes", "exclude"}, {"--classes", "a,a"}, {"--images", "nowhere"}, {"--extractor", "nowhere"}} {
		fails(t, exitFailed, nil, append([]string{"init", "p"}, args...)...)
		if got := read(t, "p/project.yaml"); got != settings {
			t.Errorf("a failed init %q changed project.yaml to\n%s", args, got)
		}
	}
	picture(t, filepath.Join(dir, "more, and more", "000.png"), colours["red"], 99)
	text := do(t, "init", "p", "--images", "more, and more", "--classes", "blue") // a comma belongs to the name
	if !strings.Contains(text, "1 new, 4 known") || !strings.Contains(text, "blue") {
		t.Errorf("a second source and class gave\n%s", text)
	}
	if got := do(t, "export-labels", "p", "-"); !strings.Contains(got, "filepath,exclude,validation,subset,green,red,blue\n../photos/green/000.png,False,False,green,1,,\n") {
		t.Errorf("the label is not where it was:\n%s", got)
	}
}

func TestInitOfALongList(t *testing.T) {
	dir := place(t)
	picture(t, filepath.Join(dir, "a.png"), colours["red"], 1)
	var list strings.Builder
	for i := range 20_000 {
		fmt.Fprintf(&list, "gone/%05d.png\n", i)
	}
	write(t, "list.txt", list.String()+"a.png\na.png\n")
	text := do(t, "init", "p", "--images", "list.txt")
	if len(text) > 3000 || !strings.Contains(text, "list.txt:1: ") || !strings.Contains(text, "more") {
		t.Errorf("of 20,001 bad rows the first are to be shown and the rest counted, got %d characters:\n%.2000s", len(text), text)
	}
	if got := as[struct{ Images, Usable int }](t, do(t, "status", "p", "--json")); got.Usable != 1 {
		t.Errorf("%+v, want one usable image", got)
	}
}

// Images are moved, deleted, replaced and broken while nobody looks. Labels follow a moved file, features are of what
// an image is now, and what is gone is passed over and comes back with its labels.
func TestImagesChangeBetweenRuns(t *testing.T) {
	dir := trained(t, 24)
	name := func(s string) string { return filepath.Join(dir, "photos", filepath.FromSlash(s)) }
	for _, err := range []error{
		os.Rename(name("green/000.png"), name("moved.png")),
		os.Rename(name("green/002.png"), filepath.Join(dir, "hidden.png")),
		os.WriteFile(name("green/004.png"), []byte("junk"), 0o644),
		os.WriteFile(name("green/006.png"), []byte(read(t, name("red/001.png"))), 0o644),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	do(t, "status", "p") // does not look, and does not mind
	text := do(t, "init", "p")
	for _, want := range []string{"1 moved", "1 gone", "2 changed", "skipped ../photos/green/002.png: file vanished", "skipped ../photos/green/004.png: not an image",
		"for each of 21 images; 1 more wait for embed"} {
		if !strings.Contains(text, want) {
			t.Errorf("init says\n%swhich lacks %q", text, want)
		}
	}
	if got := do(t, "export-labels", "p", "-"); !strings.Contains(got, "\n../photos/moved.png,False,") || !strings.Contains(got, ",1,0\n../photos/green/002.png") {
		t.Errorf("the label of the moved file did not follow:\n%s", got)
	}
	if got := as[predicted](t, do(t, "predict", "p", "--out", "s.csv", "--json")); got.Scored != 21 || got.Skipped != 3 {
		t.Errorf("%+v, want 21 scored: neither gone, nor broken, nor of what 006.png was before", got)
	}
	run := embedded(t)
	if run.Kept != 21 || run.Copied+run.Computed != 1 {
		t.Errorf("embed: %+v, want only the replaced image done anew", run)
	}
	if got := as[struct {
		TrainRows      int `json:"train_rows"`
		ValidationRows int `json:"validation_rows"`
	}](t, do(t, "train", "p", "--epochs", "1", "--json")); got.TrainRows+got.ValidationRows != 22 {
		t.Errorf("trained on %+v, want the 22 images that can be used", got)
	}
	if err := os.Rename(filepath.Join(dir, "hidden.png"), name("elsewhere.png")); err != nil {
		t.Fatal(err)
	}
	do(t, "embed", "p")
	if got := do(t, "export-labels", "p", "-"); !strings.Contains(got, "../photos/elsewhere.png,False,") || strings.Contains(got, "002.png") {
		t.Errorf("the image that came back elsewhere lost its row:\n%s", got)
	}
}

// embedded runs embed and returns how many images it kept, copied from another with the same content, and computed.
func embedded(t *testing.T, args ...string) (run struct{ Kept, Copied, Computed int }) {
	t.Helper()
	report := as[map[string]json.RawMessage](t, do(t, append([]string{"embed", "p", "--json"}, args...)...))
	if err := json.Unmarshal(report["run"], &run); err != nil {
		t.Fatal(err)
	}
	return run
}

func TestImageFolderMoves(t *testing.T) {
	dir := trained(t, 8)
	before := strings.ReplaceAll(do(t, "export-labels", "p", "-"), "photos", "pictures")
	if err := os.Rename("photos", "pictures"); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"init", "p"}, {"embed", "p"}, {"init", "p", "--images", "pictures"}} {
		fails(t, exitFailed, []string{"../photos", "does not exist", "p/project.yaml"}, args...)
	}
	file := filepath.Join(dir, "p", "project.yaml")
	write(t, file, strings.ReplaceAll(read(t, file), "../photos", "../pictures"))
	if text := do(t, "init", "p"); !strings.Contains(text, "8 moved") {
		t.Errorf("after the correction init says\n%s", text)
	}
	if got := do(t, "export-labels", "p", "-"); got != before {
		t.Errorf("labels before and after the folder moved:\n%s\n%s", before, got)
	}
	if run := embedded(t); run.Kept != 8 || run.Computed != 0 {
		t.Errorf("features were not kept: %+v", run)
	}
}
