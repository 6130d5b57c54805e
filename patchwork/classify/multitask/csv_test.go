package multitask

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// find knows the images 0.jpg to 9.jpg.
func find(path string) (int, error) {
	var row int
	if n, err := fmt.Sscanf(path, "%d.jpg", &row); n != 1 || err != nil || row < 0 || row > 9 {
		return 0, fmt.Errorf("no image of the project is %q", path)
	}
	return row, nil
}

func readText(t *testing.T, text string, o TableOptions) (*Table, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "tasks.csv")
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return ReadCSV(file, find, o)
}

func TestReadCSV(t *testing.T) {
	const text = "\uFEFFimage,use,water,validation,subset,note,exclude\n" +
		"3.jpg,urban,yes,True,n,a,\n" +
		"1.jpg, field ,,0,n,b,False\n" +
		"7.jpg,urban,no,,n,\"c\nd\",1\n" +
		"2.jpg,NaN,no,1.0,n,,\n"
	got, err := readText(t, text, TableOptions{Ignore: []string{"note"}})
	if err != nil {
		t.Fatal(err)
	}
	want := &Table{
		File:     got.File,
		Tasks:    []Task{{"use", []string{"field", "urban"}}, {"water", []string{"no", "yes"}}},
		Rows:     []int{3, 1, 7, 2},
		Lines:    []int{2, 3, 4, 6},
		Values:   []int{1, 1, 0, -1, 1, 0, -1, 0},
		Excluded: []bool{false, false, true, false},
		HeldOut:  []bool{true, false, false, true},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v (by hand)", got, want)
	}
	if text := got.String(); text != "4 images, 2 tasks\nuse    field 1, urban 2  blank 1\nwater  no 2, yes 1       blank 1\n" {
		t.Errorf("it is shown as\n%s", text)
	}
	chosen, err := readText(t, text, TableOptions{Tasks: []string{"water", "use"}})
	if err != nil || chosen.Tasks[0].Name != "water" || len(chosen.Tasks) != 2 || chosen.Value(0, 1) != 1 {
		t.Errorf("chosen: %+v, %v", chosen, err)
	}
	if plain, err := readText(t, "filepath,a\n1.jpg,x\n2.jpg,y\n", TableOptions{}); err != nil || plain.HeldOut != nil {
		t.Errorf("without validation: %+v, %v", plain, err)
	}
}

func TestReadCSVErrors(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		o          TableOptions
		says       []string
	}{
		{"unknown image, at every line", "image,use\n1.jpg,a\n11.jpg,b\n,a\n", TableOptions{}, []string{
			"2 problems", `tasks.csv:3: no image of the project is "11.jpg"`, `tasks.csv:4: no image of the project is ""`}},
		{"twice", "image,use\n1.jpg,a\n2.jpg,b\n1.jpg,a\n", TableOptions{}, []string{`tasks.csv:4: "1.jpg" is the image of line 2 again`}},
		{"one category", "image,use,b\n1.jpg,,x\n2.jpg,a,y\n3.jpg,a,y\n", TableOptions{}, []string{
			`tasks.csv:3: column "use" has one category alone, "a", on 2 lines; a task needs two or more`}},
		{"all blank", "image,use,b\n1.jpg,,x\n2.jpg,nan,y\n", TableOptions{}, []string{`tasks.csv:1: column "use" is blank on every line; fill in some cells`}},
		{"flag", "image,use,validation\n1.jpg,a,maybe\n2.jpg,b,\n", TableOptions{}, []string{`tasks.csv:2: validation holds "maybe"; want True, False or empty`}},
		{"fields", "image,use\n1.jpg\n2.jpg,b\n", TableOptions{}, []string{"tasks.csv:2: 1 fields; want 2"}},
		{"no path", "file,use\n1.jpg,a\n", TableOptions{}, []string{`tasks.csv:1: no column is named filepath or image; the columns are ["file" "use"]`}},
		{"no task", "image,validation\n1.jpg,0\n", TableOptions{}, []string{"tasks.csv:1: no column is a task"}},
		{"column twice", "image,use,use\n1.jpg,a,a\n", TableOptions{}, []string{`column "use" comes twice`}},
		{"no name", ",image,use\n0,1.jpg,a\n", TableOptions{}, []string{`column 1 is named ""; give it the name of a task`}},
		{"no such task", "image,use\n1.jpg,a\n2.jpg,b\n", TableOptions{Tasks: []string{"us"}}, []string{`the task "us" is not among the columns ["image" "use"]`}},
		{"semicolons", "image;use\n1.jpg;a\n", TableOptions{}, []string{"separated by semicolons"}},
		{"empty", "", TableOptions{}, []string{"the file is empty"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			table, err := readText(t, tt.text, tt.o)
			var problems *labels.ImportError
			if table != nil || !errors.As(err, &problems) {
				t.Fatalf("got %+v, %v; want an ImportError", table, err)
			}
			for _, says := range tt.says {
				if !strings.Contains(err.Error(), says) {
					t.Errorf("%v\nlacks %s", err, says)
				}
			}
		})
	}
	var many strings.Builder
	many.WriteString("image,name\n")
	seen := 0
	every := func(string) (int, error) { seen++; return seen, nil }
	for i := range maxCategories + 1 {
		fmt.Fprintf(&many, "%d.jpg,name %d\n", i, i)
	}
	file := filepath.Join(t.TempDir(), "tasks.csv")
	if err := os.WriteFile(file, []byte(many.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadCSV(file, every, TableOptions{}); err == nil || !strings.Contains(err.Error(), "1001 different cells") {
		t.Errorf("names as categories: %v", err)
	}
	if _, err := ReadCSV(file+"x", every, TableOptions{}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}
