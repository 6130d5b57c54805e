package labels

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// project is a store with images in several folders, and a file to import beside it.
func project(t testing.TB) *Store {
	dir := filepath.Join(t.TempDir(), "project")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	ix := index(t, "train/1.jpg", "train/2.jpg", "test/1.jpg", "../photos/sea, é.jpg", "deep/er/still/9.png")
	return open(t, Options{Dir: dir, Classes: []string{"water", "my class"}, Images: ix})
}

func csvFile(t testing.TB, s *Store, text string) string {
	t.Helper()
	file := filepath.Join(s.o.Dir, "..", "in.csv")
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestImportCSV(t *testing.T) {
	s := project(t)
	apply(t, s, label("water", Present, "test/1.jpg", "train/1.jpg"))
	apply(t, s, Event{Kind: KindExclude, Set: []Change{{Value: 1, Images: []string{"train/2.jpg", "test/1.jpg"}}}})
	before := csvOf(t, s.Table())
	file := csvFile(t, s, "\uFEFF"+`filepath,subset,exclude,water,validation,my class,date
train/1.jpg,n,False,0,True,1.0,today
project/train/2.jpg,n,False,1,,0,
test/1.jpg,n,,,false,NaN,
"photos/sea, é.jpg",n,TRUE,true,True,,"a
b"
/data/old/deep/er/still/9.png,,0,1,1,0.0,
`)
	e, report, err := ImportCSV(s.Table(), s.o.Images, file, ImportOptions{Ignore: []string{"date"}})
	if err != nil {
		t.Fatal(err)
	}
	apply(t, s, e)
	want := `filepath,exclude,validation,subset,water,my class
train/1.jpg,False,True,,0,1
train/2.jpg,False,False,,1,0
test/1.jpg,True,False,,1,
"../photos/sea, é.jpg",True,True,,1,
deep/er/still/9.png,False,True,,1,0
`
	if got := csvOf(t, s.Table()); got != want {
		t.Errorf("got\n%s\nwant\n%s(by hand)", got, want)
	}
	if report.Lines != 5 || report.Labels != 7 || report.Exclude != 2 || report.Validation != 3 || report.ByID != 2 || report.ByFile != 2 || report.ByTail != 1 ||
		!slices.Equal(report.Ignored, []string{"subset", "date"}) {
		t.Errorf("the report is %+v", report)
	}
	s.Undo("")
	if got := csvOf(t, s.Table()); got != before {
		t.Errorf("one undo leaves\n%s\nwant\n%s", got, before)
	}
}

func TestImportCSVMatchesPaths(t *testing.T) {
	s := project(t)
	abs, _ := filepath.Abs(filepath.Join(s.o.Dir, "train", "2.jpg"))
	tests := []struct {
		path, want, says string
	}{
		{path: "train/1.jpg", want: "train/1.jpg"},
		{path: "./train/1.jpg", want: "train/1.jpg"},
		{path: "train//../train/1.jpg", want: "train/1.jpg"},
		{path: `train\1.jpg`, want: "train/1.jpg"},
		{path: abs, want: "train/2.jpg"},
		{path: "photos/sea, é.jpg", want: "../photos/sea, é.jpg"}, // from the file's folder
		{path: "2.jpg", want: "train/2.jpg"},
		{path: "still/9.png", want: "deep/er/still/9.png"},
		{path: "/elsewhere/photos/sea, é.jpg", want: "../photos/sea, é.jpg"},
		{path: `C:\data\test\1.jpg`, want: "test/1.jpg"},
		{path: "1.jpg", says: `may be any of 2 images, such as "train/1.jpg" and "test/1.jpg"; give more of the path`},
		{path: "other/2.jpg", says: `no image of the project is "other/2.jpg"`},
		{path: "er/9.png", says: "no image of the project"},
		{path: "ain/1.jpg", says: "no image of the project"},
		{path: "", says: "filepath is empty"},
	}
	p := newPaths(s.o.Images, s.o.Dir, filepath.Dir(s.o.Dir))
	for _, tt := range tests {
		row, _, err := p.find(tt.path)
		switch {
		case tt.says != "" && (err == nil || !strings.Contains(err.Error(), tt.says)):
			t.Errorf("%q gives row %d, %v; want the error %q", tt.path, row, err, tt.says)
		case tt.says == "" && (err != nil || s.o.Images.At(row).ID != tt.want):
			t.Errorf("%q gives %q, %v; want %q", tt.path, s.o.Images.At(row).ID, err, tt.want)
		}
	}
}

func TestImportCSVReportsEveryBadLine(t *testing.T) {
	tests := []struct {
		name, text string
		o          ImportOptions
		want       []string // "line: part of the text"
	}{
		{"values", "filepath,water,exclude\ntrain/1.jpg,2,maybe\ntrain/2.jpg,-1,\n", ImportOptions{},
			[]string{`2: class "water" holds "2"; want 1 (present), 0 (absent) or empty`, `2: exclude holds "maybe"; want True`, `3: class "water" holds "-1"`}},
		{"unknown columns", "filepath,sea,water,date\ntrain/1.jpg,1,x,\n", ImportOptions{},
			[]string{`1: column "sea" is no class of the project, which has ["water" "my class"]`, `1: column "date"`, `2: class "water" holds "x"`}},
		{"missing files, duplicates, ambiguous", "filepath,water\nz.jpg,1\ntrain/1.jpg,1\n./train/1.jpg,0\n1.jpg,1\n", ImportOptions{},
			[]string{`2: no image of the project is "z.jpg"`, `4: "./train/1.jpg" is the image of line 3 again`, `5: "1.jpg" may be any of 2`}},
		{"lines after one with a line end in quotes", "filepath,water,date\ntrain/1.jpg,1,\"a\n\nb\"\ntrain/2.jpg,7,\n", ImportOptions{Ignore: []string{"date"}},
			[]string{`5: class "water" holds "7"`}},
		{"fields", "filepath,water\ntrain/1.jpg\ntrain/2.jpg,1,1\n", ImportOptions{}, []string{"2: 1 fields; want 2", "3: 3 fields; want 2"}},
		{"columns twice", "filepath,water,water\n", ImportOptions{}, []string{`1: column "water" comes twice`}},
		{"no filepath", "file,water\n", ImportOptions{}, []string{`1: column "file" is no class`, "1: no column is named filepath"}},
		{"pandas index", ",filepath,water\n0,train/1.jpg,1\n", ImportOptions{}, []string{"1: the first column is named \"\"; pandas writes its index so. Save with index=False"}},
		{"semicolons", "filepath;water\ntrain/1.jpg;1\n", ImportOptions{}, []string{"1: the columns are separated by semicolons; save the file with commas"}},
		{"tabs", "filepath\twater\n", ImportOptions{}, []string{"1: the columns are separated by tabs"}},
		{"Latin-1", "filepath,water\ntrain/1.jpg,1\ncaf\xe9.jpg,1\nb\xe9.jpg,1\n", ImportOptions{}, []string{`3: "caf\xe9.jpg,1" is not UTF-8 text, perhaps Latin-1`, "4: "}},
		{"UTF-16", "\xff\xfef\x00i\x00", ImportOptions{}, []string{"1: this is not UTF-8 text, perhaps UTF-16"}},
		{"quotes", "filepath,water\ntrain/1.jpg,3\ntrain/\"2.jpg,1\n", ImportOptions{}, []string{`2: class "water" holds "3"`, "3: this is not CSV"}},
		{"open quote", "filepath,water\n\"train/1.jpg,1\n", ImportOptions{}, []string{"2: this is not CSV"}},
		{"empty", "", ImportOptions{}, []string{"1: the file is empty"}},
		{"a new class with a bad name", "filepath,empty\n", ImportOptions{AddClasses: true}, []string{`1: column 2 cannot become a class: class "empty" has a reserved name`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := project(t)
			e, _, err := ImportCSV(s.Table(), s.o.Images, csvFile(t, s, tt.text), tt.o)
			var bad *ImportError
			if !errors.As(err, &bad) || !e.Empty() {
				t.Fatalf("got %+v, %v; want an *ImportError and nothing else", e, err)
			}
			if len(bad.Problems) != len(tt.want) {
				t.Fatalf("got %d problems, want %d: %v", len(bad.Problems), len(tt.want), err)
			}
			for i, p := range bad.Problems {
				if got := fmt.Sprintf("%d: %s", p.Line, p.Text); !strings.HasPrefix(got, tt.want[i]) {
					t.Errorf("got %q; want %q", got, tt.want[i])
				}
			}
			if !strings.Contains(err.Error(), "nothing was imported from") || !strings.Contains(err.Error(), "in.csv:") {
				t.Errorf("the message is %q", err)
			}
		})
	}
}

func TestImportErrorShowsTwenty(t *testing.T) {
	s := project(t)
	_, _, err := ImportCSV(s.Table(), s.o.Images, csvFile(t, s, "filepath,water\n"+strings.Repeat("z.jpg,1\n", 33)), ImportOptions{})
	if lines := strings.Split(fmt.Sprint(err), "\n"); len(lines) != 22 || !strings.Contains(lines[0], "33 problems") || lines[21] != "  and 13 more" {
		t.Errorf("the message has %d lines:\n%v", len(lines), err)
	}
}

func TestImportCSVAddsClasses(t *testing.T) {
	s := project(t)
	e, report, err := ImportCSV(s.Table(), s.o.Images, csvFile(t, s, "filepath,sea,land,water\ntrain/1.jpg,1,,0\ntrain/2.jpg,,,\n"), ImportOptions{AddClasses: true})
	if err != nil || !slices.Equal(report.AddClasses, []string{"sea", "land"}) {
		t.Fatalf("%+v, %v", report, err)
	}
	apply(t, s, e)
	if got := s.Table().Classes(); !slices.Equal(got, []string{"water", "my class", "sea", "land"}) || values(s.Table(), 2) != "1????" {
		t.Errorf("classes %q, sea %s", got, values(s.Table(), 2))
	}
	if w := s.Warnings(); len(w) > 0 {
		t.Errorf("warnings %q", w)
	}
	s.Undo("")
	if got := s.Table().Classes(); len(got) != 2 {
		t.Errorf("after undo the classes are %q", got)
	}
}

// Reading never panics, and what is accepted can be applied.
func FuzzImportCSV(f *testing.F) {
	for _, seed := range []string{
		"filepath,exclude,validation,subset,water\ntrain/1.jpg,True,False,n,1\n",
		"\uFEFFfilepath,water\r\n\"train/2.jpg\",NaN\r\n2.jpg,0.0\r\n",
		"filepath;water\n", "a,\"\n", ",filepath\n0,1.jpg\n", "filepath,sea, x \ntest/1.jpg,1,0\n",
	} {
		f.Add([]byte(seed), true)
		f.Add([]byte(seed), false)
	}
	s := project(f)
	f.Fuzz(func(t *testing.T, data []byte, add bool) {
		in := &importer{table: s.Table(), options: ImportOptions{AddClasses: add}, paths: newPaths(s.o.Images, s.o.Dir, s.o.Dir)}
		in.read(data)
		if len(in.problems) > 0 {
			return
		}
		e := in.event(s.o.Images)
		if e.Empty() {
			return
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		if _, err := s.complete(e); err != nil {
			t.Errorf("%q is accepted, and its event refused: %v", data, err)
		}
	})
}

func TestImportReportForPeopleAndScripts(t *testing.T) {
	for _, tt := range []struct {
		report     ImportReport
		text, json string
	}{
		{ImportReport{Lines: 2, Labels: 4, ByID: 2}, "4 labels of 2 images",
			`{"lines":2,"labels":4,"exclude":0,"validation":0,"by_id":2,"by_file":0,"by_tail":0}`},
		{ImportReport{}, "0 labels of 0 images: the file states nothing new, nothing was changed",
			`{"lines":0,"labels":0,"exclude":0,"validation":0,"by_id":0,"by_file":0,"by_tail":0}`},
		{ImportReport{Lines: 3, Labels: 1, Exclude: 1, Validation: 2, AddClasses: []string{"a", "b"}, Ignored: []string{"subset", ""}, ByTail: 3},
			"1 labels of 3 images, exclude changed for 1, validation changed for 2\nnew classes: a, b\ncolumns left out: [\"subset\" \"\"]\n3 paths were matched by their ends only",
			`{"lines":3,"labels":1,"exclude":1,"validation":2,"add_classes":["a","b"],"ignored":["subset",""],"by_id":0,"by_file":0,"by_tail":3}`},
	} {
		if got := tt.report.String(); got != tt.text {
			t.Errorf("got %q, want %q", got, tt.text)
		}
		if got, err := json.Marshal(tt.report); err != nil || string(got) != tt.json {
			t.Errorf("got %s, error %v, want %s", got, err, tt.json)
		}
	}
}
