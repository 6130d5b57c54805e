package labels

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// ImportOptions say how to read a CSV file. The zero value takes every column that is no class for a mistake.
type ImportOptions struct {
	Ignore     []string // columns to leave out
	AddClasses bool     // make unknown columns classes
	Root       string   // the project folder, to which paths may be relative; "" means that of the table's Store
}

// ImportReport says what an import does.
type ImportReport struct {
	Lines      int      `json:"lines"`                 // of the file that name an image
	Labels     int      `json:"labels"`                // cells with 0 or 1
	Exclude    int      `json:"exclude"`               // rows whose exclude flag changes
	Validation int      `json:"validation"`            // rows whose validation flag changes
	AddClasses []string `json:"add_classes,omitempty"` // classes that are new
	Ignored    []string `json:"ignored,omitempty"`     // columns that were left out
	ByID       int      `json:"by_id"`                 // lines whose path is an image's ID
	ByFile     int      `json:"by_file"`               // lines whose path, from the CSV file or the project folder, leads to an image
	ByTail     int      `json:"by_tail"`               // lines whose path only ends like the ID of one image
}

// String says in one line what was imported, and in further lines what a person may not have meant.
func (r ImportReport) String() string {
	text := fmt.Sprintf("%d labels of %d images", r.Labels, r.Lines)
	if r.Exclude > 0 {
		text += fmt.Sprintf(", exclude changed for %d", r.Exclude)
	}
	if r.Validation > 0 {
		text += fmt.Sprintf(", validation changed for %d", r.Validation)
	}
	if r.Labels+r.Exclude+r.Validation+len(r.AddClasses) == 0 {
		text += ": the file states nothing new, nothing was changed"
	}
	if len(r.AddClasses) > 0 {
		text += fmt.Sprintf("\nnew classes: %s", strings.Join(r.AddClasses, ", "))
	}
	if len(r.Ignored) > 0 {
		text += fmt.Sprintf("\ncolumns left out: %q", r.Ignored)
	}
	if r.ByTail > 0 {
		text += fmt.Sprintf("\n%d paths were matched by their ends only", r.ByTail)
	}
	return text
}

// ImportError lists what is wrong with a CSV file. Nothing of such a file is imported.
type ImportError struct {
	File     string
	Problems []Problem // in order of lines
}

// Problem is one thing wrong, at a line counted from 1; line 1 holds the names of the columns.
type Problem struct {
	Line int
	Text string
}

// Error shows the first 20 problems and says how many there are.
func (e *ImportError) Error() string { return e.text(20) }

// All is Error with every problem, a line for each.
func (e *ImportError) All() string { return e.text(len(e.Problems)) }

func (e *ImportError) text(most int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "labels: nothing was imported from %s, because of %d problem", e.File, len(e.Problems))
	if len(e.Problems) != 1 {
		b.WriteByte('s')
	}
	for i, p := range e.Problems {
		if i == most {
			fmt.Fprintf(&b, "\n  and %d more", len(e.Problems)-i)
			break
		}
		fmt.Fprintf(&b, "\n  %s:%d: %s", filepath.Base(e.File), p.Line, p.Text)
	}
	return b.String()
}

// ImportCSV reads a file with the columns of labels.csv and returns one event that, applied, sets everything the file
// states; one undo takes it back. The column filepath is needed; exclude, validation and classes may be missing;
// subset and viewpath are not read, because they describe images and not labels.
//
// A path may be an image's ID, a path from the folder of the CSV file or from the project folder, an absolute path, or
// the end of exactly one image's ID (or have an ID as its end). Labels are empty, 0 or 1; flags are empty, False or
// True; each is also read as pandas may write it (0.0, 1.0, NaN, True, False). An empty cell states nothing: it never
// erases what is known. Flags that are as the file wants them are left out of the event, labels are not.
//
// The event is Empty if the file states nothing. ix must be the index of t.
//
// Errors: *ImportError with every problem by line (text that is no UTF-8 CSV, unknown and repeated columns, other
// values, paths that fit no image or several, images that come twice); a file that cannot be read.
func ImportCSV(t *Table, ix Images, file string, o ImportOptions) (Event, ImportReport, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return Event{}, ImportReport{}, fmt.Errorf("labels: %w", err)
	}
	if o.Root == "" {
		o.Root = t.dir
	}
	in := &importer{table: t, options: o, paths: newPaths(ix, o.Root, filepath.Dir(file))}
	in.read(data)
	if len(in.problems) > 0 {
		slices.SortStableFunc(in.problems, func(a, b Problem) int { return a.Line - b.Line })
		return Event{}, ImportReport{}, &ImportError{File: file, Problems: in.problems}
	}
	e := in.event(ix)
	return e, in.report, nil
}

// importer gathers what a file states.
type importer struct {
	table    *Table
	options  ImportOptions
	paths    *paths
	columns  []importColumn
	classes  []string // that the file has, in its order
	stated   []statement
	lineOf   map[int]int // by row
	problems []Problem
	report   ImportReport
}

// importColumn is what a column of the file means.
type importColumn struct {
	kind  columnKind
	class int // in importer.classes
	name  string
}

type columnKind int8

const (
	skipColumn columnKind = iota
	pathColumn
	flagColumn
	classColumn
)

// statement is what one line says about one row.
type statement struct {
	row        int
	exclude    Tri
	validation Tri
	labels     string // one byte '0', '1' or ' ' for each of importer.classes
}

func (in *importer) problem(line int, format string, args ...any) {
	in.problems = append(in.problems, Problem{line, fmt.Sprintf(format, args...)})
}

// event groups rows that say the same, so that a row is named at most a few times whatever the number of classes.
func (in *importer) event(ix Images) Event {
	e := Event{Kind: KindLabel, Source: "import", Classes: in.report.AddClasses}
	alike := map[string][]string{} // refs by labels
	var flags [2][2][]string       // refs by flag and value
	for _, s := range in.stated {
		ref := Ref(ix, s.row)
		if strings.Trim(s.labels, " ") != "" {
			alike[s.labels] = append(alike[s.labels], ref)
		}
		if s.exclude != Unknown && (s.exclude == Present) != in.table.Excluded(s.row) {
			flags[0][s.exclude] = append(flags[0][s.exclude], ref)
			in.report.Exclude++
		}
		if s.validation != Unknown && (s.validation == Present) != in.table.Validation(s.row) {
			flags[1][s.validation] = append(flags[1][s.validation], ref)
			in.report.Validation++
		}
	}
	for _, labels := range sortedKeys(alike) {
		for _, value := range []byte("01") {
			var classes []string
			for i, class := range in.classes {
				if labels[i] == value {
					classes = append(classes, class)
				}
			}
			e.set(classes, int8(value-'0'), alike[labels])
			in.report.Labels += len(classes) * len(alike[labels])
		}
	}
	for i, kind := range []Kind{KindExclude, KindValidation} {
		for value, refs := range flags[i] {
			e.set([]string{string(kind)}, int8(value), refs)
		}
	}
	return e
}

// set adds a change, if it changes anything.
func (e *Event) set(columns []string, value int8, refs []string) {
	if len(columns) == 0 || len(refs) == 0 {
		return
	}
	c := Change{Classes: columns, Value: value, Images: refs}
	if len(columns) == 1 {
		c.Class, c.Classes = columns[0], nil
	}
	e.Set = append(e.Set, c)
}

// sortedKeys makes the order of a grouping that of its keys, so that the same input gives the same event.
func sortedKeys(m map[string][]string) []string { return slices.Sorted(maps.Keys(m)) }
