package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// heads are the columns; all but the first are flush right.
var heads = []string{"row", "cpu", "torch", "go", "torch/cpu", "go/cpu", "goal", "", "GFLOP/s", "others"}

// cells is a result as text.
func (r Result) cells() []string {
	out := []string{r.Name}
	for _, engine := range engineNames {
		text := "–"
		if v := r.Figures[engine].Value; v > 0 {
			text = number(v) + " " + r.Unit
		}
		out = append(out, text)
	}
	for _, engine := range engineNames[1:] {
		text := ""
		if v := r.Ratio(engine); v > 0 && !r.AtMost {
			text = fmt.Sprintf("%.2f", v)
			if v >= 10 {
				text = number(v)
			}
		}
		out = append(out, text)
	}
	goal := fmt.Sprintf("%.1f", r.Goal)
	if r.AtMost {
		goal = "≤ " + number(r.Goal) + " " + r.Unit
	}
	out = append(out, goal, r.Verdict(), "", "")
	if v := r.GFlops(); v > 0 {
		out[len(out)-2] = number(v)
	}
	if r.Others >= quiet {
		out[len(out)-1] = fmt.Sprintf("%.1f", r.Others)
	}
	return out
}

// writeTable prints the results under headings, then their notes and how many goals are met.
func writeTable(w io.Writer, results []Result) {
	lines := [][]string{heads}
	for _, r := range results {
		lines = append(lines, r.cells())
	}
	widths := make([]int, len(heads))
	for _, line := range lines {
		for c, text := range line {
			widths[c] = max(widths[c], utf8.RuneCountInString(text))
		}
	}
	for _, line := range lines {
		var b strings.Builder
		for c, text := range line {
			gap := strings.Repeat(" ", widths[c]-utf8.RuneCountInString(text))
			if c == 0 {
				b.WriteString(text + gap)
			} else {
				b.WriteString("  " + gap + text)
			}
		}
		fmt.Fprintln(w, strings.TrimRight(b.String(), " "))
	}
	fmt.Fprintln(w)
	for _, r := range results {
		for _, n := range r.Notes {
			fmt.Fprintf(w, "%s: %s\n", r.Name, n)
		}
		if r.Wrong != "" {
			fmt.Fprintf(w, "%s: wrong: %s\n", r.Name, r.Wrong)
		}
	}
	fmt.Fprintln(w, summary(results))
}

// summary counts the verdicts.
func summary(results []Result) string {
	count := map[string]int{}
	for _, r := range results {
		count[r.Verdict()]++
	}
	return fmt.Sprintf("%d rows: %d met, %d short, %d wrong, %d without a verdict", len(results), count["met"], count["short"], count["wrong"], count[""])
}

// writeJSON prints the machine, the engines and the results as one object.
func writeJSON(w io.Writer, m machine, results []Result) error {
	type judged struct {
		Result
		TorchRatio float64 `json:"torch_ratio,omitempty"`
		GoRatio    float64 `json:"go_ratio,omitempty"`
		GFlops     float64 `json:"gflops,omitempty"`
		Verdict    string  `json:"verdict,omitempty"`
	}
	out := struct {
		Machine machine  `json:"machine"`
		Rows    []judged `json:"rows"`
	}{Machine: m, Rows: []judged{}}
	for _, r := range results {
		out.Rows = append(out.Rows, judged{r, r.Ratio("torch"), r.Ratio("go"), r.GFlops(), r.Verdict()})
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(out)
}

// number prints v with three digits that say something.
func number(v float64) string {
	switch {
	case v >= 100:
		return fmt.Sprintf("%.0f", v)
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	case v >= 1:
		return fmt.Sprintf("%.2f", v)
	}
	return fmt.Sprintf("%.3f", v)
}
