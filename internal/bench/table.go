package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// columns of the table; the figures are flush right.
var (
	heads = []string{"what", "median", "p95", "target", "", "how"}
	right = []bool{false, true, true, true, false, false}
)

// cells is a row as text.
func (r Row) cells() []string {
	if r.Skipped != "" || r.Failed != "" {
		return []string{r.What, "", "", "", r.Verdict() + ": " + oneLine(r.Skipped+r.Failed), ""}
	}
	out := []string{r.What, number(r.Value) + " " + r.Unit, "", "", r.Verdict(), r.How}
	if r.P95 != 0 {
		out[2] = number(r.P95) + " " + r.Unit
	}
	if r.Target != 0 {
		out[3] = "≤ " + number(r.Target) + " " + r.Unit
	}
	if r.ByP95 {
		out[3] += " at p95"
	}
	return out
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// writeTable prints rows under headings, each column as wide as it needs. A reason why a row has no figure takes the
// rest of its line.
func writeTable(w io.Writer, rows []Row) {
	lines := [][]string{heads}
	for _, r := range rows {
		lines = append(lines, r.cells())
	}
	widths := make([]int, len(heads))
	for _, line := range lines {
		for c, text := range line[:len(line)-1] {
			if line[len(line)-1] != "" || c == 0 {
				widths[c] = max(widths[c], utf8.RuneCountInString(text))
			}
		}
	}
	for _, line := range lines {
		var b strings.Builder
		for c, text := range line {
			gap := strings.Repeat(" ", max(0, widths[c]-utf8.RuneCountInString(text)))
			if right[c] {
				text = gap + text
			} else {
				text += gap
			}
			b.WriteString(text + "  ")
		}
		fmt.Fprintln(w, strings.TrimRight(b.String(), " "))
	}
}

// writeJSON prints the machine and the rows as one object.
func writeJSON(w io.Writer, m machine, rows []Row) error {
	type withVerdict struct {
		Row
		Verdict string `json:"verdict,omitempty"`
	}
	out := struct {
		Machine machine       `json:"machine"`
		Rows    []withVerdict `json:"rows"`
	}{Machine: m, Rows: []withVerdict{}}
	for _, r := range rows {
		out.Rows = append(out.Rows, withVerdict{r, r.Verdict()})
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(out)
}
