package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork"
	"github.com/gopatchwork/patchwork/patchwork/imageset/shards"
)

func TestPackWritesVerifiesAndRefuses(t *testing.T) {
	dir := place(t)
	photos(t, dir, 7)
	do(t, "init", "p", "--images", "photos")
	fails(t, exitUsage, []string{"--out is missing", "--size is 0"}, "pack", "p")
	text := do(t, "pack", "p", "--out", "set", "--size", "20", "--height", "10", "--json")
	checkFields(t, "pack", text, "dir images shape recipe verified")
	r := as[patchwork.PackReport](t, text)
	if r.Images != 7 || r.Shape != [3]int{10, 20, 3} || r.Whole || r.Recipe != "20 x 10, stretch-bilinear" {
		t.Errorf("the report is %+v", r)
	}
	set, err := shards.Open("set")
	if err != nil || set.Len() != 7 {
		t.Fatalf("%v: %v", set, err)
	}
	set.Close()
	if out := do(t, "pack", "p", "--out", "set", "--size", "20", "--height", "10"); !strings.Contains(out, "its files are whole") {
		t.Errorf("a second run says %q", out)
	}
	fails(t, exitFailed, []string{"set holds a set of 20 x 10, stretch-bilinear, and this is 24 x 24", "delete the folder"}, "pack", "p", "--out", "set", "--size", "24")
	fails(t, exitFailed, []string{"float32"}, "pack", "p", "--out", "set", "--size", "20", "--height", "10", "--float")
	files, _ := filepath.Glob("set/*.npy")
	data, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)-1]++
	write(t, files[0], string(data))
	fails(t, exitFailed, []string{filepath.Base(files[0])}, "pack", "p", "--out", "set", "--size", "20", "--height", "10")
	photos(t, dir, 9)
	do(t, "init", "p")
	fails(t, exitFailed, []string{"of other images than the project has now"}, "pack", "p", "--out", "set", "--size", "20", "--height", "10")
}
