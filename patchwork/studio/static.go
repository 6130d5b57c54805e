package studio

import (
	"fmt"
	"html"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/patchwork/imageset"
	"github.com/gopatchwork/patchwork/patchwork/labels"
	"github.com/gopatchwork/patchwork/widgets"
)

// staticImages is how many of the latest labelled images a saved notebook shows.
const staticImages = 24

// Summary is a project at one moment, to be shown without a script.
type Summary struct {
	Name    string
	Table   *labels.Table
	Images  *imageset.Index
	Thumb   func(row int) (file string, err error)
	History []classify.Point // of the last training; may be empty
}

// HTML shows what has been labelled last, counts by class, and the latest learning curve. It is what a saved notebook
// keeps of the studio, so it holds only tables, text and images inside the page.
func (s Summary) HTML() string {
	t, index := s.Table, s.Images
	var b strings.Builder
	fmt.Fprintf(&b, "<p><b>%s</b>: %s</p>", html.EscapeString(s.Name), html.EscapeString(statusLine(totals(t), t.Counts())))
	grid := widgets.Grid{Columns: 8}
	for _, row := range latest(t) {
		file, err := s.Thumb(row)
		if err != nil {
			continue // broken since it was labelled; the status lists it
		}
		data, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		grid.Images = append(grid.Images, widgets.GridImage{Src: data, Caption: Caption(t, row), Title: path.Base(index.At(row).ID)})
	}
	if len(grid.Images) > 0 {
		b.WriteString(grid.StaticHTML())
	}
	b.WriteString(countsTable(t))
	if len(s.History) > 1 {
		if curve, err := LearningCurve(s.History).StaticHTML(); err == nil {
			b.WriteString(curve)
		}
	}
	return b.String()
}

// latest lists the labelled rows, the latest first.
func latest(t *labels.Table) []int {
	var rows []int
	for row := range t.Len() {
		if t.Status(row) != labels.Unlabelled || t.Excluded(row) {
			rows = append(rows, row)
		}
	}
	slices.SortStableFunc(rows, func(a, b int) int { return t.LabelledAt(b).Compare(t.LabelledAt(a)) })
	return rows[:min(len(rows), staticImages)]
}

// Caption says what a person found in the image: the classes that are present, or that none is.
func Caption(t *labels.Table, row int) string {
	if t.Excluded(row) {
		return "excluded"
	}
	var present []string
	absent := 0
	for c, name := range t.Classes() {
		switch t.Value(row, c) {
		case labels.Present:
			present = append(present, called(name))
		case labels.Absent:
			absent++
		}
	}
	switch {
	case len(present) == 0 && absent == 0:
		return "not labelled"
	case len(present) == 0:
		return fmt.Sprintf("none of %d", absent)
	}
	return strings.Join(present, ", ")
}

// countsTable is the table of labels by class.
func countsTable(t *labels.Table) string {
	var b strings.Builder
	b.WriteString("<table><tr><th>class</th><th>present</th><th>absent</th><th>unknown</th><th>held out: present</th><th>absent</th></tr>")
	for _, c := range t.Counts() {
		fmt.Fprintf(&b, "<tr><td>%s</td><td>%d</td><td>%d</td><td>%d</td><td>%d</td><td>%d</td></tr>", html.EscapeString(called(c.Class)),
			c.Train.Present, c.Train.Absent, c.Train.Unknown, c.Validation.Present, c.Validation.Absent)
	}
	b.WriteString("</table>")
	return b.String()
}
