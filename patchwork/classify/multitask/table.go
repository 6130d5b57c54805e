package multitask

import (
	"fmt"
	"strings"
	"text/tabwriter"
)

// Unknown is the value of a blank cell.
const Unknown = -1

// Task is one question with its answers.
type Task struct {
	Name       string   `json:"name"`
	Categories []string `json:"categories"` // in byte order
}

// Table says what is known of images. Line i of the file without its first is about the image of row Rows[i].
type Table struct {
	File  string // that it was read from, for messages
	Tasks []Task

	Rows     []int  // of the images
	Lines    []int  // of the file, counted from 1
	Values   []int  // [lines · tasks] category, or Unknown
	Excluded []bool // by line: takes no part
	HeldOut  []bool // by line: measures and does not teach; nil if the file does not say
}

// Value is what line i says of a task: a category, or Unknown.
func (t *Table) Value(i, task int) int { return t.Values[i*len(t.Tasks)+task] }

// counts are how many lines have each category of a task, and how many are blank.
func (t *Table) counts(task int) (each []int, blank int) {
	each = make([]int, len(t.Tasks[task].Categories))
	for i := range t.Rows {
		if v := t.Value(i, task); v == Unknown {
			blank++
		} else {
			each[v]++
		}
	}
	return each, blank
}

// String lists the tasks with their categories and how often each stands in the table.
func (t *Table) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d images, %d tasks\n", len(t.Rows), len(t.Tasks))
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for k, task := range t.Tasks {
		each, blank := t.counts(k)
		words := make([]string, len(each))
		for c, n := range each {
			words[c] = fmt.Sprintf("%s %d", task.Categories[c], n)
		}
		fmt.Fprintf(w, "%s\t%s\tblank %d\n", task.Name, strings.Join(words, ", "), blank)
	}
	w.Flush()
	return b.String()
}
