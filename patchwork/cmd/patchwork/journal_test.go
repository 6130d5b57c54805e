package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// readers are the commands that read labels, writers those that change them.
var (
	readers = [][]string{{"status", "p"}, {"suggest", "p"}, {"export-labels", "p", "-"}, {"init", "p"}}
	writers = [][]string{{"import-labels", "p", "l.csv"}, {"serve", "p"}}
)

func labelled(t *testing.T) (journal string) {
	t.Helper()
	project(t, 4)
	write(t, "l.csv", "filepath,green,red\nphotos/green/000.png,1,0\nphotos/red/001.png,0,1\n")
	do(t, "import-labels", "p", "l.csv")
	return filepath.Join("p", "journal", "ann.jsonl")
}

func TestJournalOfANewerVersion(t *testing.T) {
	file := labelled(t)
	text := strings.Replace(read(t, file), `"version":1`, `"version":7`, 1)
	write(t, file, text)
	for _, args := range append(readers, writers...) {
		if r := invoke(t, args...); r.code != exitFailed || !strings.Contains(r.err, "ann.jsonl:1: the journal has version 7 and this program reads up to version 1; use a newer patchwork") {
			t.Errorf("%q: code %d, said %s", args, r.code, r.err)
		}
	}
	if read(t, file) != text {
		t.Error("a journal of a newer version was changed")
	}
}

func TestCorruptJournalLine(t *testing.T) {
	file := labelled(t)
	good := read(t, file)
	for name, text := range map[string]string{
		"garbage in the middle": strings.Replace(good, "\n", "\ngarbage\n", 1),
		"garbage at the end":    good + "garbage\n",
		"wrong value":           strings.Replace(good, `"value":1`, `"value":5`, 1),
	} {
		write(t, file, text)
		for _, args := range append(readers, writers...) {
			if r := invoke(t, args...); r.code != exitFailed || !strings.Contains(r.err, "p/journal/ann.jsonl:") || !strings.Contains(r.err, "Nothing was changed") {
				t.Errorf("%s, %q: code %d, said %s", name, args, r.code, r.err)
			}
		}
		if read(t, file) != text {
			t.Errorf("%s: the journal was changed", name)
		}
	}
	write(t, file, good)
	if got := do(t, "status", "p"); !strings.Contains(got, "2 fully labelled") {
		t.Errorf("after the repair status prints\n%s", got)
	}
}

func TestTornJournalLine(t *testing.T) {
	file := labelled(t)
	good := read(t, file)
	write(t, file, good+`{"id":"x","time":"2026-`)
	if got := do(t, "status", "p"); !strings.Contains(got, "2 fully labelled") || !strings.Contains(got, "warning: p/journal/ann.jsonl ends in 23 bytes") {
		t.Errorf("status prints\n%s", got)
	}
	if got := as[struct{ Warnings []string }](t, do(t, "status", "p", "--json")); len(got.Warnings) != 1 {
		t.Errorf("warnings %q, want one", got.Warnings)
	}
	write(t, "more.csv", "filepath,green,red\nphotos/green/002.png,1,0\n")
	do(t, "import-labels", "p", "more.csv")
	if got := read(t, file); !strings.HasPrefix(got, good) || strings.Contains(got, `"2026-{`) {
		t.Errorf("the torn end was not cut off:\n%s", got)
	}
	if got := do(t, "status", "p"); !strings.Contains(got, "3 fully labelled") || strings.Contains(got, "warning") {
		t.Errorf("after the next label status prints\n%s", got)
	}
}

func TestDamagedProjectFiles(t *testing.T) {
	labelled(t)
	settings, index := read(t, "p/project.yaml"), read(t, "p/images.tsv")
	for _, tt := range []struct {
		text string
		says []string
	}{
		{"", []string{"p/project.yaml", "no version"}},
		{"version: 9\nfuture: true\n", []string{"p/project.yaml", "version 9", "newer patchwork"}},
		{"images: [\n", []string{"p/project.yaml", "line 1"}},
		{"version: 1\nimages: 5\n", []string{"line 2: found `5`, want a list"}},
		{"version: 1\nimages: [../photos]\nseed: -3\n", []string{"line 3: found `-3`, want a whole number of 0 or more"}},
		{"version: 1\nimags: [../photos]\n", []string{`line 2: there is no field "imags"`}},
		{"version: 1\nclasses: [{name: a, key: 1}]\n", []string{`there is no field "key"`}},
		{"version: 1\nclasses: [[a]]\n", []string{"line 2"}},
		{"version: 1\nimages: [../photos]\nclasses: [a, b, a]\n", []string{"p/project.yaml", `"a" is named twice`}},
		{"version: 1\nimages: [../photos]\nclasses: [Subset]\n", []string{"p/project.yaml", `"Subset"`, "reserved"}},
	} {
		write(t, "p/project.yaml", tt.text)
		for _, args := range [][]string{{"status", "p"}, {"init", "p", "--images", "photos"}, {"import-labels", "p", "l.csv"}} {
			fails(t, exitFailed, tt.says, args...)
		}
		if read(t, "p/project.yaml") != tt.text {
			t.Fatalf("%q was changed", tt.text)
		}
	}
	write(t, "p/project.yaml", "version: 1\n# by hand\nimages: [../photos]\nclasses: [green, {name: red, hotkey: r}]\n")
	if got := do(t, "init", "p"); !strings.Contains(got, "2 fully labelled") {
		t.Errorf("with classes by their bare names init prints\n%s", got)
	}
	if got := read(t, "p/project.yaml"); !strings.Contains(got, "# by hand") {
		t.Errorf("a comment was lost:\n%s", got)
	}
	write(t, "p/project.yaml", settings)

	write(t, "p/images.tsv", index+"torn")
	for _, args := range [][]string{{"status", "p"}, {"init", "p"}, {"embed", "p"}} {
		fails(t, exitFailed, []string{"p/images.tsv: ends in the middle of a line", "move it away and run `patchwork init p`", "labels stay"}, args...)
	}
	if err := os.Remove("p/images.tsv"); err != nil {
		t.Fatal(err)
	}
	fails(t, exitFailed, []string{"patchwork init p", "labels stay"}, "status", "p")
	if got := do(t, "init", "p"); !strings.Contains(got, "4 new") || !strings.Contains(got, "2 fully labelled") {
		t.Errorf("init prints\n%s", got)
	}
}

func TestDamagedFeaturesAndModel(t *testing.T) {
	trained(t, 12)
	for _, pattern := range []string{"p/features/*.json", "p/features/*.npy", "p/models/default/model.yaml", "p/models/default/scores.npy"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %v, error %v", pattern, files, err)
		}
		file := files[0]
		good := read(t, file)
		for _, damaged := range []string{"", good[:len(good)/2]} {
			write(t, file, damaged)
			if r := invoke(t, "status", "p"); r.code != exitDone || !strings.Contains(r.out, "12 fully labelled") {
				t.Errorf("%s of %d bytes: status ended with %d: %s", file, len(damaged), r.code, r.err)
			}
			for _, args := range [][]string{{"suggest", "p"}, {"evaluate", "p"}, {"predict", "p"}} {
				if r := invoke(t, args...); r.code == exitFailed && !strings.Contains(r.err, filepath.Base(file)) && !strings.Contains(r.err, "features") && !strings.Contains(r.err, "model") {
					t.Errorf("%s of %d bytes: %q does not say what is damaged: %s", file, len(damaged), args, r.err)
				}
			}
			if strings.HasPrefix(file, "p/features") {
				fails(t, exitFailed, []string{files[0], "Delete these files", "labels are not touched"}, "embed", "p")
				if err := os.RemoveAll("p/features"); err != nil {
					t.Fatal(err)
				}
			}
			do(t, "embed", "p") // makes again what can be made again
			do(t, "train", "p", "--epochs", "1")
			do(t, "predict", "p")
			do(t, "evaluate", "p")
			good = read(t, file)
		}
	}
}
