package labels

import (
	"encoding/csv"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/imageset"
)

// hostile is a table whose names hold everything that CSV has to quote.
func hostile(t *testing.T) *Store {
	images := []imageset.Image{{ID: `a,"b".jpg`, Subset: "north, east"}, {ID: "line\nend.jpg"}, {ID: " é .jpg", Subset: " x"}, {ID: "../p/plain.jpg"}}
	s := open(t, Options{Dir: t.TempDir(), Classes: []string{`say "hi", you`, "water"}, Images: indexOf(t, images)})
	apply(t, s, label(`say "hi", you`, Present, images[0].ID, images[1].ID))
	apply(t, s, label("water", Absent, images[0].ID, images[2].ID))
	apply(t, s, Event{Kind: KindExclude, Set: []Change{{Value: 1, Images: []string{images[2].ID}}}})
	apply(t, s, Event{Kind: KindValidation, Set: []Change{{Value: 1, Images: []string{images[3].ID}}}})
	return s
}

func TestWriteCSVQuotes(t *testing.T) {
	got := csvOf(t, hostile(t).Table())
	want := `filepath,exclude,validation,subset,"say ""hi"", you",water
"a,""b"".jpg",False,False,"north, east",1,0
"line
end.jpg",False,False,,1,
" é .jpg",True,False," x",,0
../p/plain.jpg,False,True,,,
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s(by hand, RFC 4180)", got, want)
	}
	rows, err := csv.NewReader(strings.NewReader(got)).ReadAll()
	if err != nil || len(rows) != 5 || rows[2][0] != "line\nend.jpg" || rows[0][4] != `say "hi", you` {
		t.Errorf("read back as %q, %v", rows, err)
	}
}

// pandas reads flags as booleans and labels as NaN, 0.0 and 1.0, as the original's tables have them.
func TestPandasReadsLabelsCSV(t *testing.T) {
	const python = "/usr/bin/python3"
	if err := exec.Command(python, "-c", "import pandas").Run(); err != nil {
		t.Skip("python3 with pandas is not installed")
	}
	s := hostile(t)
	s.Close()
	program := `
import sys, pandas, math
t = pandas.read_csv(sys.argv[1])
c = 'say "hi", you'
assert list(t.columns) == ["filepath", "exclude", "validation", "subset", c, "water"], list(t.columns)
assert t.exclude.dtype == bool and t.validation.dtype == bool and t[c].dtype == float, t.dtypes
assert list(t.exclude) == [False, False, True, False] and list(t.validation) == [False, False, False, True]
assert list(t[c].fillna(-1)) == [1, 1, -1, -1] and list(t.water.fillna(-1)) == [0, -1, 0, -1]
assert list(t.filepath) == ['a,"b".jpg', "line\nend.jpg", " é .jpg", "../p/plain.jpg"], list(t.filepath)
t.to_csv(sys.argv[2], index=False)
`
	back := filepath.Join(s.o.Dir, "pandas.csv")
	if out, err := exec.Command(python, "-c", program, filepath.Join(s.o.Dir, "labels.csv"), back).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	// and what pandas writes can be imported into an empty project
	fresh := open(t, Options{Dir: t.TempDir(), Classes: s.o.Classes, Images: s.o.Images})
	e, report, err := ImportCSV(fresh.Table(), s.o.Images, back, ImportOptions{})
	if err != nil || report.Lines != 4 || report.Labels != 4 {
		t.Fatalf("%+v, %v", report, err)
	}
	apply(t, fresh, e)
	if got, want := csvOf(t, fresh.Table()), csvOf(t, s.Table()); got != want {
		t.Errorf("after the round trip\n%s\nwant\n%s", got, want)
	}
}

func TestSaveCSVLeavesNoHalfFile(t *testing.T) {
	s := hostile(t)
	dir := t.TempDir()
	file := filepath.Join(dir, "out.csv")
	if err := s.Table().SaveCSV(file); err != nil {
		t.Fatal(err)
	}
	first, _ := os.Stat(file)
	if err := s.Table().SaveCSV(file); err != nil {
		t.Fatal(err)
	}
	if again, _ := os.Stat(file); !os.SameFile(first, again) {
		t.Error("the same table was written again")
	}
	apply(t, s, label("water", Present, "../p/plain.jpg"))
	if err := s.Table().SaveCSV(file); err != nil {
		t.Fatal(err)
	}
	if again, _ := os.Stat(file); os.SameFile(first, again) {
		t.Error("the file was written in place; a reader could see half of it")
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Errorf("the folder holds %v; want out.csv alone", left)
	}
	if err := s.Table().SaveCSV(filepath.Join(dir, "none", "out.csv")); err == nil || !strings.Contains(err.Error(), "cannot write") {
		t.Errorf("got %v", err)
	}
}
