package main

import (
	"encoding/csv"
	"encoding/xml"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork"
	"github.com/gopatchwork/patchwork/patchwork/runlog"
)

func TestRuns(t *testing.T) {
	dir := place(t)
	photos(t, dir, 36)
	if text := do(t, "runs"); text != "no runs yet\n" {
		t.Errorf("before the first run: %q", text)
	}
	if text := do(t, "runs", "--json"); strings.TrimSpace(text) != "[]" {
		t.Errorf("before the first run, as JSON: %q", text)
	}
	var folders []string
	for _, method := range []string{"vicreg", "byol"} {
		r := as[patchwork.PretrainReport](t, do(t, "pretrain", "--images", "photos", "--out", "nets/"+method, "--method", method, "--set", "hidden=32",
			"--steps", "4", "--batch-size", "8", "--side", "16", "--width", "0.25", "--note", "try\t"+method, "--json"))
		folders = append(folders, r.Run)
	}
	text := do(t, "runs", "nets")
	if !strings.Contains(text, "method vicreg, network resnet-tiny, steps 4, batch_size 8, method.hidden 32, network.width 0.25, side 16  try vicreg") || strings.Index(text, "byol") > strings.Index(text, "vicreg") {
		t.Errorf("runs nets prints\n%s", text)
	}
	list := as[[]listedRun](t, do(t, "runs", "nets", "--json"))
	if len(list) != 2 || list[1].Folder != folders[0] || list[1].Settings["method.hidden"] != "32" || list[1].State != runlog.Done {
		t.Errorf("as JSON: %+v", list)
	}
	var names []string
	for _, name := range fields(as[any](t, do(t, "runs", "show", folders[0], "--json")), "") {
		if top, _, _ := strings.Cut(strings.TrimPrefix(name, "[]."), "."); !slices.Contains(names, top) {
			names = append(names, top)
		}
	}
	if want := strings.Fields("environment folder given id kind metrics note outcome seconds settings started state"); !slices.Equal(names, want) {
		t.Errorf("a run has the fields %q, want %q", names, want)
	}
	for _, name := range slices.Concat(names, strings.Fields("runs labels values best before removed run")) {
		if !strings.Contains(manual, "`"+name+"`") {
			t.Errorf("docs/cli.md does not explain `%s`", name)
		}
	}
	text = do(t, "runs", "show", "nets/vicreg")
	for _, want := range []string{folders[0], "outcome  4 steps", "* method.hidden ", "  method.variance ", "backend ", "rank "} {
		if !strings.Contains(text, want) {
			t.Errorf("runs show lacks %q:\n%s", want, text)
		}
	}

	text = do(t, "runs", "compare", "nets/vicreg", "nets/byol", "--plot", "curves.svg", "--csv", "runs.csv", "--smooth", "0.5")
	if !strings.Contains(text, "label ") || !strings.Contains(text, "method.momentum ") || strings.Contains(text, "batch_size") || !strings.Contains(text, " *") {
		t.Errorf("runs compare prints\n%s", text)
	}
	picture, err := os.ReadFile("curves.svg")
	if err != nil || !strings.Contains(string(picture), "loss, smoothed by 0.5") {
		t.Errorf("the picture is %.200q, %v", picture, err)
	}
	for d := xml.NewDecoder(strings.NewReader(string(picture))); ; {
		if _, err := d.Token(); err == io.EOF {
			break
		} else if err != nil {
			t.Fatalf("the picture is no XML: %v", err)
		}
	}
	table, err := os.Open("runs.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer table.Close()
	if rows, err := csv.NewReader(table).ReadAll(); err != nil || len(rows) != 3 || rows[1][0] != filepath.Base(folders[0]) || !slices.Contains(rows[0], "settings.method.momentum") {
		t.Errorf("the table is %q, %v", rows, err)
	}
	do(t, "runs", "compare", "nets", "--plot", "page.html", "--over", "seconds", "--metric", "loss", "--metric", "spread")
	if page, err := os.ReadFile("page.html"); err != nil || strings.Count(string(page), "<img ") != 2 || !strings.Contains(string(page), "<b>") || strings.Contains(string(page), "<script") {
		t.Errorf("the page has %d pictures, %v", strings.Count(string(page), "<img "), err)
	}
	c := as[runlog.Comparison](t, do(t, "runs", "compare", "nets", "--json"))
	if len(c.Runs) != 2 || !slices.Equal(c.Labels, []string{"vicreg", "byol"}) || c.Settings[0].Name != "method" {
		t.Errorf("compared as JSON: %+v", c)
	}

	if text := do(t, "runs", "note", "nets", filepath.Base(folders[0]), "better <b>"); text != "the note was: try\tvicreg\n" {
		t.Errorf("runs note prints %q", text)
	}
	if n := as[notedRun](t, do(t, "runs", "note", folders[0], "", "--json")); n.Before != "better <b>" || n.Note != "" {
		t.Errorf("runs note says %+v", n)
	}
	fails(t, exitFailed, []string{"has a note", `"try\tbyol"`, "--with-note"}, "runs", "remove", "nets/byol")
	fails(t, exitFailed, []string{"are 2 runs; name one"}, "runs", "remove", "nets")
	do(t, "runs", "remove", folders[0])
	do(t, "runs", "remove", "nets/byol", "--with-note")
	if list := as[[]listedRun](t, do(t, "runs", "nets", "--json")); len(list) != 0 {
		t.Errorf("after all were removed: %+v", list)
	}
	if _, err := os.Stat("nets/byol"); err != nil {
		t.Error("the network was removed with its record")
	}
}

func TestRunsRefuse(t *testing.T) {
	dir := place(t)
	fails(t, exitFailed, []string{"there is no project and no folder nowhere"}, "runs", "nowhere")
	fails(t, exitUsage, []string{"show wants RUN"}, "runs", "show")
	fails(t, exitFailed, []string{`there is no run "x"`, `there is no run "y"`}, "runs", "compare", "x", "y")
	fails(t, exitUsage, []string{`--plot is "a.png"`, `--over is "weeks"`, "--smooth is 1"}, "runs", "compare", "x", "--plot", "a.png", "--over", "weeks", "--smooth", "1")
	w, err := runlog.Begin(filepath.Join(dir, "runs"), runlog.Run{Kind: "train"})
	if err != nil {
		t.Fatal(err)
	}
	id := w.Run().ID
	if text := do(t, "runs"); !strings.Contains(text, "running") {
		t.Errorf("a run that goes on is listed as\n%s", text)
	}
	fails(t, exitFailed, []string{"is running; end it first"}, "runs", "remove", id)
	w.End(runlog.Run{State: runlog.Done})
	fails(t, exitFailed, []string{"no curves to draw"}, "runs", "compare", id, "--plot", "a.svg")
	fails(t, exitUsage, []string{`--metric has "loss", of which no run has a curve`}, "runs", "compare", id, "--plot", "a.svg", "--metric", "loss")
	os.MkdirAll(filepath.Join("runs", "new"), 0o755)
	os.WriteFile(filepath.Join("runs", "new", "run.yaml"), []byte("version: 9\n"), 0o644)
	if r := invoke(t, "runs"); r.code != exitDone || !strings.Contains(r.out, id) || !strings.Contains(r.err, "has version 9 and this program reads 1 to 2; use a newer patchwork") {
		t.Errorf("with a run of a newer version: %+v", r)
	}
	fails(t, exitFailed, []string{"has version 9"}, "runs", "show", "new")
}

// The note of a training stands in its record, and is not a setting.
func TestTrainNote(t *testing.T) {
	trained(t, 24)
	do(t, "train", "p", "--epochs", "1", "--note", "one epoch")
	do(t, "distil", "p", "--epochs", "1", "--note", "of itself")
	list := as[[]listedRun](t, do(t, "runs", "p", "--json"))
	if len(list) != 3 || list[0].Note != "of itself" || list[1].Note != "one epoch" || list[2].Note != "" || slices.Contains(list[1].Given, "note") || list[1].Settings["epochs"] != "1" {
		t.Errorf("the runs are %+v", list)
	}
}
