package multitask

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// TableOptions say which columns of a file are tasks. The zero value takes all that have no meaning of their own.
type TableOptions struct {
	Tasks  []string // columns to take, in this order; none means all
	Ignore []string // columns to leave out
}

// maxCategories is more than a question has; a column with more is of names, dates or numbers.
const maxCategories = 1000

// ReadCSV reads a table: a column named filepath, or else image, with the path of an image, and one column a task with its
// category as text, space around it cut off; an empty cell, or nan in any case, is unknown. Columns named validation and
// exclude hold flags as in labels.csv; subset and viewpath are passed over.
//
// find gives the row of an image by its path, as labels.FindImages makes it.
//
// Errors: *labels.ImportError with every problem by line: text that is no UTF-8 CSV, an image that is not known or comes
// twice, a flag that is none, a column that comes twice or has no name, no task at all, a task without any category, with
// one alone or with more than 1000; a file that cannot be read.
func ReadCSV(file string, find func(path string) (row int, err error), o TableOptions) (*Table, error) {
	return readTable(file, find, func(r *reader, names []string) bool { return r.header(names, o) })
}

// readTable reads a file whose first line header understands; it is false if the other lines cannot be read with it.
func readTable(file string, find func(string) (int, error), header func(r *reader, names []string) bool) (*Table, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("multitask: %w", err)
	}
	rows, problems := labels.ReadRows(data)
	r := &reader{table: &Table{File: file}, find: find, flags: map[string]int{}, lineOf: map[int]int{}, problems: problems}
	if len(rows) > 0 && header(r, rows[0].Fields) {
		for _, row := range rows[1:] {
			r.line(row.Line, row.Fields)
		}
		if len(r.problems) == 0 {
			r.number()
		}
	}
	if len(r.problems) > 0 {
		slices.SortStableFunc(r.problems, func(a, b labels.Problem) int { return a.Line - b.Line })
		return nil, &labels.ImportError{File: file, Problems: r.problems}
	}
	return r.table, nil
}

// reader gathers what a file says.
type reader struct {
	table    *Table
	find     func(string) (int, error)
	width    int // fields of a line
	path     int // column
	flags    map[string]int
	columns  []int      // of the tasks
	cells    [][]string // by line, of the tasks
	lineOf   map[int]int
	problems []labels.Problem
}

func (r *reader) problem(line int, format string, args ...any) {
	r.problems = append(r.problems, labels.Problem{Line: line, Text: fmt.Sprintf(format, args...)})
}

// paths finds the column of the images. It is false if there is none.
func (r *reader) paths(names []string) bool {
	r.width, r.path = len(names), slices.Index(names, "filepath")
	if r.path < 0 {
		r.path = slices.Index(names, "image")
	}
	if r.path < 0 {
		r.problem(1, "no column is named filepath or image; the columns are %q", names)
	}
	return r.path >= 0
}

// header finds out what each column is. It is false if lines cannot be read with it.
func (r *reader) header(names []string, o TableOptions) bool {
	if !r.paths(names) {
		return false
	}
	for i, name := range names {
		switch {
		case slices.Index(names, name) != i && !slices.Contains(o.Ignore, name):
			r.problem(1, "column %q comes twice; keep one of them", name)
		case i == r.path || slices.Contains(o.Ignore, name) || name == "subset" || name == "viewpath":
		case name == "validation" || name == "exclude":
			r.flags[name] = i
			if name == "validation" {
				r.table.HeldOut = []bool{}
			}
		case len(o.Tasks) > 0 && !slices.Contains(o.Tasks, name):
		case strings.TrimSpace(name) == "" || name == "Unnamed: 0":
			r.problem(1, "column %d is named %q; give it the name of a task, or list it in TableOptions.Ignore", i+1, name)
		default:
			r.columns = append(r.columns, i)
		}
	}
	for _, name := range o.Tasks {
		if !slices.ContainsFunc(r.columns, func(i int) bool { return names[i] == name }) {
			r.problem(1, "the task %q is not among the columns %q", name, names)
		}
	}
	if len(o.Tasks) > 0 {
		slices.SortFunc(r.columns, func(a, b int) int { return slices.Index(o.Tasks, names[a]) - slices.Index(o.Tasks, names[b]) })
	}
	if len(r.columns) == 0 && len(r.problems) == 0 {
		r.problem(1, "no column is a task; want one for each question, with the category of each image or nothing. The columns are %q", names)
	}
	for _, i := range r.columns {
		r.table.Tasks = append(r.table.Tasks, Task{Name: names[i]})
	}
	return len(r.columns) > 0
}

// line takes one line in.
func (r *reader) line(line int, fields []string) {
	if len(fields) != r.width {
		r.problem(line, "%d fields; want %d as in the first line", len(fields), r.width)
		return
	}
	row, err := r.find(fields[r.path])
	if err != nil {
		r.problem(line, "%v", err)
	} else if first, twice := r.lineOf[row]; twice {
		r.problem(line, "%q is the image of line %d again; keep one of the lines", fields[r.path], first)
	} else {
		r.lineOf[row] = line
	}
	flag := func(name string) bool {
		i, ok := r.flags[name]
		if !ok {
			return false
		}
		v, ok := labels.ParseFlag(fields[i])
		if !ok {
			r.problem(line, "%s holds %q; want True, False or empty (False)", name, fields[i])
		}
		return v == labels.Present
	}
	t := r.table
	t.Rows, t.Lines, t.Excluded = append(t.Rows, row), append(t.Lines, line), append(t.Excluded, flag("exclude"))
	if t.HeldOut != nil {
		t.HeldOut = append(t.HeldOut, flag("validation"))
	}
	cells := make([]string, len(r.columns))
	for k, i := range r.columns {
		if cells[k] = strings.TrimSpace(fields[i]); strings.EqualFold(cells[k], "nan") {
			cells[k] = ""
		}
	}
	r.cells = append(r.cells, cells)
}

// number makes numbers of categories and refuses tasks that nothing can be learned of.
func (r *reader) number() {
	for k := range r.table.Tasks {
		task := &r.table.Tasks[k]
		count, first := map[string]int{}, map[string]int{}
		for i, cells := range r.cells {
			if word := cells[k]; word != "" {
				if count[word]++; count[word] == 1 {
					first[word] = r.table.Lines[i]
					task.Categories = append(task.Categories, word)
				}
			}
		}
		slices.Sort(task.Categories)
		switch n := len(task.Categories); {
		case n == 0:
			r.problem(1, "column %q is blank on every line; fill in some cells, or list it in TableOptions.Ignore", task.Name)
		case n == 1:
			word := task.Categories[0]
			r.problem(first[word], "column %q has one category alone, %q, on %d lines; a task needs two or more. Fill in others, or list the column in TableOptions.Ignore",
				task.Name, word, count[word])
		case n > maxCategories:
			r.problem(1, "column %q has %d different cells, which is more than %d categories; if it is no task, list it in TableOptions.Ignore", task.Name, n, maxCategories)
		}
	}
	for _, cells := range r.cells {
		for k, word := range cells {
			v := Unknown
			if word != "" {
				v, _ = slices.BinarySearch(r.table.Tasks[k].Categories, word)
			}
			r.table.Values = append(r.table.Values, v)
		}
	}
}

// ReadImages reads the images that a table is about, whatever is known of them: the column filepath, or else image.
//
// Errors: those of ReadCSV that are about lines and images.
func ReadImages(file string, find func(path string) (row int, err error)) ([]int, error) {
	t, err := readTable(file, find, func(r *reader, names []string) bool { return r.paths(names) })
	if err != nil {
		return nil, err
	}
	return t.Rows, nil
}
