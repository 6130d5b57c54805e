package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestImportReportsEveryWrongRowAndImportsNone(t *testing.T) {
	project(t, 6)
	write(t, "good.csv", "filepath,green,red\nphotos/green/000.png,1,0\n")
	do(t, "import-labels", "p", "good.csv")
	before, journal := do(t, "export-labels", "p", "-"), read(t, "p/journal/ann.jsonl")
	write(t, "bad.csv", strings.Join([]string{
		"filepath,green,red,water,green,,exclude,validation",
		"photos/green/002.png,1,0,1,1,,maybe,", // a good row but for its flag
		"photos/green/002.png,1,0,,,,,",
		"nowhere.png,1,0,,,,,",
		"photos/red/001.png,2,maybe,,,,,7",
		`"photos/red/003.png",1`,
		"photos/red/005.png,-1,,,,,,",
		",1,1,,,,,",
		"photos/green/004.png,1,0,,,,,",
	}, "\n")+"\n")
	says := []string{
		"nothing was imported from bad.csv",
		`bad.csv:1: column "water" is no class of the project`, "leave it out with --ignore, or use --add-classes",
		`bad.csv:1: column "green" comes twice`, `bad.csv:1: column "" is no class`,
		`bad.csv:2: exclude holds "maybe"`,
		`bad.csv:3: "photos/green/002.png" is the image of line 2 again`,
		`bad.csv:4: no image of the project is "nowhere.png"`,
		`bad.csv:5: class "green" holds "2"`, `bad.csv:5: class "red" holds "maybe"`, `bad.csv:5: validation holds "7"`,
		"bad.csv:6: 2 fields; want 8",
		`bad.csv:7: class "green" holds "-1"`,
		"bad.csv:8: filepath is empty",
	}
	fails(t, exitFailed, says, "import-labels", "p", "bad.csv")
	fails(t, exitFailed, says, "import-labels", "p", "bad.csv", "--json")
	if do(t, "export-labels", "p", "-") != before || read(t, "p/journal/ann.jsonl") != journal {
		t.Error("something of a bad file was imported")
	}
}

func TestImportListsAllWrongRowsHoweverMany(t *testing.T) {
	project(t, 2)
	write(t, "bad.csv", "filepath,green\n"+strings.Repeat("nowhere.png,1\n", 100))
	if r := invoke(t, "import-labels", "p", "bad.csv"); r.code != exitFailed || strings.Count(r.err, "\n") != 101 || !strings.Contains(r.err, "bad.csv:101: ") {
		t.Errorf("code %d, %d lines for 100 wrong rows:\n%.500s", r.code, strings.Count(r.err, "\n"), r.err)
	}
}

func TestImportOfFilesThatAreNoTable(t *testing.T) {
	project(t, 2)
	for name, tt := range map[string]struct{ text, says string }{
		"empty.csv":      {"", "empty.csv:1: the file is empty"},
		"utf16.csv":      {"\xff\xfef\x00", "save it as CSV in UTF-8"},
		"latin1.csv":     {"filepath,green\nphotos/gr\xfcn.png,1\n", "latin1.csv:2: "},
		"semicolons.csv": {"filepath;green\na;1\n", "separated by semicolons"},
		"quotes.csv":     {"filepath,green\n\"photos/green/000.png,1\n", "quotes.csv:2: this is not CSV"},
		"noheader.csv":   {"photos/green/000.png,1\n", "no column is named filepath"},
		"pandas.csv":     {",filepath,green\n0,photos/green/000.png,1\n", "index=False, or leave it out with --ignore"},
		"reserved.csv":   {"filepath,Subset\nphotos/green/000.png,1\n", `"Subset"`},
	} {
		write(t, name, tt.text)
		fails(t, exitFailed, []string{"nothing was imported from " + name, tt.says}, "import-labels", "p", name)
	}
	fails(t, exitFailed, []string{`"Subset"`, "reserved"}, "import-labels", "p", "reserved.csv", "--add-classes")
	fails(t, exitFailed, []string{"photos", "is a directory"}, "import-labels", "p", "photos")
	if _, err := os.Stat("p/journal/ann.jsonl"); err == nil {
		t.Error("a journal was begun")
	}
}

func TestImportIsTold(t *testing.T) {
	project(t, 4)
	write(t, "in.csv", ",filepath,green,when,blue\n0,photos/green/000.png,1,today,0\n1,green/002.png,,,1\n")
	got := do(t, "import-labels", "p", "in.csv", "--ignore", "", "--ignore", "when", "--add-classes")
	for _, want := range []string{"3 labels of 2 images\n", "new classes: blue\n", `columns left out: ["" "when"]`, "1 paths were matched by their ends only"} {
		if !strings.Contains(got, want) {
			t.Errorf("import-labels says\n%swhich lacks %q", got, want)
		}
	}
	if got := do(t, "import-labels", "p", write(t, "nothing.csv", "filepath,green\nphotos/green/000.png,\n")); !strings.Contains(got, "nothing was changed") {
		t.Errorf("a file that states nothing: %q", got)
	}
	if got := do(t, "export-labels", "p", "-"); !strings.Contains(got, "green,red,blue\n../photos/green/000.png,False,False,green,1,,0\n../photos/green/002.png,False,False,green,,,1\n") {
		t.Errorf("labels\n%s", got)
	}
}

// What export-labels writes, import-labels reads: into another project with the same images the table is the same.
func TestExportAndImportAgree(t *testing.T) {
	dir := trained(t, 8)
	do(t, "export-labels", "p", "l.csv")
	do(t, "init", "q", "--images", "photos", "--classes", "green,red")
	do(t, "import-labels", "q", filepath.Join(dir, "l.csv"))
	if a, b := do(t, "export-labels", "p", "-"), do(t, "export-labels", "q", "-"); a != b || a != read(t, "l.csv") {
		t.Errorf("exported\n%simported\n%s", a, b)
	}
}
